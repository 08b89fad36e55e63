// Compose reads `$` in every value as the start of a variable. Until a document is written, values here are what they mean: text is literal,
// and a variable is a thing of its own, so nothing that a repository supplies can become one.

/** A variable that kyozo fills in when it runs the stack. The default serves `docker compose up` without kyozo. */
export interface Variable {
  readonly variable: string
  readonly default: string
  /** Hexadecimal digits of the value that kyozo makes. Default is what a password has. */
  readonly digits?: number
}

const parts = Symbol('parts of an interpolated text')

/** A text with kyozo's own variables in it. */
export interface Interpolated {
  readonly [parts]: readonly (string | Variable)[]
}

export type ComposeValue =
  | string
  | number
  | boolean
  | null
  | Interpolated
  | readonly ComposeValue[]
  | { readonly [key: string]: ComposeValue | undefined }
export type ComposeMap = Readonly<Record<string, ComposeValue | undefined>>

/** What Compose is given: plain data, in which each literal `$` is doubled. */
export type WrittenValue = string | number | boolean | null | WrittenValue[] | { [key: string]: WrittenValue }

export function interpolate(pieces: readonly (string | Variable)[]): string | Interpolated {
  return pieces.every((piece) => typeof piece === 'string') ? pieces.join('') : { [parts]: pieces }
}

export function writeValue(value: ComposeValue): WrittenValue {
  if (typeof value === 'string') return escapeDollars(value)
  if (typeof value !== 'object' || value === null) return value
  if (isList(value)) return value.map(writeValue)
  if (isInterpolated(value)) return value[parts].map(writePiece).join('')
  return writeMap(value)
}

export function writeMap(map: ComposeMap): { [key: string]: WrittenValue } {
  const written: { [key: string]: WrittenValue } = {}
  for (const [key, value] of Object.entries(map)) if (value !== undefined) define(written, key, writeValue(value))
  return written
}

/** Names of kyozo's variables in a value, sorted. */
export function variablesIn(value: ComposeValue | undefined): string[] {
  return [...new Set(collectVariables(value).map(({ variable }) => variable))].sort()
}

export function collectVariables(value: ComposeValue | undefined): Variable[] {
  if (typeof value !== 'object' || value === null) return []
  if (isList(value)) return value.flatMap(collectVariables)
  if (isInterpolated(value)) return value[parts].flatMap((piece) => (typeof piece === 'string' ? [] : [piece]))
  return Object.values(value).flatMap(collectVariables)
}

function writePiece(piece: string | Variable): string {
  return typeof piece === 'string' ? escapeDollars(piece) : `\${${piece.variable}:-${piece.default}}`
}

function escapeDollars(text: string): string {
  return text.replaceAll('$', '$$$$')
}

function isList(value: ComposeValue & object): value is readonly ComposeValue[] {
  return Array.isArray(value)
}

function isInterpolated(value: ComposeValue & object): value is Interpolated {
  return parts in value
}

/** A key such as `__proto__` is data here, never the object's prototype. */
function define(target: { [key: string]: WrittenValue }, key: string, value: WrittenValue): void {
  Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true })
}
