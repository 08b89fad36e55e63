// Payloads with something else where anything may stand, for tests of parsers.
import fc from 'fast-check'
import { KyozoError } from '../../src/errors.ts'
import type { ForgeEvent } from '../../src/forge/forge.ts'

const zero = '0'.repeat(40)

const hostile = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    zero,
    -1,
    1e308,
    Number.NaN,
    [],
    {},
    '__proto__',
    'refs/heads/',
    '\u0000',
    '\ud800',
    'a'.repeat(100_000),
  ),
  fc.jsonValue(),
  fc.string({ unit: 'binary' }),
)

/** Where to put what, for `mutated`. */
export const mutations = fc.array(fc.tuple(fc.nat(), hostile), { minLength: 1, maxLength: 4 })

export function mutated(payload: unknown, changes: readonly (readonly [number, unknown])[]): unknown {
  return changes.reduce<unknown>((value, [seed, replacement]) => withReplacement(value, seed, replacement), payload)
}

/** `value` with the part that `seed` picks (walking down at random) replaced. */
function withReplacement(value: unknown, seed: number, replacement: unknown): unknown {
  if (typeof value !== 'object' || value === null) return replacement
  const keys = Object.keys(value)
  const key = keys[seed % (keys.length + 1)]
  if (key === undefined) return replacement
  const rest = Math.floor(seed / (keys.length + 1))
  return { ...value, [key]: withReplacement((value as Record<string, unknown>)[key], rest, replacement) }
}

export function outcomeOf(act: () => ForgeEvent): ForgeEvent | KyozoError {
  try {
    return act()
  } catch (error) {
    if (error instanceof KyozoError) return error
    throw error
  }
}
