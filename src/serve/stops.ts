// How the parts end: phase by phase, and within a phase side by side, so that one that waits for somebody takes no other's time.
import type { Log } from '../log.ts'

/** What ends a part. */
export type Stop = () => Promise<unknown>

export interface Stops {
  /** Takes nothing on any more, and ends or hands over what is under way. */
  readonly work: Stop[]
  /** Tells others what came of it, and says that this process is leaving. */
  readonly voices: Stop[]
  /** What all of them stand on, in the order in which it was opened; it ends one after the other, in reverse. */
  readonly ground: Stop[]
}

export async function stopAll({ work, voices, ground }: Stops, log: Log): Promise<void> {
  const end = (stop: Stop) => stop().catch((error: unknown) => log.warn({ error }, 'a part did not stop cleanly'))
  await Promise.all(work.map(end))
  await Promise.all(voices.map(end))
  for (const stop of ground.toReversed()) await end(stop)
}
