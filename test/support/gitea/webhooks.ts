// The double as sender of webhooks: Gitea's headers beside those of Gogs and GitHub, Gitea's signature, the payloads of services/webhook/notifier.go.
import { createHmac, randomUUID } from 'node:crypto'
import { commentShape, issueShape, labelShape, type Place, pullRequestShape, repositoryShape, userShape } from './shapes.ts'
import type { Flavour, Hook, Repository, StoredComment, StoredDelivery, StoredPullRequest, User } from './state.ts'

type Payload = Record<string, unknown>

export interface Sender extends Place {
  readonly flavour: Flavour
  readonly now: () => number
}

export interface Told {
  /** The type, by which webhooks are told apart. */
  readonly type: string
  readonly payload: Payload
  /** Of pushes, creations and deletions: what a webhook may be narrowed to. */
  readonly branch?: string
}

/** Gitea waits this long for an answer unless its operator chose otherwise. */
const answerDeadlineMs = 5_000

/** To every webhook that wants to hear of it, one after the other. */
export async function tell(sender: Sender, repository: Repository, told: Told): Promise<readonly StoredDelivery[]> {
  const deliveries: StoredDelivery[] = []
  for (const hook of repository.hooks) if (wants(hook, told)) deliveries.push(await deliver(sender, { repository, hook, told }))
  return deliveries
}

function wants({ isActive, events, branchFilter }: Hook, { type, branch }: Told): boolean {
  const isOfBranch = branch === undefined || branchFilter === '' || branchFilter === '*' || branchFilter === branch
  return isActive && isOfBranch && (events === undefined || events.includes(type))
}

interface Delivering {
  readonly repository: Repository
  readonly hook: Hook
  readonly told: Told
}

/** Each has an id of its own, also when it is sent again, and also when several webhooks tell of the same. */
export async function deliver(sender: Sender, { repository, hook, told }: Delivering): Promise<StoredDelivery> {
  const payload = asHookHasIt(hook, told)
  const json = JSON.stringify(payload, null, 2)
  const guid = randomUUID()
  const headers = headersOf(sender, { hook, type: told.type, guid, json })
  const body = hook.contentType === 'json' ? json : new URLSearchParams({ payload: json }).toString()
  const request = { method: 'POST', body, redirect: 'manual', signal: AbortSignal.timeout(answerDeadlineMs), headers } as const
  const answered = await fetch(hook.url, request).then(
    async (answer) => ({ status: answer.status, answer: await answer.text() }),
    (error: Error) => ({ status: 0, answer: error.message }),
  )
  const event = eventOf(told.type)
  const delivery = { hookId: hook.id, guid, event, type: told.type, payload, headers, atMs: sender.now(), ...answered }
  repository.deliveries.push(delivery)
  return delivery
}

/** Forgejo gives the full ref to a webhook of its own type and the short one to one of Gitea's; Gitea knows the short one only. */
function asHookHasIt(hook: Hook, { type, payload }: Told): Payload {
  if ((type !== 'create' && type !== 'delete') || hook.type === 'forgejo') return payload
  return { ...payload, ref: String(payload.ref).replace(/^refs\/(heads|tags)\//, '') }
}

/** What an event was called before it had types. */
function eventOf(type: string): string {
  if (type === 'pull_request_comment') return 'issue_comment'
  if (type === 'pull_request_review_comment') return 'pull_request_comment'
  if (/^pull_request_review_(approved|rejected)$/.test(type)) return type.replace('review_', '')
  if (type.startsWith('pull_request')) return 'pull_request'
  if (type === 'package') return ''
  return type.startsWith('issue_') && type !== 'issue_comment' ? 'issues' : type
}

interface Heading {
  readonly hook: Hook
  readonly type: string
  readonly guid: string
  readonly json: string
}

/** Signed is the JSON, also where a form carries it. Without a secret the headers are there, and empty. */
function headersOf({ flavour }: Sender, { hook, type, guid, json }: Heading): Readonly<Record<string, string>> {
  const digest = (algorithm: string) => (hook.secret === '' ? '' : createHmac(algorithm, hook.secret).update(json).digest('hex'))
  const signature = digest('sha256')
  const families = flavour === 'forgejo' ? ['forgejo', 'gitea', 'gogs'] : ['gitea', 'gogs']
  const own = families.flatMap((family) => [
    [`x-${family}-delivery`, guid],
    [`x-${family}-event`, eventOf(type)],
    [`x-${family}-event-type`, type],
    [`x-${family}-signature`, signature],
  ])
  return {
    ...Object.fromEntries(own),
    'user-agent': 'Go-http-client/1.1',
    'content-type': hook.contentType === 'json' ? 'application/json' : 'application/x-www-form-urlencoded',
    'x-hub-signature': `sha1=${digest('sha1')}`,
    'x-hub-signature-256': `sha256=${signature}`,
    'x-github-delivery': guid,
    'x-github-event': eventOf(type),
    'x-github-event-type': type,
    ...(hook.authorizationHeader === '' ? {} : { authorization: hook.authorizationHeader }),
  }
}

export interface Move {
  readonly ref: string
  readonly before: string | null
  readonly after: string | null
  readonly by: User
}

const zeroSha = '0'.repeat(40)

/** Everything that follows from a ref that moved: a branch that goes is told by `delete` alone, a tag by a push as well. */
export function movesTold(sender: Sender, repository: Repository, { ref, before, after, by }: Move): readonly Told[] {
  const user = userShape(sender, by)
  const shape = repositoryShape(sender, repository, repository.owner)
  const isBranch = ref.startsWith('refs/heads/')
  const branch = isBranch ? { branch: ref.slice('refs/heads/'.length) } : {}
  const refType = isBranch ? 'branch' : 'tag'
  const head = after === null ? null : commitShape(sender, repository, after)
  const push: Told = {
    type: 'push',
    ...branch,
    payload: {
      ref,
      before: before ?? zeroSha,
      after: after ?? zeroSha,
      compare_url: '',
      commits: head === null ? [] : [head],
      total_commits: head === null ? 0 : 1,
      head_commit: head,
      repository: shape,
      pusher: user,
      sender: user,
    },
  }
  const common = { ref, ref_type: refType, repository: shape, sender: user }
  if (after === null) {
    const gone: Told = { type: 'delete', ...branch, payload: { ...common, pusher_type: 'user' } }
    return isBranch ? [gone] : [push, gone]
  }
  return before === null ? [{ type: 'create', ...branch, payload: { sha: after, ...common } }, push] : [push]
}

function commitShape({ webUrl }: Place, { fullName }: Repository, sha: string): Payload {
  const person = { name: 'Mona', email: 'mona@example.com', username: '' }
  const url = `${webUrl}/${fullName}/commit/${sha}`
  const files = { added: [], removed: [], modified: ['README.md'] }
  return {
    id: sha,
    message: 'Change things\n',
    url,
    author: person,
    committer: person,
    verification: null,
    timestamp: '2025-01-01T00:00:00Z',
    ...files,
  }
}

/** What the button that tries a webhook out sends: a push of the newest commit to where it is. */
export function trialTold(sender: Sender, repository: Repository, move: { readonly sha: string; readonly by: User }): Told {
  const ref = `refs/heads/${repository.defaultBranch}`
  const [push] = movesTold(sender, repository, { ref, before: move.sha, after: move.sha, by: move.by })
  return push!
}

export interface PullRequestNews {
  readonly type: 'pull_request' | 'pull_request_sync' | 'pull_request_label' | 'pull_request_assign' | 'pull_request_milestone'
  readonly action: string
  readonly by: User
  readonly changes?: Payload
  readonly labels?: { readonly added: readonly string[]; readonly removed: readonly string[] }
}

export function pullRequestTold(
  sender: Sender,
  { repository, pull }: { readonly repository: Repository; readonly pull: StoredPullRequest },
  { type, action, by, changes, labels }: PullRequestNews,
): Told {
  const named = (names: readonly string[] = []) => names.map((name) => labelShape(sender, repository, name))
  const namesLabels = sender.flavour === 'gitea'
  const named_ = namesLabels && labels !== undefined ? { added_labels: named(labels.added), removed_labels: named(labels.removed) } : {}
  const changed =
    namesLabels && changes !== undefined ? { ...changes, added_labels: null, removed_labels: null } : { ...changes, ...named_ }
  return {
    type,
    payload: {
      action,
      number: pull.number,
      ...(Object.keys(changed).length === 0 ? {} : { changes: changed }),
      pull_request: pullRequestShape(sender, repository, pull),
      requested_reviewer: null,
      repository: repositoryShape(sender, repository, repository.owner),
      sender: userShape(sender, by),
      commit_id: '',
      review: null,
    },
  }
}

/** A review that says something has the event `pull_request_comment`, and a comment below a pull request the type. */
export function reviewTold(
  sender: Sender,
  { repository, pull }: { readonly repository: Repository; readonly pull: StoredPullRequest },
  { by, text }: { readonly by: User; readonly text: string },
): Told {
  const { payload } = pullRequestTold(sender, { repository, pull }, { type: 'pull_request', action: 'reviewed', by })
  return { type: 'pull_request_review_comment', payload: { ...payload, review: { type: 'pull_request_review_comment', content: text } } }
}

export function commentTold(
  sender: Sender,
  { repository, pull, comment }: { readonly repository: Repository; readonly pull: StoredPullRequest; readonly comment: StoredComment },
  { action, by }: { readonly action: 'created' | 'edited'; readonly by: User },
): Told {
  return {
    type: 'pull_request_comment',
    payload: {
      action,
      issue: issueShape(sender, repository, pull),
      ...(sender.flavour === 'forgejo' ? { pull_request: pullRequestShape(sender, repository, pull) } : {}),
      comment: commentShape(sender, repository, comment),
      repository: repositoryShape(sender, repository, repository.owner),
      sender: userShape(sender, by),
      is_pull: true,
    },
  }
}
