// The life of a pull request, as people lead it on GitHub's pages. Each step tells the webhooks what GitHub tells them.
import { addComment } from './comments.ts'
import { branchMoved, type MoveNews, takeHead } from './moves.ts'
import type { Push } from './repository.ts'
import type { Account, Repository, StoredComment, StoredDelivery, StoredPull } from './state.ts'
import { commentPayload, labelOf, pullPayload, tell } from './webhooks.ts'
import type { World } from './world.ts'

export interface NewPullRequest {
  /** The branch with the changes. */
  readonly branch: string
  /** The fork that it lives in. Default is the repository itself. */
  readonly from?: { readonly id: number }
  /** Default is the default branch. */
  readonly base?: string
  readonly title?: string
  readonly body?: string | null
  /** Who opens it. Default is `mona`. */
  readonly author?: string
  readonly isDraft?: boolean
  readonly labels?: readonly string[]
}

/** Everything that changes it gives what the webhooks were told. */
export interface GitHubPullRequest {
  readonly number: number
  readonly id: number
  readonly headSha: string
  readonly headBranch: string
  readonly title: string
  readonly body: string | null
  readonly state: 'open' | 'closed' | 'merged'
  /** What was told when it was opened. */
  readonly opened: readonly StoredDelivery[]
  /** Commits on its branch. */
  push(push: Omit<Push, 'branch'>): Promise<{ readonly sha: string; readonly deliveries: readonly StoredDelivery[] }>
  close(): Promise<readonly StoredDelivery[]>
  /** Throws what GitHub says when it cannot be reopened. */
  reopen(): Promise<readonly StoredDelivery[]>
  /** A real merge commit. Throws when the branches contradict each other. */
  merge(options?: { readonly by?: string }): Promise<{ readonly sha: string; readonly deliveries: readonly StoredDelivery[] }>
  retarget(base: string): Promise<readonly StoredDelivery[]>
  retitle(title: string): Promise<readonly StoredDelivery[]>
  toDraft(): Promise<readonly StoredDelivery[]>
  toReady(): Promise<readonly StoredDelivery[]>
  label(name: string, options?: { readonly by?: string }): Promise<readonly StoredDelivery[]>
  unlabel(name: string, options?: { readonly by?: string }): Promise<readonly StoredDelivery[]>
  /** By somebody; default is the author. */
  comment(
    body: string,
    options?: { readonly by?: string },
  ): Promise<{ readonly comment: StoredComment; readonly deliveries: readonly StoredDelivery[] }>
  /** Everything that stands below it, oldest first. */
  comments(): readonly StoredComment[]
  deleteComment(id: number): void
  /** Nobody may write below it any more. */
  lock(): void
}

export interface Room {
  readonly world: World
  readonly repository: Repository
  readonly push: (repository: Repository, push: Push) => Promise<{ readonly sha: string } & MoveNews>
}

export async function openPullRequest(room: Room, wanted: NewPullRequest): Promise<GitHubPullRequest> {
  const { world, repository } = room
  const from = wanted.from === undefined ? repository : world.repositories.find(({ id }) => id === wanted.from?.id)
  const author = world.accounts.named(wanted.author ?? 'mona')
  const { branch, base = repository.defaultBranch, title = `Merge ${branch}`, body = null, isDraft = false, labels = [] } = wanted
  const pull = await repository.inOrder(() =>
    addPull(world, repository, { headRepository: from, headBranch: branch, baseBranch: base, title, body, isDraft, labels, author }),
  )
  if (typeof pull === 'string') throw new Error(pull)
  const opened = await told(room, { pull, action: 'opened', sender: author })
  return handleOf(room, pull, opened)
}

export type NewPull = Pick<StoredPull, 'headRepository' | 'headBranch' | 'baseBranch' | 'title' | 'body' | 'isDraft' | 'labels' | 'author'>

/** What GitHub has against it, or the pull request. Tells nobody. */
export async function addPull(world: World, repository: Repository, wanted: NewPull): Promise<StoredPull | string> {
  const { headRepository: from, headBranch, baseBranch } = wanted
  const [headSha, baseSha] = [await from?.git.tip(`refs/heads/${headBranch}`), await repository.git.tip(`refs/heads/${baseBranch}`)]
  if (from === undefined || headSha === undefined) return 'Validation Failed: head invalid'
  if (baseSha === undefined) return 'Validation Failed: base invalid'
  const owner = from.fullName.split('/')[0]
  const isSame = (one: StoredPull) =>
    one.state === 'open' && one.headRepository === from && one.headBranch === headBranch && one.baseBranch === baseBranch
  if (repository.pulls.some(isSame)) return `A pull request already exists for ${owner}:${headBranch}.`
  const now = world.now()
  const times = { createdAtMs: now, updatedAtMs: now, closedAtMs: null, mergedAtMs: null }
  const number = repository.pulls.length + 1
  const pull: StoredPull = { id: world.newId(), number, ...wanted, state: 'open', mergeSha: null, headSha, baseSha, ...times }
  await takeHead(world, { base: repository, pull, sha: headSha })
  if (await repository.git.contains(baseSha, headSha)) {
    await repository.git.setRef(`refs/pull/${number}/head`, null)
    return `No commits between ${baseBranch} and ${headBranch}`
  }
  repository.pulls.push(pull)
  return pull
}

interface Step {
  readonly pull: StoredPull
  readonly action: string
  readonly sender: Account
  readonly more?: Record<string, unknown>
}

function told({ world, repository }: Room, step: Step): Promise<StoredDelivery[]> {
  return tell(world, repository, { event: 'pull_request', payload: pullPayload(world, repository, step) })
}

export function handleOf(room: Room, pull: StoredPull, opened: readonly StoredDelivery[] = []): GitHubPullRequest {
  const sender = (by: string | undefined) => (by === undefined ? pull.author : room.world.accounts.named(by))
  return {
    opened,
    number: pull.number,
    id: pull.id,
    get headSha() {
      return pull.headSha
    },
    headBranch: pull.headBranch,
    get title() {
      return pull.title
    },
    get body() {
      return pull.body
    },
    get state() {
      return pull.mergedAtMs === null ? pull.state : 'merged'
    },
    async push(push) {
      if (pull.headRepository === undefined) throw new Error('the fork is gone')
      const { sha, deliveries, aboutPulls } = await room.push(pull.headRepository, { ...push, branch: pull.headBranch })
      return { sha, deliveries: [...deliveries, ...aboutPulls] }
    },
    reopen: () => reopen(room, pull),
    merge: ({ by } = {}) => merge(room, pull, sender(by)),
    ...changingMethods(room, pull, sender),
    ...talkingMethods(room, pull, sender),
  }
}

type Sender = (by: string | undefined) => Account

type ChangingMethods = Pick<GitHubPullRequest, 'close' | 'retarget' | 'retitle' | 'toDraft' | 'toReady' | 'label' | 'unlabel'>

function changingMethods(room: Room, pull: StoredPull, sender: Sender): ChangingMethods {
  const { world, repository } = room
  const change = (action: string, changes: Partial<StoredPull>, said: { more?: Record<string, unknown>; by?: string | undefined } = {}) => {
    Object.assign(pull, changes, { updatedAtMs: world.now() })
    return told(room, { pull, action, sender: sender(said.by), more: said.more ?? {} })
  }
  const label = (action: 'labeled' | 'unlabeled', name: string, by: string | undefined) => {
    const others = pull.labels.filter((one) => one !== name)
    const labels = action === 'labeled' ? [...others, name] : others
    return change(action, { labels }, { more: { label: labelOf(world, repository, name) }, by })
  }
  return {
    close: () => change('closed', { state: 'closed', closedAtMs: world.now() }),
    async retarget(base) {
      const from = { ref: { from: pull.baseBranch }, sha: { from: pull.baseSha } }
      const baseSha = await repository.git.tip(`refs/heads/${base}`)
      if (baseSha === undefined) throw new Error(`there is no branch ${base}`)
      return change('edited', { baseBranch: base, baseSha }, { more: { changes: { base: from } } })
    },
    retitle: (title) => change('edited', { title }, { more: { changes: { title: { from: pull.title } } } }),
    toDraft: () => change('converted_to_draft', { isDraft: true }),
    toReady: () => change('ready_for_review', { isDraft: false }),
    label: (name, { by } = {}) => label('labeled', name, by),
    unlabel: (name, { by } = {}) => label('unlabeled', name, by),
  }
}

type TalkingMethods = Pick<GitHubPullRequest, 'comment' | 'comments' | 'deleteComment' | 'lock'>

function talkingMethods({ world, repository }: Room, pull: StoredPull, sender: Sender): TalkingMethods {
  return {
    async comment(body, { by } = {}) {
      const comment = addComment(world, repository, { pull, author: sender(by), body })
      const payload = commentPayload(world, repository, { action: 'created', pull, comment })
      return { comment, deliveries: await tell(world, repository, { event: 'issue_comment', payload }) }
    },
    comments: () => repository.comments.filter(({ number }) => number === pull.number),
    deleteComment(id) {
      const at = repository.comments.findIndex((comment) => comment.id === id)
      if (at >= 0) repository.comments.splice(at, 1)
    },
    lock: () => void repository.lockedPulls.add(pull.number),
  }
}

/** Its branch may have moved meanwhile; then that is where it goes on. */
async function reopen(room: Room, pull: StoredPull): Promise<readonly StoredDelivery[]> {
  const { world, repository } = room
  if (pull.mergedAtMs !== null) throw new Error('a pull request that was merged stays merged')
  const sha = await pull.headRepository?.git.tip(`refs/heads/${pull.headBranch}`)
  if (sha === undefined) throw new Error(`the branch ${pull.headBranch} was deleted`)
  await takeHead(world, { base: repository, pull, sha })
  Object.assign(pull, { state: 'open', closedAtMs: null, updatedAtMs: world.now() })
  return told(room, { pull, action: 'reopened', sender: pull.author })
}

async function merge(room: Room, pull: StoredPull, by: Account) {
  const { world, repository } = room
  const ref = `refs/heads/${pull.baseBranch}`
  const { before, sha } = await repository.inOrder(async () => {
    const before = (await repository.git.tip(ref)) ?? null
    if (before === null || pull.state !== 'open') throw new Error('Pull Request is not mergeable')
    const message = `Merge pull request #${pull.number} from ${pull.headBranch}\n\n${pull.title}\n`
    const sha = await repository.git.merge({ base: before, head: pull.headSha, message })
    if (sha === undefined) throw new Error('Pull Request is not mergeable: the branches contradict each other')
    await repository.git.setRef(ref, sha)
    return { before, sha }
  })
  // The base contains it from now on, which is what closes it.
  const { deliveries, aboutPulls } = await branchMoved(world, repository, {
    branch: pull.baseBranch,
    ...{ before, after: sha, isForced: false, pusher: by },
  })
  return { sha, deliveries: [...deliveries, ...aboutPulls] }
}
