// A repository of the double, as tests hold it: pushes, hooks, people, and what was said beside its commits.
import type { App } from './access.ts'
import { type BranchMove, branchMoved, type MoveNews } from './moves.ts'
import { type GitHubPullRequest, handleOf, type NewPullRequest, openPullRequest, type Room } from './pull-requests.ts'
import type { Change, Commit } from './repositories.ts'
import type { Collaborator, Hook, Repository, StoredCheckRun, StoredDelivery, StoredDeployment, StoredStatus } from './state.ts'
import { newestPerContext } from './statuses.ts'
import { deliver, deliverToAll, payloadOf, pushPayload, tell } from './webhooks.ts'
import type { World } from './world.ts'

export interface Push {
  /** Default is the default branch. */
  readonly branch?: string
  readonly change: Change
  readonly message?: string
  /** Where the new commit starts from; another than the tip makes it a forced push. Default is the tip. */
  readonly parent?: string | null
  /** Who pushes, by login. Default is somebody. */
  readonly by?: string
}

export interface Pushed extends MoveNews {
  readonly sha: string
}

export interface NewHook {
  readonly url: string
  readonly secret: string
  readonly contentType?: Hook['contentType']
  /** Default is everything. */
  readonly events?: readonly string[]
  /** With an app, it is the app's webhook that tells of this repository. */
  readonly app?: App
}

export interface GitHubRepository {
  readonly id: number
  readonly fullName: string
  readonly cloneUrl: string
  /** Commits, moves the branch and tells the hooks; `deliveries` has one a hook, in the order of the hooks. */
  push(push: Push): Promise<Pushed>
  /** A push of commits that the repository has already. */
  moveTo(branch: string, sha: string): Promise<Pushed>
  deleteBranch(branch: string): Promise<readonly StoredDelivery[]>
  tag(name: string, sha: string): Promise<readonly StoredDelivery[]>
  tip(branch: string): Promise<string | undefined>
  /** Where any ref points, `refs/pull/7/head` for instance. */
  refTip(ref: string): Promise<string | undefined>
  openPullRequest(pull: NewPullRequest): Promise<GitHubPullRequest>
  /** Every pull request, oldest first, whoever opened it. */
  pullRequests(): readonly GitHubPullRequest[]
  /** A file of a commit; undefined where it has none. */
  fileAt(sha: string, path: string): Promise<string | undefined>
  commitAt(sha: string): Promise<Commit>
  /** A copy of somebody else's, with its branches: `mallory/shop`. */
  fork(options: { readonly owner: string }): Promise<GitHubRepository>
  /** What somebody may do from now on; `none` takes it away. Default of the role's name is GitHub's own. */
  allow(login: string, permission: Collaborator['permission'], options?: { readonly roleName?: string }): void
  /** From now on these branches take changes by pull requests only. */
  protect(...branches: readonly string[]): Promise<void>
  /** From now on the branch takes signed commits only. */
  requireSignatures(branch: string): Promise<void>
  addHook(hook: NewHook): Hook
  /** Lets an app in: its webhook tells of this repository from now on. */
  install(app: App): Hook
  /** Sends any recorded event to every hook. */
  send(event: string, changes?: Record<string, unknown>): Promise<readonly StoredDelivery[]>
  redeliver(delivery: StoredDelivery): Promise<StoredDelivery>
  /** Every delivery so far, oldest first. */
  deliveries(): readonly StoredDelivery[]
  /** Every status ever posted for a commit, oldest first. */
  statuses(sha: string): readonly StoredStatus[]
  /** What GitHub shows beside the commit: the newest status of each context. */
  shown(sha: string): Readonly<Record<string, { readonly state: StoredStatus['state']; readonly description: string | null }>>
  /** Oldest first. */
  deployments(): readonly StoredDeployment[]
  checkRuns(sha: string): readonly StoredCheckRun[]
  /** Another branch becomes the default one; nothing is sent of it. */
  setDefaultBranch(branch: string): void
  /** From now on the old name is redirected. */
  rename(fullName: string): void
}

export interface Making {
  readonly world: World
  /** Makes a fork of a repository. */
  readonly fork: (repository: Repository, fullName: string) => Promise<Repository>
}

export function repositoryHandle(making: Making, repository: Repository): GitHubRepository {
  const { world } = making
  const { git } = repository
  const room: Room = { world, repository, push: (where, push) => pushTo(world, where, push) }
  return {
    id: repository.id,
    get fullName() {
      return repository.fullName
    },
    get cloneUrl() {
      return `${world.webUrl}/${repository.fullName}.git`
    },
    push: (push) => pushTo(world, repository, push),
    async moveTo(branch, sha) {
      const before = await setRef(repository, `refs/heads/${branch}`, sha)
      return { sha, ...(await branchMoved(world, repository, { branch, before, after: sha, isForced: false })) }
    },
    async deleteBranch(branch) {
      const before = await setRef(repository, `refs/heads/${branch}`, null)
      return (await branchMoved(world, repository, { branch, before, after: null, isForced: false })).deliveries
    },
    async tag(name, sha) {
      const ref = `refs/tags/${name}`
      await setRef(repository, ref, sha)
      return tell(world, repository, {
        event: 'push',
        payload: pushPayload(world, repository, { ref, before: null, after: sha, isForced: false }),
      })
    },
    tip: (branch) => git.tip(`refs/heads/${branch}`),
    refTip: (ref) => git.tip(ref),
    openPullRequest: (pull) => openPullRequest(room, pull),
    pullRequests: () => repository.pulls.map((pull) => handleOf(room, pull)),
    fileAt: (sha, path) => git.read(`${sha}:${path}`),
    commitAt: git.commitAt,
    fork: async ({ owner }) => repositoryHandle(making, await making.fork(repository, `${owner}/${repository.fullName.split('/')[1]}`)),
    ...peopleMethods(world, repository),
    ...hookMethods(world, repository),
    ...recordMethods(repository),
    setDefaultBranch(branch) {
      repository.defaultBranch = branch
    },
    rename(fullName) {
      repository.formerNames.push(repository.fullName)
      repository.fullName = fullName
    },
  }
}

/** The repository changes once at a time, in the order of the pushes; what is told of them may arrive in another. */
async function pushTo(world: World, repository: Repository, push: Push): Promise<Pushed> {
  const { branch = repository.defaultBranch, change, message = 'Change things', parent, by } = push
  const { git } = repository
  const { sha, ...move } = await repository.inOrder(async () => {
    const before = (await git.tip(`refs/heads/${branch}`)) ?? null
    const sha = await git.commit({ branch, change, message, ...(parent !== undefined && { parent }) })
    return { before, sha, isForced: before !== null && !(await git.contains(sha, before)) }
  })
  const moved: BranchMove = { ...move, branch, after: sha, pusher: by === undefined ? undefined : world.accounts.named(by) }
  return { sha, ...(await branchMoved(world, repository, moved)) }
}

/** Gives what the ref was before. */
function setRef({ git, inOrder }: Repository, ref: string, sha: string | null): Promise<string | null> {
  return inOrder(async () => {
    const before = (await git.tip(ref)) ?? null
    await git.setRef(ref, sha)
    return before
  })
}

function peopleMethods({ accounts }: World, repository: Repository): Pick<GitHubRepository, 'allow' | 'protect' | 'requireSignatures'> {
  return {
    allow(login, permission, { roleName = permission } = {}) {
      const account = accounts.named(login)
      const at = repository.collaborators.findIndex((one) => one.account === account)
      if (at >= 0) repository.collaborators.splice(at, 1)
      if (permission !== 'none') repository.collaborators.push({ account, permission, roleName })
    },
    async protect(...branches) {
      for (const branch of branches) repository.protectedBranches.add(branch)
      await repository.git.protect([...repository.protectedBranches], 'pull-requests')
    },
    requireSignatures: (branch) => repository.git.protect([branch], 'signed'),
  }
}

type HookMethods = Pick<GitHubRepository, 'addHook' | 'install' | 'send' | 'redeliver' | 'deliveries'>

function hookMethods(world: World, repository: Repository): HookMethods {
  const add = ({ url, secret, contentType = 'json', events = ['*'], app }: NewHook): Hook => {
    const known = { url, secret, contentType, insecureSsl: '0', events, isActive: true, isUnreachable: false } as const
    const hook: Hook = { ...known, id: world.newId(), appId: app?.appId }
    repository.hooks.push(hook)
    return hook
  }
  return {
    addHook(hook) {
      const app = hook.app === undefined ? undefined : world.access.appWithId(hook.app.appId)
      if (app !== undefined) Object.assign(app.hook, { url: hook.url, secret: hook.secret, content_type: hook.contentType ?? 'json' })
      return add(hook)
    },
    install(app) {
      const { hook, events } = world.access.appWithId(app.appId)!
      return add({
        app,
        url: hook.url ?? '',
        secret: hook.secret ?? '',
        contentType: hook.content_type === 'form' ? 'form' : 'json',
        events,
      })
    },
    send: (event, changes) => deliverToAll(world, repository, { event, payload: payloadOf(event, repository, changes) }),
    redeliver(delivery) {
      const hook = repository.hooks.find(({ id }) => id === delivery.hookId)
      if (hook === undefined) throw new Error('the hook of that delivery is gone')
      return deliver(repository, { hook, event: delivery.event, payload: delivery.payload, guid: delivery.guid, nowMs: world.now() })
    },
    deliveries: () => repository.deliveries,
  }
}

function recordMethods(repository: Repository): Pick<GitHubRepository, 'statuses' | 'shown' | 'deployments' | 'checkRuns'> {
  return {
    statuses: (sha) => repository.statuses.filter((status) => status.sha === sha),
    shown: (sha) =>
      Object.fromEntries(newestPerContext(repository, sha).map(({ context, state, description }) => [context, { state, description }])),
    deployments: () => repository.deployments,
    checkRuns: (sha) => repository.checkRuns.filter((run) => run.sha === sha),
  }
}
