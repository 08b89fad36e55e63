// Sides that are served side by side, some at once and each by one at a time. Who has had a turn goes to the end of the line, so that one that is slow
// delays no other for longer than its turn lasts.

export interface Turns<Side> {
  /** Puts a side into the line, unless it rests. One that is in it keeps its place, and one at work comes again. */
  offer(key: string, side: Side): void
  /** Begins no turn any more. Resolves when those that are under way have ended. */
  stop(): Promise<void>
}

export interface TurnsOptions<Side> {
  readonly atOnce: number
  /** Resolves with the milliseconds for which the side has nothing to do, and does not fail. */
  readonly serve: (side: Side) => Promise<number>
}

export function createTurns<Side>({ atOnce, serve }: TurnsOptions<Side>): Turns<Side> {
  const line = new Map<string, Side>()
  const underWay = new Map<string, Promise<void>>()
  const restingUntil = new Map<string, number>()
  let isStopped = false
  const begin = () => {
    for (const [key, side] of line) {
      if (isStopped || underWay.size >= atOnce) return
      if (underWay.has(key)) continue
      line.delete(key)
      underWay.set(key, take(key, side))
    }
  }
  const take = async (key: string, side: Side) => {
    const restMs = await serve(side)
    underWay.delete(key)
    if (restMs > 0) {
      line.delete(key)
      restingUntil.set(key, performance.now() + restMs)
    }
    begin()
  }
  const rests = (key: string) => {
    for (const [other, until] of restingUntil) if (until <= performance.now()) restingUntil.delete(other)
    return restingUntil.has(key)
  }
  return {
    offer(key, side) {
      if (rests(key)) return
      line.set(key, side)
      begin()
    },
    async stop() {
      isStopped = true
      await Promise.all(underWay.values())
    },
  }
}
