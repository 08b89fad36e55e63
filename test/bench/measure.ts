// Times and what is made of them.

export const rounds = 5

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** The value that `share` of all values do not exceed; between two values it is their mean by distance. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const low = sorted[Math.floor(at)]
  const high = sorted[Math.ceil(at)]
  if (low === undefined || high === undefined) throw new Error('nothing was measured')
  return low + (high - low) * (at - Math.floor(at))
}

/** One measured step of a side: gives its milliseconds, or whatever else it measures. */
export type Side<T> = (round: number) => Promise<T>

/**
 * Every side once per round, so that a machine that is busy with something else is busy for all of them; each round begins with another side.
 * The first round warms up and does not count.
 */
export async function inTurns<Name extends string, T>(
  sides: Readonly<Record<Name, Side<T>>>,
  count: number = rounds,
): Promise<Record<Name, T[]>> {
  const names = Object.keys(sides) as Name[]
  const results = Object.fromEntries(names.map((name) => [name, [] as T[]])) as Record<Name, T[]>
  for (let round = 0; round <= count; round++) {
    const turn = round % names.length
    for (const name of [...names.slice(turn), ...names.slice(0, turn)]) {
      const result = await sides[name](round)
      if (round > 0) results[name].push(result)
    }
  }
  return results
}
