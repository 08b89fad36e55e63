// Gitea's payloads in kyozo's words. Only the fields that are read are described, so a field that Gitea or Forgejo adds or changes elsewhere breaks nothing.
// What they hold is in modules/structs/hook.go of go-gitea/gitea, and when they are sent in services/webhook/notifier.go.
import { z } from 'zod'
import type { ForgeConnection, ForgeEvent, IgnoredEvent, NamedPayload } from '../forge.ts'
import { fullRefField, idField, isRefName, isZeroSha, nameField, readPayload, shaField } from '../payload.ts'
import { commandLine, type PullRequestAction } from '../pull-requests.ts'
import { asPullRequest, hasDraftTitle, pullRequestSchema } from './pull-requests.ts'
import { asRepository, repositorySchema } from './repositories.ts'

/** Ids below zero are Gitea's own: the ghost of somebody who left (-1), and what its actions do (-2). */
const userSchema = z.object({ id: z.int().transform(String), login: nameField })

const pushSchema = z.object({
  ref: fullRefField,
  before: shaField,
  after: shaField,
  repository: repositorySchema,
  pusher: z.object({ login: nameField.optional(), username: nameField.optional() }),
})

const deletionSchema = z.object({ ref: z.string(), ref_type: z.string(), repository: repositorySchema, sender: userSchema })

const fromSchema = z.object({ from: z.string() }).nullish()
const labelsSchema = z.array(z.object({ name: nameField })).nullish()

const pullRequestEventSchema = z.object({
  action: z.string(),
  // Of `edited`: what it was before. Newer servers also say which labels were put on and taken off.
  changes: z.object({ ref: fromSchema, title: fromSchema, added_labels: labelsSchema, removed_labels: labelsSchema }).nullish(),
  pull_request: pullRequestSchema,
  repository: repositorySchema,
  sender: userSchema,
})

const commentSchema = z.object({
  action: z.string(),
  is_pull: z.boolean().nullish(),
  issue: z.object({ number: z.int().positive(), pull_request: z.unknown().optional() }),
  comment: z.object({ id: idField, body: z.string(), user: userSchema.nullish(), created_at: z.string() }),
  repository: repositorySchema,
})

const reviewSchema = z.object({ review: z.looseObject({}) })

/** What Gitea sends that kyozo has no use for, by the names of its headers. */
const unusedEvents: ReadonlySet<string> = new Set([
  ...[
    'fork',
    'issues',
    'wiki',
    'repository',
    'release',
    'package',
    'status',
    'workflow_run',
    'workflow_job',
    'schedule',
    'workflow_dispatch',
  ],
  ...['pull_request_approved', 'pull_request_rejected', 'action_run_failure', 'action_run_recover', 'action_run_success'],
])

export function parse(delivery: NamedPayload, connection: ForgeConnection): ForgeEvent {
  switch (delivery.event) {
    case 'push':
      return parsePush(delivery, connection)
    case 'delete':
      return parseDeletion(delivery, connection)
    case 'pull_request':
      return parsePullRequest(delivery, connection)
    case 'issue_comment':
      return parseComment(delivery, connection)
    case 'pull_request_comment':
      // A review with words has the name that a comment below a pull request has elsewhere.
      if (reviewSchema.safeParse(delivery.payload).success) return ignored('a review is not read for commands; write a comment of its own')
      return parseComment(delivery, connection)
    case 'create':
      return ignored('Gitea sends a push with every created branch, and kyozo acts on that')
    default:
      return ignored(unusedEventReason(delivery.event))
  }
}

/** Whether a push rewrote history Gitea does not say. */
function parsePush(delivery: NamedPayload, connection: ForgeConnection): ForgeEvent {
  const push = readPayload(pushSchema, delivery)
  const repository = asRepository(push.repository, connection)
  const { ref, after } = push
  // Nothing moved: somebody tries the webhook out, which Gitea does with a push of the newest commit to where it is.
  if (push.before === after) return { kind: 'ping', repository }
  const before = isZeroSha(push.before) ? null : push.before
  const pusher = push.pusher.login ?? push.pusher.username ?? 'ghost'
  if (ref.startsWith('refs/tags/'))
    return isZeroSha(after)
      ? ignored('a tag was deleted, and kyozo runs branches and pull requests')
      : { kind: 'tag_pushed', repository, ref, after, pusher }
  if (!ref.startsWith('refs/heads/')) return ignored('what was pushed is neither a branch nor a tag')
  if (isZeroSha(after)) return { kind: 'branch_deleted', repository, ref, before, pusher }
  return { kind: 'push', repository, ref, before, after, isForced: false, isCreated: before === null, pusher }
}

/** No push is sent with a branch that goes, and what it pointed at is not said. Forgejo's own webhooks give the full ref, Gitea's the branch. */
function parseDeletion(delivery: NamedPayload, connection: ForgeConnection): ForgeEvent {
  const { ref, ref_type, repository, sender } = readPayload(deletionSchema, delivery)
  if (ref_type !== 'branch') return ignored('a tag was deleted, and kyozo runs branches and pull requests')
  const full = ref.startsWith('refs/heads/') ? ref : `refs/heads/${ref}`
  if (!isRefName(full)) return ignored('what was deleted is not a branch by its name')
  return { kind: 'branch_deleted', repository: asRepository(repository, connection), ref: full, before: null, pusher: sender.login }
}

type PullRequestPayload = z.infer<typeof pullRequestEventSchema>

function parsePullRequest(delivery: NamedPayload, connection: ForgeConnection): ForgeEvent {
  const payload = readPayload(pullRequestEventSchema, delivery)
  const { pull_request: pull, repository, sender } = payload
  const change = changeOf(payload)
  if (change === undefined) return ignored(`this change of pull request #${pull.number} alters nothing that runs`)
  const described = asPullRequest(pull, { connection, repository: { id: repository.id, fullName: repository.full_name } })
  // When all labels are taken off, the payload still has them.
  const pullRequest = payload.action === 'label_cleared' ? { ...described, labels: [] } : described
  if (isZeroSha(pullRequest.headSha) && change.action !== 'closed')
    return ignored(`Gitea does not say what pull request #${pull.number} holds`)
  return { kind: 'pull_request', repository: asRepository(repository, connection), ...change, pullRequest, sender }
}

interface PullRequestChange {
  readonly action: PullRequestAction
  readonly changedLabels: readonly string[]
}

/** Undefined where nothing that runs depends on it. */
function changeOf(payload: PullRequestPayload): PullRequestChange | undefined {
  const only = (action: PullRequestAction): PullRequestChange => ({ action, changedLabels: [] })
  switch (payload.action) {
    case 'opened':
    case 'reopened':
    case 'closed':
      return only(payload.action)
    case 'synchronized':
      return only('updated')
    case 'edited':
      return editOf(payload)
    case 'label_updated':
      return labelsOf(payload)
    case 'label_cleared':
      return { action: 'unlabeled', changedLabels: namesOf(payload.pull_request.labels) }
    default:
      return undefined
  }
}

/** A draft is one by the beginning of its title, so it becomes one, or none, by another title. */
function editOf({ changes, pull_request: pull }: PullRequestPayload): PullRequestChange | undefined {
  if (changes?.ref) return { action: 'retargeted', changedLabels: [] }
  if (!changes?.title) return undefined
  const isDraft = pull.draft ?? hasDraftTitle(pull.title)
  if (isDraft === hasDraftTitle(changes.title.from)) return undefined
  return { action: isDraft ? 'drafted' : 'ready', changedLabels: [] }
}

/** Older servers, and Forgejo, do not say which labels changed: none is guessed, since a label may be somebody's approval. */
function labelsOf({ changes }: PullRequestPayload): PullRequestChange {
  const [added, removed] = [namesOf(changes?.added_labels), namesOf(changes?.removed_labels)]
  return added.length === 0 && removed.length > 0
    ? { action: 'unlabeled', changedLabels: removed }
    : { action: 'labeled', changedLabels: added }
}

function namesOf(labels: z.infer<typeof labelsSchema>): readonly string[] {
  return (labels ?? []).map(({ name }) => name)
}

/** Gitea tells of comments below issues and pull requests alike; what was edited or deleted afterwards commands nothing. */
function parseComment(delivery: NamedPayload, connection: ForgeConnection): ForgeEvent {
  const { action, is_pull, issue, comment, repository } = readPayload(commentSchema, delivery)
  if (action !== 'created') return ignored('only a new comment is read')
  if (!(is_pull ?? Boolean(issue.pull_request))) return ignored('the comment is below an issue, not a pull request')
  const text = commandLine(comment.body)
  if (text === undefined || !comment.user) return ignored('the comment does not begin with /kyozo')
  const atMs = Date.parse(comment.created_at)
  return {
    kind: 'comment',
    repository: asRepository(repository, connection),
    pullRequest: issue.number,
    comment: { id: comment.id, text, at: Number.isNaN(atMs) ? null : new Date(atMs) },
    author: comment.user,
  }
}

function unusedEventReason(event: string): string {
  const words = event.replaceAll('_', ' ')
  return unusedEvents.has(event) ? `${words} events are not something kyozo acts on` : `kyozo does not know ${words} events`
}

function ignored(reason: string): IgnoredEvent {
  return { kind: 'ignored', reason }
}
