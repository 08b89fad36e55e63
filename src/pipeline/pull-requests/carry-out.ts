// Does what was decided about a preview, in one transaction with what is told of it.
import { isDeepStrictEqual } from 'node:util'
import { KyozoError } from '../../errors.ts'
import type { Holding, PreviewDecision } from '../../release/preview.ts'
import { lifeMs } from '../../release/preview.ts'
import { short } from '../../release/verdict.ts'
import type { Executor } from '../../store/database.ts'
import { type Environment, findEnvironment, putEnvironment } from '../../store/environments.ts'
import { databaseNow } from '../../store/instance.ts'
import { resumeAfterRemoval } from '../../store/intents.ts'
import { changePullRequest, changeWhatDiffers, findPullRequest, letPreviewLive, type PullRequest } from '../../store/pull-requests.ts'
import { latestRelease, type Release } from '../../store/releases.ts'
import type { StoredReview } from '../../store/tables/previews.ts'
import type { Workspace } from '../../store/workspaces.ts'
import type { Kyozo } from '../kyozo.ts'
import { startRelease } from '../receive.ts'
import { tellNoPreview, tellOvertaken } from './hear.ts'
import { isGoing, letGo } from './let-go.ts'
import { passVoice, tellHead } from './pass-voice.ts'
import type { ReadPullRequest } from './read.ts'
import { tellPullRequest } from './tell.ts'
import { heldUnread } from './unread.ts'
import { isRefusal, type Unreadable } from './unreadable.ts'

interface Subject {
  readonly workspace: Workspace
  readonly pullRequest: PullRequest
  /** Who made it happen. */
  readonly by: string
}

export interface Carrying extends Subject {
  readonly decision: PreviewDecision | { readonly kind: 'failed'; readonly words: string }
  readonly read: ReadPullRequest | Unreadable | undefined
  readonly review: StoredReview | undefined
  /** Whether that was to ask for a preview. */
  readonly isAsked: boolean
}

type Carrier = Pick<Kyozo, 'queue' | 'config'>

/** Returns what was done, in words. */
export async function carryOut(kyozo: Carrier, trx: Executor, carrying: Carrying): Promise<string> {
  const { pullRequest, workspace } = carrying
  const { review, read } = carrying
  if (review !== undefined && read !== undefined && 'head' in read) await keepReview(trx, pullRequest, { review, sha: read.head.sha })
  // Which it stays, should it find no room, or the former one be in its way.
  if (carrying.isAsked) await changePullRequest(trx, pullRequest.id, { askedBy: carrying.by })
  const words = await act(kyozo, trx, carrying)
  // What a fetch found may be newer than what was told.
  const after = (await findPullRequest(trx, pullRequest.id)) ?? pullRequest
  await tellOvertaken(trx, { workspace, pullRequest, bySha: after.headSha }, kyozo.config.baseUrl)
  await passVoice(trx, { workspace, before: pullRequest, after }, kyozo.config.baseUrl)
  await tellPullRequest(trx, { workspace, pullRequestId: pullRequest.id }, kyozo.config.baseUrl)
  return words
}

async function keepReview(
  trx: Executor,
  { id, review: before, reviewSha }: PullRequest,
  { review, sha }: { readonly review: StoredReview; readonly sha: string },
): Promise<void> {
  const stored = JSON.stringify(review)
  if (reviewSha === sha && isDeepStrictEqual(before, JSON.parse(stored))) return
  await changePullRequest(trx, id, { review: stored, reviewSha: sha })
}

async function act(kyozo: Carrier, trx: Executor, carrying: Carrying): Promise<string> {
  const { decision, read } = carrying
  switch (decision.kind) {
    case 'deploy':
      return deploy(kyozo, trx, { ...carrying, read: read as ReadPullRequest })
    case 'hold':
      return hold(kyozo, trx, { ...carrying, decision, headSha: (read as ReadPullRequest).head.sha })
    case 'remove':
      await changePullRequest(trx, carrying.pullRequest.id, { held: null, heldReason: null, heldSha: null, askedBy: null })
      await tellNoPreview(trx, { ...carrying, words: decision.words }, kyozo.config.baseUrl)
      return removed(kyozo, trx, carrying, decision.words)
    case 'failed':
      await holdUnread(trx, { ...carrying, words: decision.words, error: (read as Unreadable).error })
      return `pull request ${carrying.pullRequest.number} cannot be read: ${decision.words}`
  }
}

async function holdUnread(
  trx: Executor,
  { pullRequest, words, isAsked, error }: Pick<Carrying, 'pullRequest' | 'isAsked'> & Unreadable & { readonly words: string },
): Promise<void> {
  const held = heldUnread(pullRequest, { words, isAsked, isPassing: isRefusal(error) })
  if (held !== undefined) await changeWhatDiffers(trx, pullRequest, held)
}

async function deploy(
  kyozo: Carrier,
  trx: Executor,
  { workspace, pullRequest, by, read }: Subject & { readonly read: ReadPullRequest },
): Promise<string> {
  const { number, isFork } = pullRequest
  const { sha } = read.head
  const former = pullRequest.environmentId === null ? undefined : await findEnvironment(trx, pullRequest.environmentId)
  const wanted = { ...headAt(pullRequest, sha), held: null, heldReason: null, heldSha: null }
  if (former !== undefined && (await isGoing(trx, former))) {
    // Whoever takes it away has those looked at again that are held by nothing.
    await changePullRequest(trx, pullRequest.id, wanted)
    return `the former preview of pull request ${number} is being removed; the next one is made when it is gone`
  }
  // What could not be removed serves again, once a release has made anew what went of it.
  const isKept = former !== undefined && (await resumeAfterRemoval(trx, former.id))
  const environment = await placeOf(trx, { workspace, pullRequest })
  if (environment instanceof KyozoError) {
    const words = `${environment.message}; ${environment.hint ?? ''}`
    await changeWhatDiffers(trx, pullRequest, { ...headAt(pullRequest, sha), held: 'failed', heldReason: words, heldSha: sha })
    return words
  }
  await changePullRequest(trx, pullRequest.id, { ...wanted, environmentId: environment.id })
  await letPreviewLive(trx, environment.id, lifeMs(read.rules, { isFork }) / 1_000)
  const latest = await latestRelease(trx, environment.id)
  if (latest?.sha === sha && !mayComeAgain(latest) && !isRetargeted(pullRequest) && !isKept) {
    // Beside it may stand why it was held.
    if (pullRequest.held !== null) await tellHead(trx, { workspace, sha }, kyozo.config.baseUrl)
    return `${short(sha)} of pull request ${number} has its release`
  }
  const release = await startRelease({ queue: kyozo.queue, baseUrl: kyozo.config.baseUrl }, trx, {
    workspace,
    environment,
    sha,
    triggeredBy: by,
  })
  return `release of ${short(release.sha)} to ${environment.name} queued`
}

/** What a fetch found, which may be newer than what was told. */
function headAt({ headSha }: PullRequest, sha: string) {
  return headSha === sha ? {} : { headSha: sha, headSince: databaseNow }
}

/** One that was not begun for a newer commit, or failed, is tried once more when somebody pushes or asks. */
function mayComeAgain({ state }: Release): boolean {
  return state === 'superseded' || state === 'failed' || state === 'skipped'
}

/** A review goes with the base that it was made for. What runs then goes by another base's rules: its secrets, and how much it gets. */
function isRetargeted({ reviewSha }: PullRequest): boolean {
  return reviewSha === null
}

async function placeOf(
  trx: Executor,
  { workspace, pullRequest }: Pick<Subject, 'workspace' | 'pullRequest'>,
): Promise<Environment | KyozoError> {
  const { number, ref, isFork } = pullRequest
  try {
    return await putEnvironment(trx, workspace, {
      name: `pr-${number}`,
      ref,
      preview: { pullRequest: number, trust: isFork ? 'fork' : 'preview' },
    })
  } catch (error) {
    if (error instanceof KyozoError && error.code === 'bad_request') return error
    throw error
  }
}

async function hold(
  kyozo: Carrier,
  trx: Executor,
  { decision, headSha, ...subject }: Subject & { readonly decision: Holding; readonly headSha: string },
): Promise<string> {
  const { pullRequest } = subject
  const { held, words, removes } = decision
  const isSame = pullRequest.held === held && pullRequest.heldSha !== null
  await changeWhatDiffers(trx, pullRequest, {
    ...headAt(pullRequest, headSha),
    held,
    heldReason: words,
    // Since when it is so decides what lifts it.
    heldSha: isSame && (held === 'expired' || held === 'evicted' || held === 'destroyed') ? pullRequest.heldSha : headSha,
  })
  if (!removes) return `no preview of ${short(headSha)}: ${words}`
  return removed(kyozo, trx, subject, words)
}

async function removed(kyozo: Carrier, trx: Executor, { workspace, pullRequest, by }: Subject, words: string): Promise<string> {
  const environment = pullRequest.environmentId === null ? undefined : await findEnvironment(trx, pullRequest.environmentId)
  if (environment === undefined) return words
  await letGo(trx, kyozo.queue, { workspace, environment, by, because: words })
  return `${words}; ${environment.name} is removed`
}
