// Single values in all their spellings. Each function returns undefined for a value that is absent or wrong, and reports the wrong one.
import { refuseShape } from './apply-policy.ts'
import { listLimit } from './limits.ts'
import type { Located, Place } from './located.ts'
import type { ComposeRule } from './model.ts'
import { fillIn, refuse, type Scope } from './scope.ts'
import { shown } from './wording.ts'

export interface PlacedText {
  readonly text: string
  readonly place: Place
}

/** A scalar as a string: `true` and `8080` are the strings that Compose makes of them. */
export function textOf(scope: Scope, node: Located): string | undefined {
  if (node.kind !== 'scalar') return refuseShape(scope, node.place, 'a single value is expected here')
  const { value } = node
  if (value === null) return undefined
  if (typeof value === 'string') return fillIn(scope, node.place, value)
  return typeof value === 'number' ? formatNumber(value) : String(value)
}

/** The shortest decimal form, with an exponent where Compose writes one. */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const [digits, exponent] = value.toExponential().split('e') as [string, string]
  const power = Number(exponent)
  if (power >= -4 && power < 21) return String(value)
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}

const flags: Readonly<Record<string, boolean>> = {
  true: true, yes: true, on: true, y: true, '1': true, false: false, no: false, off: false, n: false, '0': false,
} // biome-ignore format: a table

export function flagOf(scope: Scope, node: Located): boolean | undefined {
  const text = textOf(scope, node)
  if (text === undefined) return undefined
  const word = text.toLowerCase()
  return Object.hasOwn(flags, word) ? flags[word] : refuseShape(scope, node.place, `${shown(text)} is neither \`true\` nor \`false\``)
}

export interface Bounds {
  readonly minimum: number
  readonly maximum: number
  /** Default is `limit`. */
  readonly rule?: ComposeRule
  readonly what: string
}

/** A number within its bounds; out of them it is a violation of the rule. */
export function numberOf(scope: Scope, node: Located, bounds: Bounds): number | undefined {
  const text = textOf(scope, node)
  if (text === undefined) return undefined
  const number = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
  return bounded(scope, node, { ...bounds, number, text })
}

export function integerOf(scope: Scope, node: Located, bounds: Bounds): number | undefined {
  const number = numberOf(scope, node, bounds)
  if (number === undefined || Number.isInteger(number)) return number
  return refuse(scope, node.place, { rule: bounds.rule ?? 'limit', message: `${bounds.what} must be a whole number` })
}

const byteUnits: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4, p: 1024 ** 5 }

/** Bytes, as in `512m`, `1.5g`, `64mb` or `1GiB`. */
export function bytesOf(scope: Scope, node: Located, bounds: Bounds): number | undefined {
  const text = textOf(scope, node)
  return text === undefined ? undefined : bounded(scope, node, { ...bounds, number: parseBytes(text), text })
}

export function parseBytes(text: string): number {
  const match = /^(-?\d+(?:\.\d+)?) ?([kmgtp]?)i?b?$/i.exec(text.trim())
  return match === null ? Number.NaN : Math.floor(Number(match[1]) * byteUnits[match[2]!.toLowerCase()]!)
}

const durationUnits: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** Milliseconds, as in `1m30s` or `1.5h`. */
export function durationOf(scope: Scope, node: Located, bounds: Bounds): number | undefined {
  const text = textOf(scope, node)
  if (text === undefined) return undefined
  return bounded(scope, node, { ...bounds, number: parseDuration(text), text })
}

export function parseDuration(text: string): number {
  if (text === '0') return 0
  if (text.length > 64 || !/^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|[smhdw]))+$/.test(text)) return Number.NaN
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|[smhdw])/g)]
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * durationUnits[unit!]!, 0)
}

/** Text that is no number at all is refused by the same rule: `1g;id` is as little a limit as `-1`. */
function bounded(scope: Scope, node: Located, found: Bounds & { number: number; text: string }): number | undefined {
  const { minimum, maximum, what, number, text, rule = 'limit' } = found
  if (Number.isNaN(number)) return refuse(scope, node.place, { rule, message: `${shown(text)} is not ${what}` })
  if (number >= minimum && number <= maximum) return number
  const range = `${formatBound(minimum, what)} to ${formatBound(maximum, what)}`
  return refuse(scope, node.place, { rule, message: `${shown(text)} is out of bounds: ${what} may be ${range}` })
}

function formatBound(bound: number, what: string): string {
  if (what.includes('bytes') && bound >= 1024 ** 2) return bound % 1024 ** 3 === 0 ? `${bound / 1024 ** 3} GiB` : `${bound / 1024 ** 2} MiB`
  if (what.includes('duration') && bound >= 1000) return `${bound / 1000} s`
  return what.includes('duration') ? `${bound} ms` : String(bound)
}

/** A list of strings, or one string standing for a list of one. */
export function textsOf(scope: Scope, node: Located): PlacedText[] {
  if (node.kind === 'map') {
    refuseShape(scope, node.place, 'a list is expected here')
    return []
  }
  const items = node.kind === 'list' ? node.items : [node]
  return limited(scope, node, items).flatMap((item) => {
    const text = textOf(scope, item)
    return text === undefined ? [] : [{ text, place: item.place }]
  })
}

/** The items of a list. */
export function itemsOf(scope: Scope, node: Located): readonly Located[] {
  if (node.kind === 'list') return limited(scope, node, node.items)
  if (node.kind === 'map' || node.value !== null) refuseShape(scope, node.place, 'a list is expected here')
  return []
}

function limited(scope: Scope, node: Located, items: readonly Located[]): readonly Located[] {
  if (items.length > listLimit)
    refuse(scope, node.place, { rule: 'limit', message: `the list has more than ${listLimit} items; shorten it` })
  return items.slice(0, listLimit)
}

export interface PlacedPair {
  readonly name: string
  /** Null when the file names it without a value: `HOME:` or `- HOME`. */
  readonly value: string | null
  readonly place: Place
}

/** A map of values, or the same as a list of `NAME=value`. */
export function pairsOf(scope: Scope, node: Located): PlacedPair[] {
  if (node.kind === 'map')
    return [...node.entries].map(([name, value]) => ({ name, value: textOf(scope, value) ?? null, place: value.place }))
  if (node.kind === 'scalar') {
    if (node.value !== null) refuseShape(scope, node.place, 'a map, or a list of `NAME=value`, is expected here')
    return []
  }
  return node.items.flatMap((item) => {
    const text = textOf(scope, item)
    if (text === undefined) return []
    const at = text.indexOf('=')
    return [{ name: at < 0 ? text : text.slice(0, at), value: at < 0 ? null : text.slice(at + 1), place: item.place }]
  })
}

/** Octal digits. Written without quotes `0440` is already the number 288. */
export function modeOf(scope: Scope, node: Located): string | undefined {
  const text = textOf(scope, node)
  if (text === undefined || node.kind !== 'scalar') return undefined
  const digits = typeof node.value === 'bigint' ? node.value.toString(8).padStart(4, '0') : text
  if (/^0?o?[0-7]{3,4}$/.test(digits)) return digits.replace('o', '').padStart(4, '0')
  return refuse(scope, node.place, { rule: 'schema', message: `${shown(text)} is not a file mode; write it as \`0440\`` })
}
