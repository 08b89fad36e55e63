// Checks what a request sends against the description: unknown names are refused by name, and each problem says field, value and rule.
import type { z } from 'zod'
import { KyozoError, type Problem } from '../../errors.ts'
import type { Input } from './resource.ts'

interface Described {
  readonly attributes: Input
  readonly relationships?: Readonly<Record<string, { readonly type: string; readonly isRequired: boolean }>>
}

interface Given {
  readonly attributes: Readonly<Record<string, unknown>>
  readonly related: Readonly<Record<string, string | null>>
  /** Where the attributes stand in a JSON:API document. */
  readonly pointer: string
}

/** The attributes as their shapes read them. Throws `invalid` with every problem. */
export function checkInput(described: Described, given: Given): Record<string, unknown> {
  const attributes: Record<string, unknown> = {}
  const problems: Problem[] = []
  for (const name of Object.keys(given.attributes))
    if (!Object.hasOwn(described.attributes, name)) problems.push(unknown(name, Object.keys(described.attributes), given.pointer))
  for (const [name, shape] of Object.entries(described.attributes)) {
    const isGiven = Object.hasOwn(given.attributes, name)
    const value = isGiven ? given.attributes[name] : undefined
    const read = shape.safeParse(value)
    if (read.success) {
      if (read.data !== undefined) attributes[name] = read.data
    } else if (!isGiven) problems.push({ source: { pointer: `${given.pointer}/${name}` }, message: `${name} is missing` })
    else for (const issue of read.error.issues) problems.push(problemOf({ name, value, pointer: given.pointer }, issue))
  }
  problems.push(...relationshipProblems(described.relationships ?? {}, given.related))
  const [first] = problems
  if (first === undefined) return attributes
  throw new KyozoError('invalid', problems.length === 1 ? first.message : `${first.message}, and ${problems.length - 1} more`, {
    problems: problems.slice(0, largestReport),
  })
}

/** Problems that are told at once; a body can hold more mistakes than anybody reads. */
const largestReport = 50

function relationshipProblems(described: NonNullable<Described['relationships']>, related: Given['related']): Problem[] {
  const pointer = '/data/relationships'
  const wrong = Object.keys(related).flatMap((name) =>
    Object.hasOwn(described, name) ? [] : [unknown(name, Object.keys(described), pointer, 'relationship')],
  )
  const missing = Object.entries(described).flatMap(([name, { isRequired }]) =>
    isRequired && related[name] == null ? [{ source: { pointer: `${pointer}/${name}` }, message: `${name} is missing` }] : [],
  )
  return [...wrong, ...missing]
}

function unknown(name: string, known: readonly string[], pointer: string, word = 'attribute'): Problem {
  const takes = known.length === 0 ? 'none is taken' : `what is taken is ${known.join(', ')}`
  return {
    source: { pointer: `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1').slice(0, 100)}` },
    message: `${JSON.stringify(name.slice(0, 100))} is no ${word} that can be sent here; ${takes}`,
  }
}

function problemOf(
  { name, value, pointer }: { readonly name: string; readonly value: unknown; readonly pointer: string },
  issue: z.core.$ZodIssue,
): Problem {
  const path = issue.path.map(String)
  const found = path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[key] : undefined),
    value,
  )
  const field = [name, ...path].reduce((all, key) => (/^\d+$/.test(key) ? `${all}[${key}]` : all === '' ? key : `${all}.${key}`), '')
  const steps = path.map((key) => key.replaceAll('~', '~0').replaceAll('/', '~1'))
  return {
    source: { pointer: [pointer, name, ...steps].join('/') },
    message: `${field} is ${shown(field, found)}: ${lowerFirst(issue.message)}`,
  }
}

/** What was sent, short; never what may be a secret. */
function shown(field: string, value: unknown): string {
  if (value === undefined) return 'missing'
  if (/secret|password|token|credential|private|value|key/i.test(field)) return 'as it is'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'a structure'
  return JSON.stringify(typeof value === 'string' ? value.slice(0, 60) : value)
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
