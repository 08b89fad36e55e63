// Commits that arrive while their environment is paused: each has its release and its verdicts, and nothing of it runs.
import type { Executor } from '../store/database.ts'
import type { Environment } from '../store/environments.ts'
import { databaseNow } from '../store/instance.ts'
import { notify } from '../store/notify.ts'
import { endWaitingRelease, insertEndedRelease, type NewRelease, type Release, waitingReleases } from '../store/releases.ts'
import type { Workspace } from '../store/workspaces.ts'
import { reportRelease } from './report.ts'
import { skippedVerdicts } from './verdicts.ts'

interface Place {
  readonly workspace: Workspace
  readonly environment: Environment
}

/** `paused by ada: database migration`. */
export function pausedWords({ pausedBy, pauseReason }: Pick<Environment, 'pausedBy' | 'pauseReason'>): string {
  const who = pausedBy === null ? 'paused' : `paused by ${pausedBy}`
  return pauseReason === null || pauseReason === '' ? who : `${who}: ${pauseReason}`
}

/** Stores the commit's release as skipped, with a verdict for every service that is known and a terminal status. */
export async function skipRelease(trx: Executor, place: Place & { readonly release: NewRelease }, baseUrl: string): Promise<Release> {
  const { environment } = place
  const verdicts = await skippedVerdicts(trx, environment, pausedWords(environment))
  const release = await insertEndedRelease(trx, { ...place.release, state: 'skipped', reason: pausedWords(environment) }, verdicts)
  await reportRelease(trx, { ...place, release, verdicts }, baseUrl)
  await notify(trx, 'release', release.id)
  return release
}

/** Ends the releases of a paused environment that no worker has begun and no person asked for. Returns how many. */
export async function skipWaiting(trx: Executor, place: Place, baseUrl: string): Promise<number> {
  const { environment } = place
  const waiting = (await waitingReleases(trx, environment.id)).filter(({ startedAt, options }) => startedAt === null && isPlain(options))
  for (const { id } of waiting) {
    const verdicts = await skippedVerdicts(trx, environment, pausedWords(environment))
    const change = { state: 'skipped' as const, reason: pausedWords(environment), finishedAt: databaseNow }
    const release = await endWaitingRelease(trx, id, { change, verdicts })
    if (release === undefined) continue
    await reportRelease(trx, { ...place, release, verdicts }, baseUrl)
    await notify(trx, 'release', id)
  }
  return waiting.length
}

function isPlain(options: Release['options']): boolean {
  return Object.keys(options).length === 0
}
