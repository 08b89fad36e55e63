// What the Git host is told when a service that runs becomes unhealthy, or is well again: the status of its own context on the commit that is live.
// The aggregate stays what the release said of itself: a commit that went live did go live, whatever becomes of it later.
import type { Executor } from '../store/database.ts'
import type { Environment } from '../store/environments.ts'
import { notify } from '../store/notify.ts'
import { putOutbox } from '../store/outbox.ts'
import { findRelease } from '../store/releases.ts'
import type { Workspace } from '../store/workspaces.ts'
import { commitStatus, contextOf, statusPlace } from './commit-status.ts'
import type { HealthChange } from './record-observed.ts'

export interface ChangedHealth {
  readonly workspace: Workspace
  readonly environment: Environment
  readonly changes: readonly HealthChange[]
  readonly now: Date
}

export async function reportHealth(trx: Executor, { workspace, environment, changes, now }: ChangedHealth, baseUrl: string): Promise<void> {
  if (changes.length === 0 || environment.liveReleaseId === null) return
  const release = await findRelease(trx, environment.liveReleaseId)
  if (release === undefined) return
  const messages = changes.flatMap((change) => {
    const state = change.status === 'healthy' ? ('success' as const) : ('failure' as const)
    const context = `${contextOf(environment)}/${change.service}`
    return commitStatus(statusPlace({ workspace, release, baseUrl }), { context, state, description: healthChangeWords(change, now) })
  })
  if (messages.length === 0) return
  await putOutbox(trx, messages)
  await notify(trx, 'outbox', release.id)
}

/** A commit status has 140 characters. */
const limit = 140

export function healthChangeWords({ service, status, reason }: Pick<HealthChange, 'service' | 'status' | 'reason'>, now: Date): string {
  const since = `${now.toISOString().slice(11, 16)} UTC`
  const words =
    status === 'healthy'
      ? `${service} is healthy again since ${since}`
      : `${service} is unhealthy since ${since}: ${reason ?? 'its health check fails'}`
  const points = Array.from(words)
  return points.length <= limit ? words : `${points.slice(0, limit - 1).join('')}…`
}
