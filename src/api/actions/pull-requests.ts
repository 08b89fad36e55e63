// What people ask of pull requests here. On the host they ask by comments and labels (pipeline/pull-requests/command.ts).
import { z } from 'zod'
import { KyozoError } from '../../errors.ts'
import { destroyedBy, letGo } from '../../pipeline/pull-requests/let-go.ts'
import { tellPullRequest } from '../../pipeline/pull-requests/tell.ts'
import { unseen } from '../../pipeline/pull-requests/unseen.ts'
import type { Executor } from '../../store/database.ts'
import { findEnvironment } from '../../store/environments.ts'
import { databaseClock, databaseNow } from '../../store/instance.ts'
import { lockRow } from '../../store/locking.ts'
import { approvalBy, changePullRequest, findPullRequest, type PullRequest } from '../../store/pull-requests.ts'
import { findWorkspace, holdWorkspace } from '../../store/workspaces.ts'
import type { ActionContext } from '../resources/action-context.ts'
import type { Action, Resource } from '../resources/resource.ts'
import { type Asked, type Asking, ask } from './ask.ts'

const review: Action = {
  right: 'pull_requests.review',
  description: 'Looks at it anew: what its host says of it, what it holds, and what follows.',
  attributes: {},
  run: (context, request) =>
    askPullRequest(context, request, async (_, pullRequest) => ({
      ...following(pullRequest, {}),
      action: 'pull_requests.review',
      joins: 'waiting',
    })),
}

const deploy: Action = {
  right: 'pull_requests.deploy',
  description: 'Makes a preview of its head, also where one was removed or did not find room.',
  attributes: {},
  run: (context, request) =>
    askPullRequest(context, request, async (trx, pullRequest) => ({
      ...following(pullRequest, { asked: true }),
      action: 'pull_requests.deploy',
      joins: 'waiting',
      store: async () => {
        assertOpen(pullRequest)
        await changePullRequest(trx, pullRequest.id, { lastUsedAt: databaseNow })
      },
    })),
}

const destroy: Action = {
  right: 'pull_requests.destroy',
  description: 'Removes its preview with all its data. None is made again until somebody deploys it.',
  attributes: {},
  run: (context, request) =>
    askPullRequest(context, request, async (trx, pullRequest) => ({
      ...following(pullRequest, {}),
      action: 'pull_requests.destroy',
      store: async () => {
        const destroyed = destroyedBy(request.viewer.name, pullRequest)
        const because = destroyed.heldReason
        await changePullRequest(trx, pullRequest.id, destroyed)
        const environment = pullRequest.environmentId === null ? undefined : await findEnvironment(trx, pullRequest.environmentId)
        const workspace = await findWorkspace(trx, pullRequest.workspaceId)
        if (environment !== undefined && workspace !== undefined)
          await letGo(trx, context.queue, { workspace, environment, by: request.viewer.name, because })
        if (workspace !== undefined) await tellPullRequest(trx, { workspace, pullRequestId: pullRequest.id }, context.baseUrl)
      },
    })),
}

const approve: Action = {
  right: 'pull_requests.approve',
  description:
    'Lets a preview of one commit of a fork be made. The approval is for that commit, named by its whole id (`head_sha`), and for the base branch that it is to be merged into, and lasts a day, or as long as previews stay.',
  attributes: {
    sha: z
      .string()
      .regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'must be the whole id of the commit that you have looked at, as head_sha has it'),
    base_ref: z
      .string()
      .max(1_000)
      .optional()
      .describe('The base branch that you have looked at. Default is whichever it has, unless it has that for less than a minute.'),
  },
  run: (context, request) => {
    const sha = String(request.attributes.sha)
    const baseRef = request.attributes.base_ref === undefined ? undefined : String(request.attributes.base_ref)
    return askPullRequest(context, request, async (trx, pullRequest) => ({
      ...following(pullRequest, { asked: true }),
      action: 'pull_requests.approve',
      details: { sha: pullRequest.headSha, base: pullRequest.baseRef },
      store: async () => {
        assertOpen(pullRequest)
        const { isFork, headSha, id, number } = pullRequest
        if (!isFork) throw new KyozoError('state_conflict', `pull request ${number} comes from this repository, and needs no approval`)
        if (headSha !== sha)
          throw new KyozoError('state_conflict', `the head of pull request ${number} is ${headSha}, and not ${sha}`, {
            hint: 'look at the commit that is there now',
          })
        await assertSeen(trx, pullRequest, baseRef)
        await changePullRequest(trx, id, approvalBy(request.viewer.name, pullRequest))
      },
    }))
  },
}

async function assertSeen(trx: Executor, pullRequest: PullRequest, baseRef: string | undefined): Promise<void> {
  const reason = unseen(pullRequest, { via: 'request', askedAtMs: await databaseClock(trx), baseRef })
  if (reason === undefined) return
  throw new KyozoError('state_conflict', `${pullRequest.headSha} is not approved: ${reason}`, {
    hint: `then name its base branch, which is ${pullRequest.baseRef} now`,
  })
}

function assertOpen({ state, number }: PullRequest): void {
  if (state === 'open') return
  throw new KyozoError('state_conflict', `pull request ${number} is ${state}`, { hint: 'reopen it at its host first' })
}

function following({ id, workspaceId }: PullRequest, input: Readonly<Record<string, unknown>>): Pick<Asked, 'operation'> {
  return { operation: { kind: 'follow_pull_request', workspaceId, input: { pull_request_id: id, ...input } } }
}

type OnePullRequest = Asking & { readonly row: Readonly<Record<string, unknown>> }

/** The workspace is held first, as whoever follows a pull request does. */
function askPullRequest(
  context: ActionContext,
  request: OnePullRequest,
  decide: (trx: Executor, pullRequest: PullRequest) => Promise<Omit<Asked, 'subject'>>,
) {
  return ask(context, request, async (trx) => {
    const known = await findPullRequest(trx, String(request.row.id))
    if (known !== undefined) await holdWorkspace(trx, known.workspaceId)
    const pullRequest = await lockRow(trx, request.viewer, 'pullRequests', String(request.row.id))
    return { ...(await decide(trx, pullRequest)), subject: { type: 'pull_requests', id: pullRequest.id, name: `#${pullRequest.number}` } }
  })
}

export const pullRequestActions: Pick<Resource, 'actions'> = { actions: { review, deploy, destroy, approve } }
