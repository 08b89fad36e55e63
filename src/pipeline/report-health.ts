// What the Git host is told when a service that runs becomes unhealthy, or is well again: the status of its own context on the commit that runs, and, of a
// preview, the comment below its pull request. The aggregate stays what the release said of itself: a commit that went live did go live, whatever becomes of
// it later.
import type { Executor } from '../store/database.ts'
import type { Environment } from '../store/environments.ts'
import { holdTelling } from '../store/heads.ts'
import { notify } from '../store/notify.ts'
import { type OutboxMessage, putOutbox } from '../store/outbox.ts'
import { type PullRequest, pullRequestOf } from '../store/pull-requests.ts'
import type { Release } from '../store/releases.ts'
import { commitsThatSay, releaseThatRuns } from '../store/running-commit.ts'
import { isSpokenOf } from '../store/spoken.ts'
import type { Workspace } from '../store/workspaces.ts'
import { commitStatus, contextOf, type StatusPlace, statusPlace } from './commit-status.ts'
import { withinStatus } from './ill-services.ts'
import { tellBelow } from './pull-requests/tell.ts'
import { maySpeak } from './pull-requests/voice.ts'
import type { HealthChange } from './record-observed.ts'

interface Place {
  readonly workspace: Workspace
  readonly environment: Environment
}

export interface ChangedHealth extends Place {
  readonly changes: readonly HealthChange[]
  readonly now: Date
}

export async function reportHealth(trx: Executor, { changes, now, ...place }: ChangedHealth, baseUrl: string): Promise<void> {
  const said = changes.map((change) => ({
    service: change.service,
    isWell: change.status === 'healthy',
    words: healthChangeWords(change, now),
  }))
  await tellStanding(trx, { ...place, said }, baseUrl)
}

/** A service that is held back since it ends again and again, or stays up again. */
export async function reportStanding(
  trx: Executor,
  { service, words, isWell, ...place }: Place & { readonly service: string; readonly words: string; readonly isWell: boolean },
  baseUrl: string,
): Promise<void> {
  await tellStanding(trx, { ...place, said: [{ service, isWell, words: `${service} ${words}` }] }, baseUrl)
}

interface Standing extends Place {
  readonly said: readonly { readonly service: string; readonly isWell: boolean; readonly words: string }[]
}

async function tellStanding(trx: Executor, { workspace, environment, said }: Standing, baseUrl: string): Promise<void> {
  const release = said.length === 0 ? undefined : await releaseThatRuns(trx, environment.id)
  if (release === undefined) return
  const pullRequest = environment.kind === 'preview' ? await pullRequestOf(trx, environment.id) : undefined
  if (pullRequest !== undefined) await holdTelling(trx, environment.id)
  const places = await placesOf(trx, { workspace, environment, release, pullRequest, baseUrl })
  const messages = places.flatMap((place) =>
    said.flatMap(({ service, isWell, words }): OutboxMessage[] => {
      const state = isWell ? 'success' : 'failure'
      return commitStatus(place, { context: `${contextOf(environment)}/${service}`, state, description: words })
    }),
  )
  if (messages.length > 0) {
    await putOutbox(trx, messages)
    await notify(trx, 'outbox', release.id)
  }
  if (pullRequest !== undefined) await tellBelow(trx, { workspace, pullRequestId: pullRequest.id }, baseUrl)
}

interface Running extends Place {
  readonly release: Release
  readonly pullRequest: PullRequest | undefined
  readonly baseUrl: string
}

/** The commit that runs, and kyozo's own commit that stands for it in the branch: that is what people see as its tip. */
async function placesOf(
  trx: Executor,
  { workspace, environment, release, pullRequest, baseUrl }: Running,
): Promise<readonly StatusPlace[]> {
  const { sha } = release
  const place = statusPlace({ workspace, release, baseUrl })
  if (pullRequest !== undefined) return (await maySpeak(trx, { workspace, pullRequest, sha })) ? [place] : []
  const places = [place]
  for (const own of await commitsThatSay(trx, workspace.id, sha)) {
    const also = { ...place, sha: own }
    // What is only proposed has no status of an environment.
    const [aggregate] = commitStatus(also, { context: contextOf(environment), state: 'success', description: '' })
    if (aggregate !== undefined && (await isSpokenOf(trx, aggregate))) places.push(also)
  }
  return places
}

export function healthChangeWords({ service, status, reason }: Pick<HealthChange, 'service' | 'status' | 'reason'>, now: Date): string {
  const since = `${now.toISOString().slice(11, 16)} UTC`
  return withinStatus(
    status === 'healthy'
      ? `${service} is healthy again since ${since}`
      : `${service} is unhealthy since ${since}: ${reason ?? 'its health check fails'}`,
  )
}
