// The named steps of the story, at which a test of faults may look, wait, fail or end the process. In production nobody listens: a step costs the
// reading of one undefined property, and there is no variable that could set it.

/** In the order of the story. `engine.*` and `stage.*` name each change on the engine and each stage of a release. */
export const steps = [
  'delivery.storing', // inside the transaction, before it commits
  'delivery.stored', // committed, not answered yet
  'release.claimed',
  'stage.fetch', 'stage.analyze', 'stage.plan', 'stage.build', 'stage.apply', 'stage.switch',
  'engine.prepare', 'engine.create', 'engine.start', 'engine.stop', 'engine.remove', 'engine.giveAlias', 'engine.takeAlias', 'engine.change',
  'images.recorded',
  'service.healthy',
  'switch.storing', // inside the transaction, before it commits
  'switch.stored', // live, the old containers still there
  'release.failing', // what it made is taken away, its end is not stored yet
  'release.ended', // one that did not go live, stored
  'status.sending',
  'status.sent', // the host has it, the outbox does not know yet
  'repair.begun',
  'repair.acted',
  'collect.removing',
] as const // biome-ignore format: a list

export type Step = (typeof steps)[number]

export type StepListener = (step: Step, subject: string) => void | Promise<void>

const place = Symbol.for('kyozo.steps')

/** `subject` is what it happens to: an id or a name. Awaits the listener, and throws what it throws. */
export async function reached(step: Step, subject = ''): Promise<void> {
  await (globalThis as { [place]?: StepListener })[place]?.(step, subject)
}
