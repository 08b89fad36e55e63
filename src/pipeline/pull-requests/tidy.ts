// Previews that go because nobody uses them, because others need their room, or because they should have gone before.
import { KyozoError } from '../../errors.ts'
import { whoGivesWay } from '../../release/make-room.ts'
import { bytesOf } from '../../stack/settings/resources.ts'
import type { StackSpec } from '../../stack/stack.ts'
import type { Executor } from '../../store/database.ts'
import { findEnvironment } from '../../store/environments.ts'
import { expiredPreviews, hasExpired, holdPreviewLimits, isLingering, lingeringPreviews } from '../../store/leaving-previews.ts'
import { changePullRequest, findPullRequest, type PullRequest } from '../../store/pull-requests.ts'
import { latestRelease } from '../../store/releases.ts'
import { findWorkspace } from '../../store/workspaces.ts'
import type { Attempt } from '../attempt.ts'
import { limitsOf } from '../instance-facts.ts'
import type { Kyozo } from '../kyozo.ts'
import { eachHeld } from './each-held.ts'
import { destroyedBy, letGo } from './let-go.ts'
import { tellPullRequest } from './tell.ts'

type Tidier = Pick<Kyozo, 'db' | 'queue' | 'config' | 'log'>

/** Has previews removed that nobody has touched for as long as they may stay. Returns how many. */
export async function expirePreviews(kyozo: Tidier): Promise<number> {
  return eachHeld(kyozo, {
    what: 'remove a preview that nobody uses',
    found: await expiredPreviews(kyozo.db),
    isOne: hasExpired,
    act: (trx, pullRequest) => takeAway(kyozo, trx, { pullRequest, held: 'expired', words: whyExpired(pullRequest) }),
  })
}

function whyExpired({ isFork }: PullRequest): string {
  return isFork
    ? 'what comes from a fork stays for no longer after its approval; approving its head brings it back'
    : `nobody has pushed to it or looked at it for as long as a preview stays; ${comesBack}`
}

/** Has previews removed once more whose removal failed, after an hour each time: else nothing would, and others wait for their place. Returns how many. */
export async function removeLingering(kyozo: Tidier): Promise<number> {
  return eachHeld(kyozo, {
    what: 'remove a preview again',
    found: await lingeringPreviews(kyozo.db),
    isOne: isLingering,
    act: (trx, pullRequest) => removeAgain(kyozo, trx, pullRequest),
  })
}

async function removeAgain({ queue, config }: Tidier, trx: Executor, found: PullRequest): Promise<void> {
  const environment = found.environmentId === null ? undefined : await findEnvironment(trx, found.environmentId)
  const workspace = await findWorkspace(trx, found.workspaceId)
  if (environment === undefined || workspace === undefined) return
  const { pausedBy, pausedById } = environment
  // A person asked for it by an API that knew nothing of pull requests: it stays away as by any other command.
  const isTheirs = found.state === 'open' && found.held === null && pausedById !== null
  const pullRequest = isTheirs ? await changePullRequest(trx, found.id, destroyedBy(pausedBy ?? 'somebody', found)) : found
  const { state, number, heldReason } = pullRequest
  const because = state === 'open' ? (heldReason ?? 'its removal failed') : `pull request ${number} was ${state}`
  await letGo(trx, queue, { workspace, environment, by: 'kyozo', because })
  if (isTheirs) await tellPullRequest(trx, { workspace, pullRequestId: pullRequest.id }, config.baseUrl)
}

const comesBack = 'the next push, or /kyozo deploy, brings it back'

interface Taking {
  readonly pullRequest: PullRequest
  readonly held: 'expired' | 'evicted'
  readonly words: string
}

async function takeAway({ queue, config }: Omit<Tidier, 'db' | 'log'>, trx: Executor, { pullRequest, held, words }: Taking): Promise<void> {
  const { environmentId, headSha } = pullRequest
  const environment = environmentId === null ? undefined : await findEnvironment(trx, environmentId)
  const workspace = await findWorkspace(trx, pullRequest.workspaceId)
  if (environment === undefined || workspace === undefined) return
  // Of what was pushed since, and nobody has looked at yet, a preview is made.
  const heldSha = (await latestRelease(trx, environment.id))?.sha ?? headSha
  await changePullRequest(trx, pullRequest.id, { held, heldReason: words, heldSha })
  await letGo(trx, queue, { workspace, environment, by: 'kyozo', because: words })
  await tellPullRequest(trx, { workspace, pullRequestId: pullRequest.id }, config.baseUrl)
}

/**
 * Sees to it that all previews together stay within the memory that the operator gives them: those give way that were used least recently. Throws
 * `quota_exceeded` when this one would not fit even alone.
 */
export async function makeRoomForPreview(
  kyozo: Omit<Tidier, 'db' | 'log'>,
  trx: Executor,
  { attempt, stack }: { readonly attempt: Attempt; readonly stack: StackSpec },
): Promise<void> {
  const { environment, workspace } = attempt
  if (environment.trust === 'trusted') return
  const budgetBytes = kyozo.config.previewMemoryBytes
  const wantedBytes = sumOf(stack.services.map((spec) => ({ ...limitsOf(spec, stack), replicas: spec.replicas })))
  const held = await holdPreviewLimits(trx, { besides: environment.id })
  const others = held.map(({ pullRequestId, lastUsedAt, limits }) => ({
    id: pullRequestId,
    memoryBytes: sumOf(limits),
    lastUsedMs: lastUsedAt.getTime(),
  }))
  const leaving = whoGivesWay({ others, wantedBytes, budgetBytes })
  const together = `previews may use ${mebibytes(budgetBytes)} of memory together`
  if (leaving === undefined)
    throw new KyozoError('quota_exceeded', `this preview asks for ${mebibytes(wantedBytes)} of memory, and ${together}`, {
      hint: 'lower previews.resources.memory in kyozo.yaml of the branch that rules the preview, or ask the operator for a larger KYOZO_PREVIEW_MEMORY_MB',
    })
  for (const { id } of leaving) {
    const pullRequest = await findPullRequest(trx, id)
    if (pullRequest === undefined) continue
    // The names of one team are not another's to read.
    const who = pullRequest.teamId === workspace.teamId ? `${workspace.name} ${environment.name}` : 'another preview'
    const words = `${who} needed its room: ${together}, and this one was used least recently; ${pullRequest.isFork ? '/kyozo deploy brings it back' : comesBack}`
    await takeAway(kyozo, trx, { pullRequest, held: 'evicted', words })
    const which =
      pullRequest.workspaceId === workspace.id ? `The preview of pull request ${pullRequest.number}` : 'A preview of another workspace'
    attempt.say(`${which} gives way: ${together}, and it was used least recently`)
  }
}

function sumOf(limits: readonly { readonly memory?: string | undefined; readonly replicas: number }[]): number {
  return limits.reduce((sum, { memory, replicas }) => sum + (bytesOf(memory) ?? 0) * replicas, 0)
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MiB`
}
