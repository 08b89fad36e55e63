// A pull request of the double as a test has it in its hands.
import type { Change } from '../github/repositories.ts'
import { addComment, addPull, close, type Deliveries, merge, news, type Pull, type Pushed, pushTo, type World } from './life.ts'
import type { GiteaRepository } from './repositories.ts'
import type { Repository, StoredComment, StoredPullRequest } from './state.ts'
import { deliver, reviewTold } from './webhooks.ts'

export interface NewPullRequest {
  /** Default is `feature`. */
  readonly branch?: string
  /** What the branch holds; default is that it is there already. */
  readonly change?: Change
  /** Default is the default branch. */
  readonly base?: string
  readonly title?: string
  /** Default is the owner of the head's repository. */
  readonly by?: string
  /** The fork that the branch is in. Default is none. */
  readonly from?: Pick<GiteaRepository, 'stored'>
  /** Pushed to `refs/for/…` by somebody who may only read. Default is false. */
  readonly isAgit?: boolean
}

export interface GiteaPullRequest {
  readonly number: number
  readonly id: number
  /** What was told when a test opened it. */
  readonly deliveries: Deliveries
  readonly stored: StoredPullRequest
  readonly headSha: string
  push(change: Change, parent?: string): Promise<Pushed>
  close(): Promise<Deliveries>
  reopen(): Promise<Deliveries>
  /** With a merge commit. */
  merge(by?: string): Promise<Pushed>
  retarget(base: string): Promise<Deliveries>
  retitle(title: string): Promise<Deliveries>
  /** Sets all its labels. */
  label(labels: readonly string[], by?: string): Promise<Deliveries>
  assign(): Promise<Deliveries>
  comment(text: string, by?: string): Promise<{ readonly id: number; readonly deliveries: Deliveries }>
  review(text: string, by?: string): Promise<Deliveries>
  /** Comments as they are now, oldest first. */
  comments(): readonly StoredComment[]
  removeComment(id: number): void
}

export async function openPullRequest(world: World, repository: Repository, wanted: NewPullRequest): Promise<GiteaPullRequest> {
  const { branch = 'feature', change, base = repository.defaultBranch, title = 'Change things', from, isAgit = false } = wanted
  const head = from?.stored ?? repository
  const parent = head === repository ? await repository.git.tip(`refs/heads/${base}`) : undefined
  const isThere = (await head.git.tip(`refs/heads/${branch}`)) !== undefined
  if (change !== undefined) await pushTo(world, head, { branch, change, ...(isThere || parent === undefined ? {} : { parent }) })
  const sha = await head.git.tip(`refs/heads/${branch}`)
  if (sha === undefined) throw new Error(`${head.fullName} has no branch ${branch} to make a pull request of`)
  if (isAgit) await head.git.setRef(`refs/heads/${branch}`, null)
  const author = wanted.by === undefined ? head.owner : world.access.user(wanted.by)
  const pull = await addPull(world, repository, { base, head, headBranch: isAgit ? '' : branch, sha, title, body: '', author })
  if (isAgit) await head.git.setRef(`refs/heads/${branch}`, null)
  const deliveries = await news(world, { repository, pull }, { type: 'pull_request', action: 'opened', by: author })
  return pullHandle(world, { repository, pull }, deliveries)
}

export function pullHandle(world: World, at: Pull, deliveries: Deliveries = []): GiteaPullRequest {
  const { repository, pull } = at
  const person = (login: string | undefined) => (login === undefined ? pull.author : world.access.user(login))
  const edited = (changes: Record<string, unknown>) => news(world, at, { type: 'pull_request', action: 'edited', by: pull.author, changes })
  return {
    number: pull.number,
    id: pull.id,
    deliveries,
    stored: pull,
    get headSha() {
      return pull.headSha
    },
    push(change, parent) {
      if (pull.head === undefined) throw new Error(`the fork of #${pull.number} is gone`)
      return pushTo(world, pull.head, {
        branch: pull.headBranch,
        change,
        by: pull.author.login,
        ...(parent === undefined ? {} : { parent }),
      })
    },
    close: () => close(world, at, pull.author),
    reopen() {
      pull.state = 'open'
      return news(world, at, { type: 'pull_request', action: 'reopened', by: pull.author })
    },
    merge: (login) => merge(world, at, login === undefined ? repository.owner : person(login)),
    retarget(base) {
      const from = pull.base
      pull.base = base
      return edited({ ref: { from } })
    },
    retitle(title) {
      const from = pull.title
      pull.title = title
      return edited({ title: { from } })
    },
    label: (labels, login) => setLabels(world, at, { labels, by: login }),
    assign: () => news(world, at, { type: 'pull_request_assign', action: 'assigned', by: pull.author }),
    async comment(text, login) {
      const { comment, told } = await addComment(world, at, { text, by: person(login) })
      return { id: comment.id, deliveries: await told() }
    },
    async review(text, login) {
      const told = reviewTold(world, at, { by: person(login), text })
      return Promise.all(repository.hooks.map((hook) => deliver(world, { repository, hook, told })))
    },
    comments: () => repository.comments.filter(({ pullRequest }) => pullRequest === pull.number),
    removeComment(id) {
      const index = repository.comments.findIndex((comment) => comment.id === id)
      if (index >= 0) repository.comments.splice(index, 1)
    },
  }
}

function setLabels(
  world: World,
  at: Pull,
  { labels, by }: { readonly labels: readonly string[]; readonly by: string | undefined },
): Promise<Deliveries> {
  const before = at.pull.labels
  const added = labels.filter((label) => !before.includes(label))
  const removed = before.filter((label) => !labels.includes(label))
  const person = by === undefined ? at.repository.owner : world.access.user(by)
  const tell = (action: string) => news(world, at, { type: 'pull_request_label', action, by: person, labels: { added, removed } })
  // Of labels that are all taken off Gitea tells with the labels as they were.
  if (labels.length > 0) at.pull.labels = [...labels]
  const told = tell(labels.length === 0 ? 'label_cleared' : 'label_updated')
  at.pull.labels = [...labels]
  return told
}
