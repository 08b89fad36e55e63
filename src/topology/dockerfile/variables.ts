// Values that a Dockerfile's variables may have: defaults of ARG, values of ENV, and build arguments. Which one holds at a line depends on more than
// this, so a text is looked at with each.
import { Arg, Env, type Instruction } from 'dockerfile-ast'
import { interpolate } from '../compose/interpolate.ts'

export type DockerfileVariables = ReadonlyMap<string, readonly string[]>

export function variablesOf(instructions: readonly Instruction[], args: Readonly<Record<string, string>>): DockerfileVariables {
  const values = new Map<string, string[]>()
  const add = (name: string, value: string) => values.set(name, [...new Set([...(values.get(name) ?? []), value])])
  for (const instruction of instructions) {
    if (!(instruction instanceof Arg || instruction instanceof Env)) continue
    const properties = instruction instanceof Env ? instruction.getProperties() : [instruction.getProperty()]
    for (const property of properties) {
      const value = property?.getValue()
      if (property && value !== null && value !== undefined) add(property.getName(), value)
    }
  }
  for (const [name, value] of Object.entries(args)) add(name, value)
  return values
}

/** Values tried of one text; more combinations are nobody's honest Dockerfile. */
const valuesLimit = 64

/** Every value that a text may have, or undefined when that cannot be told: an operator or a variable that is unknown, or too many values. */
export function possibleValues(text: string, variables: DockerfileVariables): readonly string[] | undefined {
  let texts: readonly string[] = [text]
  // A value may name variables itself; five levels are more than anybody nests.
  for (let level = 0; level < 5 && texts.some((value) => value.includes('$')); level++) {
    const next = texts.flatMap((value) => substitutions(value, variables) ?? [undefined])
    if (next.includes(undefined) || next.length > valuesLimit) return undefined
    texts = next as string[]
  }
  return texts.some((value) => value.includes('$') || value.includes('\\')) ? undefined : texts
}

function substitutions(text: string, variables: DockerfileVariables): string[] | undefined {
  const { names } = interpolate(text, () => 'x')
  const choices = [...new Set(names)].map((name) => ({ name, values: variables.get(name) ?? [undefined] }))
  const count = choices.reduce((product, { values }) => product * values.length, 1)
  if (count > valuesLimit) return undefined
  const results = new Set<string>()
  for (let index = 0; index < count; index++) {
    let rest = index
    const held = new Map<string, string | undefined>()
    for (const { name, values } of choices) {
      held.set(name, values[rest % values.length])
      rest = Math.floor(rest / values.length)
    }
    const { value, missing, problem } = interpolate(text, (name) => held.get(name))
    if (problem !== undefined || missing.some(({ name }) => !predefined.has(name))) return undefined
    results.add(value)
  }
  return [...results]
}

/** Given by the builder; they name a platform, never an image. */
const predefined: ReadonlySet<string> = new Set([
  'TARGETPLATFORM', 'TARGETOS', 'TARGETARCH', 'TARGETVARIANT', 'BUILDPLATFORM', 'BUILDOS', 'BUILDARCH', 'BUILDVARIANT', 'TARGETSTAGE',
]) // biome-ignore format: a list
