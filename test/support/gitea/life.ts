// What happens in the double's repositories, whoever makes it happen: a test, a push over HTTP, or the API.
import type { ApiDescription } from '../api-description.ts'
import type { Change } from '../github/repositories.ts'
import type { Access } from './access.ts'
import { fetchInto, listRefs, mergeCommits } from './git.ts'
import type { Repository, StoredComment, StoredDelivery, StoredPullRequest, User } from './state.ts'
import { commentTold, type Move, movesTold, type PullRequestNews, pullRequestTold, type Sender, type Told, tell } from './webhooks.ts'

export interface World extends Sender {
  readonly description: ApiDescription
  readonly access: Access
  readonly repositories: Repository[]
  readonly nextId: () => number
  /** What goes on after an answer was given: webhooks are sent by a queue. */
  readonly later: (work: Promise<unknown>) => void
}

export type Deliveries = readonly StoredDelivery[]

export interface Push {
  /** Default is the default branch. */
  readonly branch?: string
  readonly change: Change
  readonly message?: string
  /** Where the new commit starts from; another than the tip makes it a forced push. Default is the tip. */
  readonly parent?: string | null
  /** Who pushes. Default is the owner. */
  readonly by?: string
}

export interface Pushed {
  readonly sha: string
  readonly deliveries: Deliveries
}

async function tellAll(world: World, repository: Repository, all: readonly Told[]): Promise<Deliveries> {
  const deliveries: StoredDelivery[] = []
  for (const told of all) deliveries.push(...(await tell(world, repository, told)))
  return deliveries
}

/** A ref is where it is now; everybody who wants to hear of it does. */
export async function moved(world: World, repository: Repository, move: Move): Promise<Deliveries> {
  const own = await tellAll(world, repository, movesTold(world, repository, move))
  return [...own, ...(await followBranch(world, repository, move))]
}

/** Commits, moves the branch and tells of it. */
export async function pushTo(
  world: World,
  repository: Repository,
  { branch = repository.defaultBranch, change, message = 'Change things', parent, by }: Push,
): Promise<Pushed> {
  const ref = `refs/heads/${branch}`
  const before = (await repository.git.tip(ref)) ?? null
  const sha = await repository.git.commit({ branch, change, message, ...(parent !== undefined && { parent }) })
  const pusher = by === undefined ? repository.owner : world.access.user(by)
  return { sha, deliveries: await moved(world, repository, { ref, before, after: sha, by: pusher }) }
}

/** Pull requests go with their branch, in whatever repository they are. */
async function followBranch(world: World, head: Repository, { ref, after, by }: Move): Promise<Deliveries> {
  const deliveries: StoredDelivery[] = []
  for (const repository of world.repositories)
    for (const pull of repository.pullRequests) {
      if (pull.head !== head || `refs/heads/${pull.headBranch}` !== ref) continue
      pull.hasBranch = after !== null
      if (pull.state !== 'open') continue
      if (after === null) deliveries.push(...(await close(world, { repository, pull }, by)))
      else {
        await setHead(repository, pull, after)
        deliveries.push(...(await news(world, { repository, pull }, { type: 'pull_request_sync', action: 'synchronized', by })))
      }
    }
  return deliveries
}

export interface Pull {
  readonly repository: Repository
  readonly pull: StoredPullRequest
}

/** It changed now. */
export function news(world: World, { repository, pull }: Pull, what: PullRequestNews): Promise<Deliveries> {
  pull.updatedAtMs = world.now()
  return tell(world, repository, pullRequestTold(world, { repository, pull }, what))
}

export function close(world: World, at: Pull, by: User): Promise<Deliveries> {
  at.pull.state = 'closed'
  return news(world, at, { type: 'pull_request', action: 'closed', by })
}

async function setHead(repository: Repository, pull: StoredPullRequest, sha: string): Promise<void> {
  if (pull.head !== repository && pull.head !== undefined)
    await fetchInto(repository.git.folder, pull.head.git.folder, `+refs/heads/${pull.headBranch}:refs/pull/${pull.number}/head`)
  await repository.git.setRef(`refs/pull/${pull.number}/head`, sha)
  pull.headSha = sha
}

export interface NewPull {
  readonly base: string
  readonly head: Repository
  /** Empty for a commit that was pushed to `refs/for/…`. */
  readonly headBranch: string
  readonly sha: string
  readonly title: string
  readonly body: string
  readonly author: User
}

/** Nobody is told yet. */
export async function addPull(world: World, repository: Repository, { sha, ...wanted }: NewPull): Promise<StoredPullRequest> {
  const nowMs = world.now()
  const pull: StoredPullRequest = {
    ...wanted,
    id: world.nextId(),
    number: repository.pullRequests.length + 1,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    state: 'open',
    merged: undefined,
    hasBranch: wanted.headBranch !== '',
    headSha: sha,
    labels: [],
  }
  repository.pullRequests.push(pull)
  await setHead(repository, pull, sha)
  return pull
}

/** Makes the commit, moves the base, and only then says that the pull request is closed. */
export async function merge(world: World, { repository, pull }: Pull, by: User): Promise<{ sha: string; deliveries: Deliveries }> {
  const ref = `refs/heads/${pull.base}`
  const before = await repository.git.tip(ref)
  if (before === undefined || pull.state !== 'open') throw new Error(`#${pull.number} cannot be merged`)
  const message = `Merge pull request '${pull.title}' (#${pull.number})`
  const sha = await mergeCommits(repository.git.folder, { base: before, head: pull.headSha, message })
  await repository.git.setRef(ref, sha)
  pull.merged = { sha, by, atMs: world.now() }
  pull.state = 'closed'
  const pushed = await moved(world, repository, { ref, before, after: sha, by })
  return { sha, deliveries: [...pushed, ...(await news(world, { repository, pull }, { type: 'pull_request', action: 'closed', by }))] }
}

export interface NewComment {
  readonly text: string
  readonly by: User
}

export async function addComment(
  world: World,
  { repository, pull }: Pull,
  { text, by }: NewComment,
): Promise<{ readonly comment: StoredComment; readonly told: () => Promise<Deliveries> }> {
  const comment = { id: world.nextId(), pullRequest: pull.number, author: by, body: text, createdAtMs: world.now(), reactions: [] }
  repository.comments.push(comment)
  pull.updatedAtMs = world.now()
  return { comment, told: () => tell(world, repository, commentTold(world, { repository, pull, comment }, { action: 'created', by })) }
}

/** Tells of what a push over HTTP moved. */
export async function afterPush(
  world: World,
  repository: Repository,
  pushed: { before: ReadonlyMap<string, string>; by: User },
): Promise<void> {
  const after = await listRefs(repository.git.folder)
  for (const ref of new Set([...pushed.before.keys(), ...after.keys()])) {
    const [from, to] = [pushed.before.get(ref) ?? null, after.get(ref) ?? null]
    if (from !== to) await moved(world, repository, { ref, before: from, after: to, by: pushed.by })
  }
}
