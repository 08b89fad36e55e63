// Looks at a pull request anew and does what follows: reviews its head, and lets its preview be made, stay or go. Deliveries only wake this; what holds is
// what the host and the repository say at this moment.
import { asKyozoError, KyozoError } from '../../errors.ts'
import type { ForgeQuestions } from '../../forge/client.ts'
import type { ForgePullRequest } from '../../forge/pull-requests.ts'
import { databaseNow } from '../../store/instance.ts'
import { holdPreviewRoom } from '../../store/leaving-previews.ts'
import { finishOperation } from '../../store/operation-leases.ts'
import type { Operation } from '../../store/operations.ts'
import { changePullRequest, findPullRequest, holdPullRequest, type PullRequest } from '../../store/pull-requests.ts'
import type { StoredReview } from '../../store/tables/previews.ts'
import { noteFound, noteLook } from '../../store/unread-pull-requests.ts'
import { holdWorkspace, type Workspace } from '../../store/workspaces.ts'
import type { Kyozo } from '../kyozo.ts'
import { fetchingFor, known, textIn, workspaceOf } from '../operations/about.ts'
import type { OperationContext, OperationWork } from '../operations/operation.ts'
import { carryOut } from './carry-out.ts'
import { decideOn } from './decide-on.ts'
import { hearOfPullRequest } from './hear.ts'
import { passVoice } from './pass-voice.ts'
import { hasBranch, type ReadPullRequest, readPullRequest } from './read.ts'
import { reviewPullRequest } from './review.ts'
import { isSoonOver, type Unreadable, waitsForPush } from './unreadable.ts'

/** Somebody may change a pull request as fast as it is looked at; then the next look is left to whoever is woken by that. */
const looks = 3

export const followPullRequest: OperationWork = async (operation, context) => {
  await noteLook(context.kyozo.db, textIn(operation, 'pull_request_id'))
  for (let look = 1; look <= looks; look++) {
    const words = await lookOnce(operation, context)
    if (words !== undefined) return { kind: 'ended' }
  }
  throw new KyozoError('state_conflict', 'the pull request changes faster than it can be looked at', { retryable: true })
}

/** Undefined when something newer was learned of it meanwhile: then it is looked at again. */
async function lookOnce(operation: Operation, context: OperationContext): Promise<string | undefined> {
  const { kyozo, lease } = context
  const workspace = await workspaceOf(operation, kyozo.db)
  const pullRequest = await asItIsNow(context, { workspace, pullRequest: await pullRequestOf(operation, kyozo) })
  const read = pullRequest.state === 'open' ? await readIt(operation, context, { workspace, pullRequest }) : undefined
  const review = await reviewIt(context, { workspace, pullRequest, read })
  return kyozo.db.transaction().execute(async (trx) => {
    // Forks of all teams share their places: one at a time takes one.
    if (takesPlace(pullRequest)) await holdPreviewRoom(trx)
    // As whoever receives does: the workspace first, then the pull request, then its environment.
    await holdWorkspace(trx, workspace.id)
    const held = await holdPullRequest(trx, pullRequest.id)
    if (held === undefined || held.revision !== pullRequest.revision || takesPlace(held) !== takesPlace(pullRequest)) return undefined
    const subject = { workspace, pullRequest: held, by: operation.requestedBy }
    const isAsked = operation.input.asked === true
    const decided = await decideOn(trx, { ...subject, read, isAsked })
    const words = await carryOut(kyozo, trx, { ...subject, ...decided, read, review, isAsked })
    const failure = read !== undefined && 'error' in read ? read.error : undefined
    await noteFound(trx, held.id, { lookFailed: failure !== undefined, waitsForPush: failure !== undefined && waitsForPush(failure) })
    await finishOperation(trx, lease, { state: 'succeeded', words })
    return words
  })
}

/** Of what nobody has approved, or runs already, nothing is made. */
function takesPlace({ isFork, environmentId, approvedSha }: PullRequest): boolean {
  return isFork && environmentId === null && approvedSha !== null
}

async function pullRequestOf(operation: Operation, { db }: Kyozo): Promise<PullRequest> {
  return known(await findPullRequest(db, textIn(operation, 'pull_request_id')), 'the pull request')
}

/** What its host says of it at this moment, where it can be asked: deliveries come late, twice, or not at all. */
async function asItIsNow(context: OperationContext, { workspace, pullRequest }: Subject): Promise<PullRequest> {
  const { kyozo } = context
  const ask = kyozo.connections.client(workspace.connection ?? '')?.ask
  if (ask === undefined) return asItsBranchSays(context, { workspace, pullRequest })
  const said = await askHost(kyozo, { workspace, pullRequest, ask })
  if (said === undefined || said.id !== pullRequest.hostId || isSame(said, pullRequest)) return pullRequest
  return kyozo.db.transaction().execute(async (trx) => {
    await holdWorkspace(trx, workspace.id)
    return (await hearOfPullRequest(trx, { workspace, said, isReopened: true }, kyozo.config.baseUrl)).pullRequest
  })
}

/** A host that cannot be asked delays nothing: what it has sent was signed. */
async function askHost(
  kyozo: Kyozo,
  { workspace, pullRequest, ask }: Subject & { readonly ask: ForgeQuestions },
): Promise<ForgePullRequest | undefined> {
  const { repositoryId: id, repositoryName: fullName } = workspace
  const { number } = pullRequest
  if (id === null || fullName === null) return undefined
  try {
    return await ask.findPullRequest({ id, fullName }, number)
  } catch (error) {
    kyozo.log.info(
      { error, workspace: workspace.name, number },
      'a pull request could not be looked up at its host, and is what was sent of it',
    )
    return undefined
  }
}

/**
 * Without a credential only the repository can be asked, and hosts keep a head whose branch was deleted. One from inside whose branch is gone is over,
 * until its host sends that it is not.
 */
async function asItsBranchSays(context: OperationContext, { workspace, pullRequest }: Subject): Promise<PullRequest> {
  if (pullRequest.state !== 'open' || pullRequest.isFork) return pullRequest
  if (await hasBranch(fetchingFor(workspace, context), context.kyozo, pullRequest.headRef)) return pullRequest
  return context.kyozo.db.transaction().execute(async (trx) => {
    await holdWorkspace(trx, workspace.id)
    const held = await holdPullRequest(trx, pullRequest.id)
    // What was heard meanwhile is looked at again.
    if (held?.revision !== pullRequest.revision) return pullRequest
    const after = await changePullRequest(trx, pullRequest.id, { state: 'closed', closedAt: databaseNow })
    await passVoice(trx, { workspace, before: held, after }, context.kyozo.config.baseUrl)
    return after
  })
}

function isSame(said: ForgePullRequest, known: PullRequest): boolean {
  return (
    said.state === known.state &&
    said.headSha === known.headSha &&
    said.baseRef === known.baseRef &&
    said.isDraft === known.isDraft &&
    said.isFork === known.isFork &&
    said.title === known.title
  )
}

interface Subject {
  readonly workspace: Workspace
  readonly pullRequest: PullRequest
}

async function readIt(
  operation: Operation,
  context: OperationContext,
  { workspace, pullRequest }: Subject,
): Promise<ReadPullRequest | Unreadable> {
  const { kyozo } = context
  try {
    return await readPullRequest(fetchingFor(workspace, context), kyozo, pullRequest)
  } catch (thrown) {
    const error = asKyozoError(thrown)
    const { code, message, hint } = error
    if (isSoonOver(error) && operation.attempt < headTries)
      throw new KyozoError(code, message, { ...(hint === undefined ? {} : { hint }), retryable: true, cause: error })
    if (error.retryable || error.code === 'lease_lost') throw thrown
    return { error }
  }
}

const headTries = 3
async function reviewIt(
  context: OperationContext,
  { workspace, pullRequest, read }: Subject & { readonly read: ReadPullRequest | Unreadable | undefined },
): Promise<StoredReview | undefined> {
  if (read === undefined || 'error' in read) return undefined
  return reviewPullRequest(fetchingFor(workspace, context), context.kyozo, { pullRequest, read })
}
