// Chance that can be repeated: the same seed draws the same numbers, on every machine.

export interface Chance {
  /** In [0, 1). */
  next(): number
  /** From `least` to `most`, both included. */
  whole(least: number, most: number): number
  pick<T>(from: readonly T[]): T
  /** By weight; what weighs nothing is never drawn. */
  weighed<T>(from: readonly (readonly [weight: number, value: T])[]): T
}

/** mulberry32, over the seed and the number of the history. */
export function chanceOf(seed: number, history: number): Chance {
  let state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) + Math.imul(history + 1, 0xc2b2ae35)) >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    whole: (least, most) => least + Math.floor(next() * (most - least + 1)),
    pick: (from) => from[Math.floor(next() * from.length)]!,
    weighed(from) {
      let left = next() * from.reduce((sum, [weight]) => sum + weight, 0)
      for (const [weight, value] of from) {
        left -= weight
        if (left < 0) return value
      }
      return from.findLast(([weight]) => weight > 0)![1]
    },
  }
}
