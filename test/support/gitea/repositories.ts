// A repository of the double as a test has it in its hands.
import { join } from 'node:path'
import { createGitRepository } from '../github/repositories.ts'
import { type BranchRule, fetchInto, protectBranch } from './git.ts'
import { type Deliveries, moved, type Push, type Pushed, pushTo, type World } from './life.ts'
import { type GiteaPullRequest, type NewPullRequest, openPullRequest, pullHandle } from './pull-requests.ts'
import type { AccessLevel, Hook, Repository, StoredDelivery, StoredStatus } from './state.ts'
import { deliver, trialTold } from './webhooks.ts'

export interface NewRepository {
  /** `owner/name`. */
  readonly fullName: string
  /** Default is `main`. */
  readonly defaultBranch?: string
  /** Default is public. */
  readonly isPrivate?: boolean
  /** What people may do, by login. Default is that `kyozo` administrates it. */
  readonly access?: Readonly<Record<string, AccessLevel>>
}

export interface GiteaRepository {
  readonly id: number
  readonly fullName: string
  readonly cloneUrl: string
  readonly stored: Repository
  /** Commits, moves the branch and tells the webhooks. */
  push(push: Push): Promise<Pushed>
  /** A push of commits that the repository has already. */
  moveTo(branch: string, sha: string): Promise<Pushed>
  deleteBranch(branch: string): Promise<Deliveries>
  tag(name: string, sha: string): Promise<Deliveries>
  deleteTag(name: string): Promise<Deliveries>
  tip(branch: string): Promise<string | undefined>
  openPullRequest(pull?: NewPullRequest): Promise<GiteaPullRequest>
  /** Every pull request, oldest first, whoever opened it. */
  pullRequests(): readonly GiteaPullRequest[]
  fork(owner: string): Promise<GiteaRepository>
  addHook(hook: { url: string; secret: string } & Partial<Pick<Hook, 'type' | 'contentType' | 'events' | 'isActive'>>): Hook
  /** The button that tries a webhook out. */
  tryHook(hook: Hook): Promise<StoredDelivery>
  /** The same again, under a new id. */
  redeliver(delivery: StoredDelivery): Promise<StoredDelivery>
  /** Every status ever posted for a commit, oldest first. */
  statuses(sha: string): readonly StoredStatus[]
  /** What Gitea shows beside the commit: the newest status of each context. */
  shown(sha: string): Readonly<Record<string, { readonly state: string; readonly description: string }>>
  /** Default is that nobody pushes to it from now on. */
  protect(branch: string, rule?: BranchRule): Promise<void>
  setAccess(login: string, level: AccessLevel | undefined): void
  setDefaultBranch(branch: string): void
  archive(): void
  /** From now on the old name is redirected. */
  rename(fullName: string): void
}

export async function createRepository(world: World, folder: string, wanted: NewRepository): Promise<GiteaRepository> {
  return handleOf(world, folder, await addRepository(world, folder, { ...wanted, isFork: false }))
}

async function addRepository(world: World, folder: string, wanted: NewRepository & { readonly isFork: boolean }): Promise<Repository> {
  const { fullName, defaultBranch = 'main', isPrivate = false, access = { kyozo: 'admin' }, isFork } = wanted
  const id = world.nextId()
  const repository: Repository = {
    ...{
      id,
      fullName,
      formerNames: [],
      owner: world.access.user(fullName.split('/')[0]!),
      defaultBranch,
      isPrivate,
      isArchived: false,
      isFork,
    },
    git: await createGitRepository(join(folder, `${id}.git`), defaultBranch),
    access: new Map(Object.entries(access).map(([login, level]) => [world.access.user(login).id, level])),
    ...{ statuses: [], pullRequests: [], comments: [], hooks: [], deliveries: [] },
  }
  world.repositories.push(repository)
  return repository
}

function handleOf(world: World, folder: string, repository: Repository): GiteaRepository {
  const { git, owner } = repository
  const setRef = async (ref: string, sha: string | null): Promise<Deliveries> => {
    const before = (await git.tip(ref)) ?? null
    await git.setRef(ref, sha)
    return moved(world, repository, { ref, before, after: sha, by: owner })
  }
  return {
    id: repository.id,
    stored: repository,
    get fullName() {
      return repository.fullName
    },
    get cloneUrl() {
      return `${world.webUrl}/${repository.fullName}.git`
    },
    push: (push) => pushTo(world, repository, push),
    moveTo: async (branch, sha) => ({ sha, deliveries: await setRef(`refs/heads/${branch}`, sha) }),
    deleteBranch: (branch) => setRef(`refs/heads/${branch}`, null),
    tag: (name, sha) => setRef(`refs/tags/${name}`, sha),
    deleteTag: (name) => setRef(`refs/tags/${name}`, null),
    tip: (branch) => git.tip(`refs/heads/${branch}`),
    openPullRequest: (pull = {}) => openPullRequest(world, repository, pull),
    pullRequests: () => repository.pullRequests.map((pull) => pullHandle(world, { repository, pull })),
    async fork(login) {
      const { fullName, defaultBranch, isPrivate } = repository
      const wanted = { fullName: `${login}/${fullName.split('/')[1]}`, defaultBranch, isPrivate, isFork: true, access: {} }
      const fork = await addRepository(world, folder, wanted)
      await fetchInto(fork.git.folder, git.folder, '+refs/heads/*:refs/heads/*')
      return handleOf(world, folder, fork)
    },
    ...hookMethods(world, repository),
    statuses: (sha) => repository.statuses.filter((status) => status.sha === sha),
    shown: (sha) =>
      Object.fromEntries(
        repository.statuses
          .filter((status) => status.sha === sha)
          .map(({ context, state, description }) => [context, { state, description }]),
      ),
    protect: (branch, rule = 'no-pushes') => protectBranch(git.folder, branch, rule),
    setAccess(login, level) {
      const { id } = world.access.user(login)
      if (level === undefined) repository.access.delete(id)
      else repository.access.set(id, level)
    },
    setDefaultBranch(branch) {
      repository.defaultBranch = branch
    },
    archive() {
      repository.isArchived = true
    },
    rename(fullName) {
      repository.formerNames.push(repository.fullName)
      repository.fullName = fullName
    },
  }
}

function hookMethods(world: World, repository: Repository): Pick<GiteaRepository, 'addHook' | 'tryHook' | 'redeliver'> {
  return {
    addHook({ url, secret, type = 'gitea', contentType = 'json', events, isActive = true }) {
      const hook: Hook = { id: world.nextId(), type, url, secret, contentType, events, isActive, branchFilter: '', authorizationHeader: '' }
      repository.hooks.push(hook)
      return hook
    },
    async tryHook(hook) {
      const sha = await repository.git.tip(`refs/heads/${repository.defaultBranch}`)
      return deliver(world, { repository, hook, told: trialTold(world, repository, { sha: sha ?? '0'.repeat(40), by: repository.owner }) })
    },
    redeliver({ hookId, type, payload }) {
      const hook = repository.hooks.find(({ id }) => id === hookId)
      if (hook === undefined) throw new Error('the webhook of that delivery is gone')
      return deliver(world, { repository, hook, told: { type, payload: payload as Record<string, unknown> } })
    },
  }
}
