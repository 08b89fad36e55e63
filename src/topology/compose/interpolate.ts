// Variables in values, by the compose specification: $NAME, ${NAME}, ${NAME:-default}, ${NAME-default}, ${NAME:?message}, ${NAME?message},
// ${NAME:+other}, ${NAME+other} and $$.
import { valueLengthLimit } from './limits.ts'

export interface Interpolation {
  readonly value: string
  /** Every variable that the text refers to. */
  readonly names: readonly string[]
  /** Those that are needed and have no value. */
  readonly missing: readonly { readonly name: string; readonly message?: string }[]
  /** What is wrong with the text itself. */
  readonly problem?: string
}

/** Values come from `lookup`. Time grows with the length of the text and of the values. */
export function interpolate(text: string, lookup: (name: string) => string | undefined): Interpolation {
  if (!text.includes('$')) return { value: text, names: [], missing: [] }
  const reading: Reading = { text, lookup, at: 0, names: [], missing: [] }
  const value = readTemplate(reading, { isNeeded: true, depth: 0 })
  const { names, missing, problem } = reading
  return { value, names, missing, ...(problem === undefined ? {} : { problem }) }
}

/** Defaults inside defaults; nobody writes three. */
const defaultsLimit = 10

interface Reading {
  readonly text: string
  readonly lookup: (name: string) => string | undefined
  at: number
  problem?: string
  readonly names: string[]
  readonly missing: { name: string; message?: string }[]
}

/** A default that is not used is read all the same, but misses nothing. */
interface Part {
  readonly isNeeded: boolean
  readonly depth: number
}

/** Up to the end, or inside a default up to its closing brace. */
function readTemplate(reading: Reading, part: Part): string {
  let value = ''
  while (reading.at < reading.text.length && reading.problem === undefined) {
    const char = reading.text[reading.at]
    if (char === '}' && part.depth > 0) break
    reading.at++
    value += char === '$' ? readVariable(reading, part) : char
    if (value.length > valueLengthLimit) return fail(reading, `the value grows longer than ${valueLengthLimit} characters`)
  }
  return value
}

function readVariable(reading: Reading, part: Part): string {
  if (reading.text[reading.at] === '$') {
    reading.at++
    return '$'
  }
  const hasBrace = reading.text[reading.at] === '{'
  if (hasBrace) reading.at++
  const name = readName(reading)
  if (name === undefined) return fail(reading, '`$` begins no variable here; write `$$` for a dollar sign')
  reading.names.push(name)
  return hasBrace ? readBraced(reading, { ...part, name }) : heldValue(reading, { ...part, name })
}

function readBraced(reading: Reading, part: Part & { readonly name: string }): string {
  const { name, isNeeded, depth } = part
  const operator = /^(?::?[-?+]|\})/.exec(reading.text.slice(reading.at, reading.at + 2))?.[0]
  if (operator === undefined) return fail(reading, `the variable ${name} is not closed, or its operator is unknown`)
  reading.at += operator.length
  if (operator === '}') return heldValue(reading, part)
  if (depth >= defaultsLimit) return fail(reading, `defaults nest deeper than ${defaultsLimit}`)
  const held = reading.lookup(name)
  const hasValue = held !== undefined && (held !== '' || !operator.startsWith(':'))
  const kind = operator.at(-1)
  const isOtherNeeded = isNeeded && (kind === '+' ? hasValue : !hasValue)
  const other = readTemplate(reading, { isNeeded: isOtherNeeded && kind !== '?', depth: depth + 1 })
  if (reading.text[reading.at] !== '}') return fail(reading, `the variable ${name} is not closed`)
  reading.at++
  if (kind === '+') return hasValue ? other : ''
  if (hasValue) return held
  if (kind === '-') return other
  if (isOtherNeeded) reading.missing.push({ name, message: other })
  return ''
}

function heldValue({ lookup, missing }: Reading, { name, isNeeded }: Part & { readonly name: string }): string {
  const value = lookup(name)
  if (value === undefined && isNeeded) missing.push({ name })
  return value ?? ''
}

function readName(reading: Reading): string | undefined {
  namePattern.lastIndex = reading.at
  const name = namePattern.exec(reading.text)?.[0]
  if (name !== undefined) reading.at += name.length
  return name
}

const namePattern = /[A-Za-z_][A-Za-z0-9_]*/y

function fail(reading: Reading, problem: string): string {
  reading.problem ??= problem
  return ''
}
