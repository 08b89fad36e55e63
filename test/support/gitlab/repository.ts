// A project as a test has it in hand: what people do to it, each with what webhooks were told of it.
import type { Change } from '../github/repositories.ts'
import { makeHook, type NewHook } from './hooks.ts'
import { changeMergeRequest, followBranch, mergeNow, openMergeRequest } from './merging.ts'
import { writeNote } from './notes.ts'
import type { World } from './operations.ts'
import { pushPayload } from './payloads.ts'
import type {
  Hook,
  MergeRequest,
  Project,
  StoredDelivery,
  StoredDeployment,
  StoredEnvironment,
  StoredNote,
  StoredStatus,
  User,
} from './state.ts'
import { newestPerName } from './statuses.ts'
import { deliver, tellHooks } from './webhooks.ts'

export interface Push {
  /** Default is the default branch. */
  readonly branch?: string
  readonly change: Change
  readonly message?: string
  /** Where the new commit starts from; another than the tip makes it a forced push. Default is the tip. */
  readonly parent?: string | null
  /** Default is `mona`. */
  readonly user?: User
}

export interface Pushed {
  readonly sha: string
  readonly deliveries: readonly StoredDelivery[]
}

export interface NewPullRequest {
  /** The head's branch, which is made of `from` with `change`. */
  readonly branch: string
  readonly change?: Change
  /** Where the branch starts. Default is the target. */
  readonly from?: string
  /** Default is the default branch. */
  readonly target?: string
  readonly title?: string
  readonly author?: User
  /** The project that the head lives in. Default is this one. */
  readonly fork?: GitLabRepository
}

export interface OpenPullRequest {
  readonly id: number
  readonly number: number
  /** As the double has it now. */
  readonly state: MergeRequest
  /** What was told when a test opened it. */
  readonly deliveries: readonly StoredDelivery[]
  push(change: Change): Promise<Pushed>
  close(user?: User): Promise<readonly StoredDelivery[]>
  reopen(user?: User): Promise<readonly StoredDelivery[]>
  merge(user?: User): Promise<Pushed>
  retarget(branch: string): Promise<readonly StoredDelivery[]>
  label(...names: string[]): Promise<readonly StoredDelivery[]>
  unlabel(...names: string[]): Promise<readonly StoredDelivery[]>
  draft(): Promise<readonly StoredDelivery[]>
  ready(): Promise<readonly StoredDelivery[]>
  comment(body: string, author?: User): Promise<{ readonly note: StoredNote; readonly deliveries: readonly StoredDelivery[] }>
  /** What is written below it, oldest first. */
  comments(): readonly StoredNote[]
}

export interface GitLabRepository {
  readonly id: number
  readonly fullName: string
  readonly cloneUrl: string
  readonly project: Project
  /** Commits, moves the branch and tells the webhooks. */
  push(push: Push): Promise<Pushed>
  deleteBranch(branch: string): Promise<readonly StoredDelivery[]>
  tag(name: string, sha: string): Promise<readonly StoredDelivery[]>
  tip(branch: string): Promise<string | undefined>
  openPullRequest(request: NewPullRequest): Promise<OpenPullRequest>
  /** Every merge request, oldest first, whoever opened it. */
  pullRequests(): readonly OpenPullRequest[]
  /** Hears of everything that kyozo acts on. */
  addHook(hook: NewHook): Hook
  hooks(): readonly Hook[]
  addMember(user: User, accessLevel: number): void
  removeMember(user: User): void
  /** From now on nobody may push to it by Git. */
  protect(branch: string): Promise<void>
  /** From now on only signed commits may be pushed. */
  requireSignatures(): Promise<void>
  redeliver(delivery: StoredDelivery): Promise<StoredDelivery>
  deliveries(): readonly StoredDelivery[]
  /** Every status ever posted for a commit, oldest first. */
  statuses(sha: string): readonly StoredStatus[]
  /** What GitLab shows beside the commit: the newest status of each name. */
  shown(sha: string): Readonly<Record<string, { readonly state: StoredStatus['state']; readonly description: string | null }>>
  environments(): readonly StoredEnvironment[]
  deployments(): readonly StoredDeployment[]
  rename(fullName: string): void
}

export function repositoryHandle(world: World, project: Project, mona: User): GitLabRepository {
  const { git } = project
  const tellPush = async (ref: string, before: string | null, after: string | null, user: User) => {
    const event = ref.startsWith('refs/tags/') ? 'tag_push_events' : 'push_events'
    return tellHooks(project, event, pushPayload(project, { ref, before, after, user }), world.now())
  }
  return {
    id: project.id,
    project,
    get fullName() {
      return project.path
    },
    get cloneUrl() {
      return `${world.webUrl}/${project.path}.git`
    },
    async push({ branch = project.defaultBranch, change, message = 'Change things', parent, user = mona }) {
      const ref = `refs/heads/${branch}`
      const before = (await git.tip(ref)) ?? null
      const sha = await git.commit({ branch, change, message, ...(parent !== undefined && { parent }) })
      const told = await tellPush(ref, before, sha, user)
      return { sha, deliveries: [...told, ...(await followBranch(world, project, branch, user))] }
    },
    async deleteBranch(branch) {
      const ref = `refs/heads/${branch}`
      const before = (await git.tip(ref)) ?? null
      await git.setRef(ref, null)
      return tellPush(ref, before, null, mona)
    },
    async tag(name, sha) {
      await git.setRef(`refs/tags/${name}`, sha)
      return tellPush(`refs/tags/${name}`, null, sha, mona)
    },
    tip: (branch) => git.tip(`refs/heads/${branch}`),
    openPullRequest: (request) => openPullRequest(world, project, { mona, ...request }),
    pullRequests: () => project.mergeRequests.map((merge) => ({ deliveries: [], ...pullRequestMethods(world, project, merge, mona) })),
    ...hookMethods(world, project),
    ...memberMethods(project),
    statuses: (sha) => project.statuses.filter((status) => status.sha === sha),
    shown: (sha) => Object.fromEntries(newestPerName(project, sha).map(({ name, state, description }) => [name, { state, description }])),
    environments: () => project.environments,
    deployments: () => project.deployments,
    protect: (branch) => git.protect(branch),
    requireSignatures: () => git.requireSignatures(),
    rename(fullName) {
      project.path = fullName
    },
  }
}

function hookMethods(world: World, project: Project) {
  return {
    addHook: (hook: NewHook) =>
      Object.assign(makeHook(world, project, hook), { tag_push_events: true, merge_requests_events: true, note_events: true }),
    hooks: () => project.hooks,
    deliveries: () => project.deliveries,
    redeliver(delivery: StoredDelivery) {
      const hook = project.hooks.find(({ id }) => id === delivery.hookId)
      if (hook === undefined) throw new Error('the webhook of that delivery is gone')
      return deliver(project, { ...delivery, hook, nowMs: world.now() })
    },
  }
}

function memberMethods({ members }: Project) {
  return {
    addMember: (user: User, accessLevel: number) => void members.set(user.id, accessLevel),
    removeMember: (user: User) => void members.delete(user.id),
  }
}

async function openPullRequest(
  world: World,
  project: Project,
  request: NewPullRequest & { readonly mona: User },
): Promise<OpenPullRequest> {
  const { mona, branch, change, target = project.defaultBranch, from = target, title = 'A change', author = mona, fork } = request
  const source = fork?.project ?? project
  const start = await project.git.tip(`refs/heads/${from}`)
  if (source !== project) await source.git.take(project.git, from, `refs/heads/${branch}`)
  else if (start !== undefined && (await source.git.tip(`refs/heads/${branch}`)) === undefined)
    await source.git.setRef(`refs/heads/${branch}`, start)
  if (change !== undefined) await source.git.commit({ branch, change, message: title })
  const opening = { project, source, sourceBranch: branch, targetBranch: target, title, description: '', author }
  const { merge, deliveries } = await openMergeRequest(world, opening)
  return { deliveries, ...pullRequestMethods(world, project, merge, mona) }
}

function pullRequestMethods(world: World, project: Project, merge: MergeRequest, mona: User): Omit<OpenPullRequest, 'deliveries'> {
  const change = (changes: Omit<Parameters<typeof changeMergeRequest>[3], 'user'>, user = mona) =>
    changeMergeRequest(world, project, merge, { user, ...changes })
  return {
    id: merge.id,
    number: merge.iid,
    state: merge,
    async push(files) {
      const source = merge.source!
      const ref = `refs/heads/${merge.sourceBranch}`
      const before = (await source.git.tip(ref)) ?? null
      const sha = await source.git.commit({ branch: merge.sourceBranch, change: files, message: 'Change things' })
      const told = await tellHooks(source, 'push_events', pushPayload(source, { ref, before, after: sha, user: mona }), world.now())
      return { sha, deliveries: [...told, ...(await followBranch(world, source, merge.sourceBranch, mona))] }
    },
    close: (user) => change({ state: 'closed' }, user),
    reopen: (user) => change({ state: 'opened' }, user),
    merge: (user = mona) => mergeNow(world, project, merge, user),
    retarget: (targetBranch) => change({ targetBranch }),
    label: (...names) => change({ labels: [...new Set([...merge.labels, ...names])] }),
    unlabel: (...names) => change({ labels: merge.labels.filter((label) => !names.includes(label)) }),
    draft: () => change({ title: `Draft: ${merge.title}` }),
    ready: () => change({ title: merge.title.replace(/^draft:\s*/i, '') }),
    comment: (body, author = mona) => writeNote(world, { project, merge, author, body }),
    comments: () => merge.notes,
  }
}
