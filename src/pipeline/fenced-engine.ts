// The engine as one attempt may use it: everything that changes containers first proves that the lease still holds.
import type { Engine } from '../engine/engine.ts'
import { reached, type Step } from '../steps.ts'

export function fencedEngine(engine: Engine, assertHeld: () => Promise<void>): Engine {
  const fenced =
    <A extends readonly unknown[], R>(step: Step, act: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await reached(step)
      await assertHeld()
      return act(...args)
    }
  /** Of no containers there is nothing to do, nor to prove. */
  const fencedForEach = <A extends readonly unknown[]>(step: Step, act: (containers: readonly string[], ...more: A) => Promise<void>) => {
    const fencedAct = fenced(step, act)
    return async (containers: readonly string[], ...more: A) => (containers.length === 0 ? undefined : fencedAct(containers, ...more))
  }
  return {
    ...engine,
    prepare: fenced('engine.prepare', engine.prepare),
    create: fenced('engine.create', engine.create),
    start: fencedForEach('engine.start', engine.start),
    stop: fencedForEach('engine.stop', engine.stop),
    unpause: fenced('engine.start', engine.unpause),
    rename: fenced('engine.giveAlias', engine.rename),
    change: fenced('engine.change', engine.change),
    remove: fencedForEach('engine.remove', engine.remove),
    giveAlias: fenced('engine.giveAlias', engine.giveAlias),
    takeAlias: fenced('engine.takeAlias', engine.takeAlias),
    stream: fenced('engine.change', engine.stream),
    discardVolume: fenced('engine.remove', engine.discardVolume),
    removeStack: fenced('engine.remove', engine.removeStack),
  }
}
