// The engine as one attempt may use it: everything that changes containers first proves that the lease still holds.
import type { Engine } from '../engine/engine.ts'

export function fencedEngine(engine: Engine, assertHeld: () => Promise<void>): Engine {
  const fenced =
    <A extends readonly unknown[], R>(act: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await assertHeld()
      return act(...args)
    }
  return {
    ...engine,
    prepare: fenced(engine.prepare),
    create: fenced(engine.create),
    start: fenced(engine.start),
    stop: fenced(engine.stop),
    remove: fenced(engine.remove),
    giveAlias: fenced(engine.giveAlias),
    takeAlias: fenced(engine.takeAlias),
    removeStack: fenced(engine.removeStack),
  }
}
