// When another pull request comes to speak for a commit, the commit says what is known of that one, in the transaction that makes it so.
import { isProposedAt } from '../../store/compose-proposals.ts'
import type { Executor } from '../../store/database.ts'
import { findEnvironment } from '../../store/environments.ts'
import { holdTelling, pullRequestsAt } from '../../store/heads.ts'
import { notify } from '../../store/notify.ts'
import { type OutboxMessage, putOutbox } from '../../store/outbox.ts'
import type { PullRequest } from '../../store/pull-requests.ts'
import { type ReleaseVerdict, releaseOfCommit, releaseServices } from '../../store/releases.ts'
import { isSpokenOf } from '../../store/spoken.ts'
import type { Workspace } from '../../store/workspaces.ts'
import { commitStatus, contextOf, previewContext, statusPlace } from '../commit-status.ts'
import { illMessages } from '../ill-services.ts'
import { missedPreview, type ReportSubject, statusMessages } from '../release-status.ts'
import { checkOf, planCheck, pullRequestMessages, pullRequestPage } from './comment.ts'
import { shownWhile } from './held-status.ts'
import { speakerAmong } from './voice.ts'

export interface Changed {
  readonly workspace: Workspace
  /** Undefined for one that is new. */
  readonly before: PullRequest | undefined
  readonly after: PullRequest
}

/** Whoever calls tells of the changed one itself; it holds the workspace, so that one at a time changes who speaks. */
export async function passVoice(trx: Executor, { workspace, before, after }: Changed, baseUrl: string): Promise<void> {
  for (const sha of new Set([before?.headSha ?? after.headSha, after.headSha])) {
    const open = await pullRequestsAt(trx, { workspaceId: workspace.id, sha })
    const others = open.filter(({ id }) => id !== after.id)
    const wasThere = before?.state === 'open' && before.headSha === sha ? [before] : []
    const [former, speaker] = [speakerAmong([...others, ...wasThere], workspace), speakerAmong(open, workspace)]
    if (former === undefined || speaker === undefined || former.id === speaker.id) continue
    if (await isProposedAt(trx, { workspaceId: workspace.id, sha })) continue
    await tellSpeaker(trx, { workspace, pullRequest: speaker, baseUrl })
    // Their comments say whose verdict it is.
    for (const pullRequest of others) await putOutbox(trx, await pullRequestMessages(trx, { workspace, pullRequest, baseUrl }))
    await notify(trx, 'outbox', speaker.id)
  }
}

/** Of a commit that a proposal of kyozo's led to, until it was merged, closed or pushed to. */
export async function tellHead(
  trx: Executor,
  { workspace, sha }: { readonly workspace: Workspace; readonly sha: string },
  baseUrl: string,
) {
  const of = { workspaceId: workspace.id, sha }
  const speaker = speakerAmong(await pullRequestsAt(trx, of), workspace)
  if (speaker === undefined || (await isProposedAt(trx, of))) return
  await tellSpeaker(trx, { workspace, pullRequest: speaker, baseUrl })
  await notify(trx, 'outbox', speaker.id)
}

interface Speaking {
  readonly workspace: Workspace
  readonly pullRequest: PullRequest
  readonly baseUrl: string
}

/** Nothing yet of one that is still to be looked at: whoever looks at it tells it. */
async function tellSpeaker(trx: Executor, speaking: Speaking): Promise<void> {
  const { workspace, pullRequest, baseUrl } = speaking
  const check = checkOf(pullRequest, pullRequestPage(baseUrl, pullRequest.id))
  const isOfHead = check?.sha === pullRequest.headSha
  await putOutbox(trx, [...(await statusesOf(trx, speaking)), ...(isOfHead ? planCheck(workspace, check) : [])])
}

async function statusesOf(trx: Executor, speaking: Speaking): Promise<readonly OutboxMessage[]> {
  const { workspace, pullRequest, baseUrl } = speaking
  const { held, heldReason, headSha, id } = pullRequest
  const shown = held === null ? undefined : shownWhile(held)
  const released = shown === undefined ? await releasedOf(trx, speaking) : undefined
  if (released !== undefined) return statusesOfRelease(trx, released, speaking)
  if (held === null) return []
  const place = { workspace, sha: headSha, page: pullRequestPage(baseUrl, id) }
  return commitStatus(place, { context: previewContext, state: shown ?? 'success', description: `No preview: ${heldReason ?? held}` })
}

/** The release of its head, as it does at this moment. */
async function releasedOf(trx: Executor, { workspace, pullRequest }: Speaking): Promise<ReportSubject | undefined> {
  const { environmentId, headSha } = pullRequest
  const environment = environmentId === null ? undefined : await findEnvironment(trx, environmentId)
  if (environment === undefined) return undefined
  await holdTelling(trx, environment.id)
  const release = await releaseOfCommit(trx, environment.id, headSha)
  if (release === undefined) return undefined
  const verdicts = (await releaseServices(trx, release.id)).map(
    ({ service, verdict, words }): ReleaseVerdict => ({ service, kind: verdict, words }),
  )
  return { workspace, environment, release, verdicts }
}

async function statusesOfRelease(
  trx: Executor,
  released: ReportSubject,
  { pullRequest, baseUrl }: Speaking,
): Promise<readonly OutboxMessage[]> {
  const { workspace, environment, release, verdicts } = released
  const place = statusPlace({ workspace, release, baseUrl })
  const missed = missedPreview(release, pullRequest)
  if (missed !== undefined) return commitStatus(place, { context: previewContext, ...missed })
  const messages = statusMessages(released, baseUrl)
  const told = new Set(messages.map(({ target }) => target))
  const context = contextOf(environment)
  // A service that this one left alone says nothing of itself, and must not go on saying what became of another's.
  const quiet = verdicts.flatMap(({ service, kind, words }) =>
    kind === 'unchanged' || kind === 'shared'
      ? commitStatus(place, { context: `${context}/${service}`, state: 'success', description: words })
      : [],
  )
  const stale: OutboxMessage[] = []
  for (const message of quiet) if (!told.has(message.target) && (await isSpokenOf(trx, message))) stale.push(message)
  const isGood = release.state === 'live' || release.state === 'unchanged'
  return [...stale, ...messages, ...(isGood ? await illMessages(trx, { place, environment }) : [])]
}
