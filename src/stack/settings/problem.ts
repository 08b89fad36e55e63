// What is wrong with a setting, said the same way everywhere: where it stands, what it is, and the rule that it breaks.
import type { Problem } from '../../errors.ts'

/** Where a value stands: its JSON pointer, and what a person calls it. */
export interface Place {
  readonly pointer: string
  readonly field: string
}

export function inside({ pointer, field }: Place, key: string | number): Place {
  const escaped = String(key).replaceAll('~', '~0').replaceAll('/', '~1')
  return { pointer: `${pointer}/${escaped}`, field: typeof key === 'number' ? `${field}[${key}]` : `${field}.${key}` }
}

/** `port_mappings[0].host is 80, and must be at least 1024`. */
export function problem({ pointer, field }: Place, value: unknown, rule: string): Problem {
  return { source: { pointer }, message: `${field} is ${shown(value)}, and ${rule}` }
}

const shownCharacters = 60

function shown(value: unknown): string {
  if (value === undefined) return 'missing'
  const text = JSON.stringify(value) ?? String(value)
  return text.length <= shownCharacters ? text : `${text.slice(0, shownCharacters)}…`
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Keys that the object may not have. */
export function unknownKeys(value: Readonly<Record<string, unknown>>, place: Place, known: readonly string[]): Problem[] {
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => problem(inside(place, key), value[key], `is not known here; known are ${known.join(', ')}`))
}
