// A person takes a release back. A waiting one ends at once; a running one is told, and stops before its commit point, or is too late.
import { KyozoError } from '../errors.ts'
import type { Executor } from '../store/database.ts'
import type { Environment } from '../store/environments.ts'
import { databaseNow } from '../store/instance.ts'
import { notify } from '../store/notify.ts'
import { cancellationOf, endWaitingRelease, type Release } from '../store/releases.ts'
import type { Workspace } from '../store/workspaces.ts'
import type { Kyozo } from './kyozo.ts'
import { reportRelease } from './report.ts'
import { failedVerdictsOf } from './verdicts.ts'

/** Somebody cancelled the release that is worked on. */
export class Canceled extends KyozoError {
  constructor(by: string) {
    super('canceled', `cancelled by ${by}`)
  }
}

/** A notification may get lost. */
const lookMs = 1_000

export interface CancelWatch {
  /** Aborts now when somebody has cancelled. */
  look(): Promise<void>
  close(): void
}

export function watchForCancel(kyozo: Pick<Kyozo, 'db' | 'notifications' | 'log'>, release: Release, stop: AbortController): CancelWatch {
  let isClosed = false
  const look = async () => {
    const by = await cancellationOf(kyozo.db, release.id)
    if (by !== undefined && !isClosed) stop.abort(new Canceled(by))
  }
  const wake = () => {
    look().catch((error: unknown) => kyozo.log.warn({ error, release: release.id }, 'could not look whether a release was cancelled'))
  }
  const off = kyozo.notifications.on('queue', (environmentId) => {
    if (environmentId === release.environmentId) wake()
  })
  const timer = setInterval(wake, lookMs)
  wake()
  return {
    look,
    close() {
      isClosed = true
      off()
      clearInterval(timer)
    },
  }
}

/** Ends a release that waits, in the caller's transaction. False when it waits no more: a worker has it, or it has ended. */
export async function cancelWaiting(
  trx: Executor,
  subject: { readonly workspace: Workspace; readonly environment: Environment; readonly release: Release; readonly by: string },
  baseUrl: string,
): Promise<boolean> {
  const { workspace, environment, by } = subject
  const reason = `cancelled by ${by}`
  const verdicts = await failedVerdictsOf(trx, environment, { because: `it was ${reason}`, release: subject.release })
  const serving = environment.liveReleaseId === null ? '' : '. Previous release still serving'
  const change = { state: 'failed' as const, errorCode: 'canceled', reason: `${reason}${serving}`, finishedAt: databaseNow }
  const release = await endWaitingRelease(trx, subject.release.id, { change, verdicts })
  if (release === undefined) return false
  await reportRelease(trx, { workspace, environment, release, verdicts }, baseUrl)
  await notify(trx, 'release', release.id)
  return true
}
