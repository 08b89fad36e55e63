// A head that could not be looked at: what holds of its pull request until somebody can, and what is told of it, since nobody waits for a status for ever.
import { changeWhatDiffers, holdPullRequest, type PullRequest } from '../../store/pull-requests.ts'
import { isFollowedBesides, noteFound } from '../../store/unread-pull-requests.ts'
import { findWorkspace, holdWorkspace } from '../../store/workspaces.ts'
import type { OperationFailure } from '../operations/operation.ts'
import { tellNoPreview } from './hear.ts'
import { tellPullRequest } from './tell.ts'

export interface Unread {
  readonly words: string
  /** Whether somebody asked for a preview. */
  readonly isAsked: boolean
  /** Whether it may be another thing tomorrow although nobody has changed the repository. */
  readonly isPassing: boolean
}

type Known = Pick<PullRequest, 'headSha' | 'reviewSha' | 'held' | 'heldSha'>

/** How it is held from now on. Pure; undefined where what was decided before holds all the same. */
export function heldUnread(pullRequest: Known, { words, isAsked, isPassing }: Unread) {
  const { headSha } = pullRequest
  const failed = { held: 'failed', heldReason: isPassing ? `${triedAgain}: ${words}` : words, heldSha: headSha } as const
  if (isAsked) return failed
  return isTakenAway(pullRequest) || (isPassing && isDecided(pullRequest)) ? undefined : failed
}

/** Beside a commit there is room for little more than this. */
const triedAgain = 'kyozo could not look at it and tries again by itself, or at once with /kyozo plan'

/** What a person, or kyozo, has taken away does not come back because nobody could look at it for a while. */
function isTakenAway({ held, heldSha, headSha }: Known): boolean {
  return held === 'destroyed' || ((held === 'expired' || held === 'evicted') && heldSha === headSha)
}

/** This very commit has what was decided of it, and that a host is away changes nothing about it. */
function isDecided({ held, headSha, reviewSha }: Known): boolean {
  return held !== 'failed' && reviewSha === headSha
}

/** Nobody goes on trying, for now: it is said, and looked at again after a while. */
export const followFailed: OperationFailure = async ({ id, workspaceId, input, requestedBy }, { trx, baseUrl, words }) => {
  const workspace = workspaceId === null ? undefined : await findWorkspace(trx, workspaceId)
  if (workspace === undefined || typeof input.pull_request_id !== 'string') return
  await holdWorkspace(trx, workspace.id)
  const pullRequest = await holdPullRequest(trx, input.pull_request_id)
  if (pullRequest === undefined) return
  const { state, number } = pullRequest
  if (state !== 'open') return tellNoPreview(trx, { workspace, pullRequest, words: `pull request ${number} was ${state}` }, baseUrl)
  const isAsked = input.asked === true
  await noteFound(trx, pullRequest.id, { lookFailed: true, waitsForPush: false })
  // Then that one says how it ends.
  if (!isAsked && (await isFollowedBesides(trx, pullRequest.id, id))) return
  const held = heldUnread(pullRequest, { words, isAsked, isPassing: true })
  await changeWhatDiffers(trx, pullRequest, { ...held, ...(isAsked ? { askedBy: requestedBy } : {}) })
  await tellPullRequest(trx, { workspace, pullRequestId: pullRequest.id }, baseUrl)
}
