// What people ask of an environment.
import { z } from 'zod'
import { productionName } from '../../environment-names.ts'
import { KyozoError } from '../../errors.ts'
import { destroyedBy } from '../../pipeline/pull-requests/let-go.ts'
import { tellPullRequest } from '../../pipeline/pull-requests/tell.ts'
import { pausedWords } from '../../pipeline/skip.ts'
import type { Executor } from '../../store/database.ts'
import { type Environment, findEnvironment, findEnvironmentByName, findEnvironmentByRef, putEnvironment } from '../../store/environments.ts'
import { changeEnvironment, pauseEnvironment, pauseForRemoval, resumeEnvironment } from '../../store/intents.ts'
import { lockRow } from '../../store/locking.ts'
import { changePullRequest, holdPullRequest, pullRequestOf } from '../../store/pull-requests.ts'
import { findWorkspace, holdWorkspace } from '../../store/workspaces.ts'
import type { ActionContext } from '../resources/action-context.ts'
import type { Action, Change, Creation, Removal, Resource } from '../resources/resource.ts'
import { type Asked, type Asking, ask, assertNoProblems, audit } from './ask.ts'
import { assertReleasable } from './releasable.ts'

const branchRule = 'must be the name of a branch, such as develop'
/** What Git takes for a branch, as far as kyozo needs it: no control characters, no `..`, no `@{`, nothing that begins or ends like a path. */
export const branchName = z
  .string()
  .min(1)
  .max(200)
  .regex(/^(?![/.-])(?!.*(?:\.\.|@\{|\/\/|\/\.))[^\0-\x20\x7f~^:?*[\\]+(?<![/.])$/, branchRule)
const reason = z.string().trim().min(1).max(500)

const create: Creation = {
  right: 'environments.create',
  description: 'Makes an environment for a branch. Deploy it, or push to the branch.',
  attributes: {
    name: z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?$/, 'must be lower-case letters, digits and dashes, at most 22'),
    branch: branchName,
  },
  relationships: { workspace: { type: 'workspaces', isRequired: true } },
  subject: ({ related }) => ({ workspaceId: String(related.workspace?.id) }),
  run: async (context, { viewer, attributes, related }) =>
    context.db.transaction().execute(async (trx) => {
      const workspace = await lockRow(trx, viewer, 'workspaces', String(related.workspace?.id))
      const [name, ref] = [String(attributes.name), `refs/heads/${String(attributes.branch)}`]
      await assertFree(trx, { workspaceId: workspace.id, name, ref, defaultRef: `refs/heads/${workspace.defaultBranch}` })
      const environment = await putEnvironment(trx, workspace, { name, ref })
      const subject = { type: 'environments', id: environment.id, name }
      await audit(trx, context, { viewer, action: 'environments.create', subject, details: { ref } })
      return { kind: 'row' as const, id: environment.id }
    }),
}

interface Wanted {
  readonly workspaceId: string
  readonly name: string
  readonly ref: string
  readonly defaultRef: string
}

async function assertFree(trx: Executor, { workspaceId, name, ref, defaultRef }: Wanted): Promise<void> {
  if ((name === productionName) !== (ref === defaultRef))
    throw new KyozoError('conflict', `${productionName} is the environment of the default branch, and of no other`, {
      hint: 'choose another name, or change default_branch of the workspace',
    })
  if ((await findEnvironmentByName(trx, workspaceId, name)) !== undefined)
    throw new KyozoError('conflict', `an environment named ${name} exists already`, { hint: 'choose another name' })
  const follower = await findEnvironmentByRef(trx, workspaceId, ref)
  if (follower !== undefined)
    throw new KyozoError('conflict', `${follower.name} follows ${ref} already`, { hint: 'a branch has one environment' })
}

const update: Change = {
  right: 'environments.update',
  description: 'Lets the environment follow another branch, from the next deploy or push on.',
  attributes: { branch: branchName.optional() },
  run: async (context, { viewer, attributes, row }) => {
    await context.db.transaction().execute(async (trx) => {
      const environment = await lockEnvironment(trx, { viewer, row })
      if (attributes.branch === undefined) return
      const ref = `refs/heads/${String(attributes.branch)}`
      if (ref === environment.ref) return
      if (environment.kind === 'preview' || environment.name === productionName)
        throw new KyozoError('state_conflict', `${environment.name} follows ${environment.ref}, which is not chosen here`, {
          hint: environment.kind === 'preview' ? 'a preview follows its pull request' : 'change default_branch of the workspace',
        })
      const follower = await findEnvironmentByRef(trx, environment.workspaceId, ref)
      if (follower !== undefined)
        assertNoProblems([
          {
            source: { pointer: '/data/attributes/branch' },
            message: `branch is ${JSON.stringify(attributes.branch)}, and ${follower.name} follows it already`,
          },
        ])
      await changeEnvironment(trx, environment.id, { ref })
      await audit(trx, context, { viewer, action: 'environments.update', subject: subjectOf(environment), details: { ref } })
    })
    return { kind: 'done' }
  },
}

const remove: Removal = {
  right: 'environments.delete',
  description: 'Removes its containers, its network and everything that is known of it. Volumes are kept.',
  attributes: { reason: reason.optional() },
  run: (context, request) =>
    askEnvironment(context, request, async (trx, environment) => ({
      operation: {
        kind: 'delete_environment',
        // Named in the input only: the operation outlives its environment.
        workspaceId: environment.workspaceId,
        input: { environment_id: environment.id, name: environment.name },
      },
      action: 'environments.delete',
      details: { reason: request.attributes.reason ?? null },
      joins: 'open',
      store: async () => {
        // Nothing new begins meanwhile.
        await pauseForRemoval(trx, request.viewer, environment.id, 'it is being deleted')
        await keepAway(trx, { environment, by: request.viewer.name, baseUrl: context.baseUrl })
      },
    })),
}

interface Leaving {
  readonly environment: Environment
  readonly by: string
  readonly baseUrl: string
}

/** A preview that a person deleted does not come back because somebody looks at its pull request, whatever comes of the removal. */
async function keepAway(trx: Executor, { environment, by, baseUrl }: Leaving): Promise<void> {
  const pullRequest = await pullRequestOf(trx, environment.id)
  const workspace = await findWorkspace(trx, environment.workspaceId)
  if (workspace === undefined || pullRequest?.state !== 'open' || pullRequest.held !== null) return
  await changePullRequest(trx, pullRequest.id, destroyedBy(by, pullRequest))
  await tellPullRequest(trx, { workspace, pullRequestId: pullRequest.id }, baseUrl)
}

const deploy: Action = {
  right: 'environments.deploy',
  description: 'Deploys the tip of its branch.',
  attributes: {},
  run: (context, request) =>
    askEnvironment(context, request, async (trx, environment) => ({
      ...about(environment, 'deploy_environment'),
      action: 'environments.deploy',
      joins: 'waiting',
      store: () => assertReleasable(trx, { environmentId: environment.id, workspaceId: environment.workspaceId }),
    })),
}

const pause: Action = {
  right: 'environments.pause',
  description: 'Holds new commits back. What runs goes on, and so does a release that has begun.',
  attributes: { reason },
  run: (context, request) => {
    const why = String(request.attributes.reason)
    return askEnvironment(context, request, async (trx, environment) => ({
      ...about(environment, 'pause_environment', { reason: why }),
      action: 'environments.pause',
      details: { reason: why },
      store: async () => {
        if (environment.pausedAt !== null)
          throw new KyozoError('state_conflict', `${environment.name} is ${pausedWords(environment)} already`, { hint: 'resume it first' })
        await pauseEnvironment(trx, request.viewer, environment.id, why)
      },
    }))
  },
}

const resume: Action = {
  right: 'environments.resume',
  description: 'Lets commits through again, and deploys the tip of its branch.',
  attributes: {},
  run: (context, request) =>
    askEnvironment(context, request, async (trx, environment) => ({
      ...about(environment, 'resume_environment'),
      action: 'environments.resume',
      // Paused again since, it is resumed anew.
      ...(environment.pausedAt === null ? { joins: 'open' as const } : {}),
      store: async () => {
        if (environment.pausedAt === null) throw new KyozoError('state_conflict', `${environment.name} is not paused`)
        await resumeEnvironment(trx, environment.id)
      },
    })),
}

function about(environment: Environment, kind: string, input: Readonly<Record<string, unknown>> = {}): Pick<Asked, 'operation'> {
  return { operation: { kind, workspaceId: environment.workspaceId, environmentId: environment.id, input } }
}

type OneEnvironment = Asking & { readonly row: Readonly<Record<string, unknown>> }

function askEnvironment(
  context: ActionContext,
  request: OneEnvironment,
  decide: (trx: Executor, environment: Environment) => Promise<Omit<Asked, 'subject'>>,
) {
  return ask(context, request, async (trx) => {
    const environment = await lockEnvironment(trx, request)
    return { ...(await decide(trx, environment)), subject: subjectOf(environment) }
  })
}

/** The workspace is held first, as whoever queues a release does, and then the pull request of a preview. */
async function lockEnvironment(trx: Executor, { viewer, row }: OneEnvironment): Promise<Environment> {
  const known = await findEnvironment(trx, String(row.id))
  if (known !== undefined) await holdWorkspace(trx, known.workspaceId)
  const pullRequest = known === undefined ? undefined : await pullRequestOf(trx, known.id)
  if (pullRequest !== undefined) await holdPullRequest(trx, pullRequest.id)
  return lockRow(trx, viewer, 'environments', String(row.id))
}

function subjectOf({ id, name }: Environment) {
  return { type: 'environments', id, name }
}

export const environmentWrites: Pick<Resource, 'create' | 'update' | 'remove' | 'actions'> = {
  create,
  update,
  remove,
  actions: { deploy, pause, resume },
}
