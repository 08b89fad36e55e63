// What somebody asked of kyozo on the Git host: looked at who it is, then done. Only who may push to the repository at this moment is answered in words; for
// everybody else a sign beside the comment is enough, so that nobody can make kyozo talk.
import { z } from 'zod'
import { asKyozoError } from '../../errors.ts'
import type { ForgeUser } from '../../forge/pull-requests.ts'
import { recordByHost } from '../../store/audit.ts'
import type { Executor } from '../../store/database.ts'
import { findEnvironment } from '../../store/environments.ts'
import { databaseNow } from '../../store/instance.ts'
import { finishOperation } from '../../store/operation-leases.ts'
import type { Operation } from '../../store/operations.ts'
import {
  approvalBy,
  changePullRequest,
  findPullRequest,
  findPullRequestByNumber,
  holdPullRequest,
  type PullRequest,
} from '../../store/pull-requests.ts'
import { holdWorkspace, type Workspace } from '../../store/workspaces.ts'
import type { Kyozo } from '../kyozo.ts'
import { workspaceOf } from '../operations/about.ts'
import type { OperationOutcome, OperationWork } from '../operations/operation.ts'
import { type Answer, type AnswerPlace, answerTo, tellAnswer } from './answers.ts'
import { hearOfPullRequest } from './hear.ts'
import { destroyedBy, letGo } from './let-go.ts'
import { misnamed } from './named-commit.ts'
import { followPullRequest } from './note.ts'
import { type Command, parseCommand } from './parse-command.ts'
import { tellPullRequest } from './tell.ts'
import { unseen } from './unseen.ts'

const user = z.object({ id: z.string(), login: z.string() })
const inputSchema = z.union([
  /** `at`: when it was written, by the host's clock. */
  z.object({ number: z.int(), line: z.string(), comment: z.string(), at: z.iso.datetime().nullish(), by: user }),
  /** `base_ref`: the branch that it was to be merged into then. */
  z.object({
    ...{ pull_request_id: z.string(), command: z.literal('approve'), sha: z.string(), base_ref: z.string().optional() },
    ...{ by: user, via: z.literal('label') },
  }),
])
type Input = z.infer<typeof inputSchema>

export const commandPullRequest: OperationWork = async (operation, { kyozo, lease }) => {
  const input = inputSchema.parse(operation.input)
  const workspace = await workspaceOf(operation, kyozo.db)
  const pullRequest = await findIt(kyozo, workspace, input)
  const mayWrite = pullRequest !== undefined && (await mayPush(kyozo, workspace, input.by))
  return kyozo.db.transaction().execute(async (trx): Promise<OperationOutcome> => {
    await holdWorkspace(trx, workspace.id)
    const held = pullRequest === undefined ? undefined : await holdPullRequest(trx, pullRequest.id)
    const answer =
      held === undefined
        ? answerTo.nobody()
        : mayWrite
          ? await obey(kyozo, trx, { workspace, pullRequest: held, input, askedAtMs: whenAsked(operation, input) })
          : answerTo.stranger(input.by)
    if (pullRequest !== undefined) await tellAnswer(trx, { workspace, pullRequest, place: placeOf(input), answer })
    await finishOperation(trx, lease, { state: 'succeeded', words: answer.words })
    return { kind: 'ended' }
  })
}

/** One that nothing was heard of yet is asked for: what it is told of need not be new. */
async function findIt(kyozo: Kyozo, workspace: Workspace, input: Input): Promise<PullRequest | undefined> {
  if ('pull_request_id' in input) return findPullRequest(kyozo.db, input.pull_request_id)
  const known = await findPullRequestByNumber(kyozo.db, workspace.id, input.number)
  if (known !== undefined) return known
  const { repositoryId: id, repositoryName: fullName, connection } = workspace
  if (id === null || fullName === null) return undefined
  const said = await kyozo.connections.client(connection ?? '')?.ask?.findPullRequest({ id, fullName }, input.number)
  if (said === undefined) return undefined
  return kyozo.db
    .transaction()
    .execute(async (trx) => (await hearOfPullRequest(trx, { workspace, said }, kyozo.config.baseUrl)).pullRequest)
}

function placeOf(input: Input): AnswerPlace {
  return 'line' in input ? { kind: 'comment', id: input.comment } : { kind: 'label', sha: input.sha }
}

/** Asked of the host at this moment: a delivery says who somebody is, and not what they may do. Without a credential nobody may. */
async function mayPush(kyozo: Kyozo, workspace: Workspace, by: ForgeUser): Promise<boolean> {
  const { repositoryId: id, repositoryName: fullName, connection } = workspace
  if (id === null || fullName === null) return false
  try {
    return (await kyozo.connections.client(connection ?? '')?.ask?.mayWrite({ id, fullName }, by)) ?? false
  } catch (thrown) {
    if (asKyozoError(thrown).code !== 'forge_refused') throw thrown
    kyozo.log.warn(
      { error: thrown, workspace: workspace.name },
      'what somebody may do could not be asked of the Git host, so it is taken for nothing',
    )
    return false
  }
}

interface Obeying {
  readonly workspace: Workspace
  readonly pullRequest: PullRequest
  readonly input: Input
  readonly askedAtMs: number
}

/** What is heard or worked on late was written before. */
function whenAsked({ createdAt }: Pick<Operation, 'createdAt'>, input: Input): number {
  const writtenAtMs = 'line' in input && input.at ? Date.parse(input.at) : Number.POSITIVE_INFINITY
  return Math.min(createdAt.getTime(), writtenAtMs)
}

async function obey(kyozo: Kyozo, trx: Executor, obeying: Obeying): Promise<Answer> {
  const { workspace, pullRequest, input } = obeying
  const command: Command = 'line' in input ? parseCommand(input.line) : { kind: 'approve', sha: input.sha }
  const by = input.by.login
  if (pullRequest.state !== 'open' && command.kind !== 'explain' && command.kind !== 'help')
    return answerTo.refusal(`pull request ${pullRequest.number} is not open any more`)
  switch (command.kind) {
    case 'plan':
      await followPullRequest(trx, kyozo.queue, { pullRequest, by })
      return answerTo.doing(`${by} asked for the plan`)
    case 'deploy':
      await changePullRequest(trx, pullRequest.id, { lastUsedAt: databaseNow })
      await followPullRequest(trx, kyozo.queue, { pullRequest, by, isAsked: true })
      return answerTo.doing(`${by} asked for a preview`)
    case 'destroy':
      return destroy(kyozo, trx, { workspace, pullRequest, by })
    case 'approve':
      return approve(kyozo, trx, { ...obeying, sha: command.sha })
    case 'explain':
      return answerTo.explanation(pullRequest, command.service)
    case 'help':
      return answerTo.help()
    case 'unknown':
      return answerTo.mistake(command.words)
  }
}

async function destroy(
  kyozo: Kyozo,
  trx: Executor,
  { workspace, pullRequest, by }: { readonly workspace: Workspace; readonly pullRequest: PullRequest; readonly by: string },
): Promise<Answer> {
  const destroyed = destroyedBy(by, pullRequest)
  const because = destroyed.heldReason
  await changePullRequest(trx, pullRequest.id, { ...destroyed, lastUsedAt: databaseNow })
  const environment = pullRequest.environmentId === null ? undefined : await findEnvironment(trx, pullRequest.environmentId)
  if (environment !== undefined) await letGo(trx, kyozo.queue, { workspace, environment, by, because })
  await tellPullRequest(trx, { workspace, pullRequestId: pullRequest.id }, kyozo.config.baseUrl)
  return answerTo.doing(`${because}; a preview is made again with /kyozo deploy`)
}

async function approve(
  kyozo: Kyozo,
  trx: Executor,
  { workspace, pullRequest, input, askedAtMs, sha }: Obeying & { readonly sha: string | null },
): Promise<Answer> {
  const { headSha, isFork, number } = pullRequest
  const asked = `\`/kyozo approve ${headSha}\``
  if (!isFork) return answerTo.refusal(`pull request ${number} comes from this repository, and needs no approval`)
  const mistake = misnamed(sha, headSha)
  if (mistake !== undefined) return answerTo.refusal(`${mistake}, and then write ${asked}`)
  const looking = 'via' in input ? { via: input.via, askedAtMs, baseRef: input.base_ref } : { via: 'comment' as const, askedAtMs }
  const reason = unseen(pullRequest, looking)
  if (reason !== undefined) return answerTo.refusal(`${headSha} is not approved: ${reason}, and then write ${asked}`)
  const { login } = input.by
  await changePullRequest(trx, pullRequest.id, approvalBy(login, pullRequest))
  await recordByHost(trx, workspace.teamId, {
    actor: login,
    action: 'pull_requests.approve',
    subjectType: 'pull_requests',
    subjectId: pullRequest.id,
    subjectName: `#${number}`,
    details: { sha: headSha, base: pullRequest.baseRef, via: 'via' in input ? 'label' : 'comment' },
  })
  await followPullRequest(trx, kyozo.queue, { pullRequest, by: login, isAsked: true })
  return answerTo.doing(`${login} approved ${headSha}`)
}
