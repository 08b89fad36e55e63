// The process is told to stop: it begins nothing, ends what has begun to change containers if there is time, and gives the rest back to the queue,
// where another process, or the next start, goes on with it. None of that counts as a try.
import { KyozoError } from '../errors.ts'
import { giveBack } from '../store/give-back.ts'
import type { Release } from '../store/releases.ts'
import type { Attempt } from './attempt.ts'
import type { Kyozo } from './kyozo.ts'

export interface Stopping {
  /** Aborts when nothing is to be begun any more, and what has not changed a container yet is to be given back. */
  readonly begun: AbortSignal
  /** Aborts when there is no time left for the rest either. */
  readonly handOver: AbortSignal
}

/** This process stops; somebody else goes on. */
export class HandedOver extends KyozoError {
  constructor() {
    super('stopping', 'kyozo is stopping; another process, or its next start, goes on', {
      hint: 'nothing to do: it is not counted as a try',
    })
  }
}

export interface StopWatch {
  /** From here on it is given back only when there is no time left. */
  finishInTime(): void
  close(): void
}

export function watchForStop({ stopping }: Pick<Kyozo, 'stopping'>, stop: AbortController): StopWatch {
  const handOver = () => stop.abort(new HandedOver())
  stopping.begun.addEventListener('abort', handOver)
  stopping.handOver.addEventListener('abort', handOver)
  if (stopping.begun.aborted) handOver()
  const finishInTime = () => stopping.begun.removeEventListener('abort', handOver)
  return {
    finishInTime,
    close() {
      finishInTime()
      stopping.handOver.removeEventListener('abort', handOver)
    },
  }
}

/** Whoever goes on does it at once, and it is not counted as a try. The newer release that takes its place instead, if one waits. */
export async function handBack(attempt: Attempt, kyozo: Kyozo): Promise<Release | undefined> {
  const { release } = attempt
  const { message } = new HandedOver()
  attempt.say(message)
  await attempt.storeSaid()
  return kyozo.db.transaction().execute(async (trx) => {
    const newer = await giveBack(trx, attempt, { reason: message, attempt: Math.max(0, release.attempt - 1) })
    if (newer === undefined) await kyozo.queue.enqueueDeploy(trx, release.environmentId)
    return newer
  })
}
