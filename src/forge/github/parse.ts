// GitHub's payloads in kyozo's words. Only the fields that are read are described, so a field that GitHub adds or changes elsewhere breaks nothing.
import { emitterEventNames } from '@octokit/webhooks'
import { z } from 'zod'
import { cloneUrl, type ForgeConnection, type ForgeEvent, type ForgeRepository, type IgnoredEvent, type NamedPayload } from '../forge.ts'
import { branchField, fullNameField, fullRefField, idField, isZeroSha, nameField, readPayload, shaField } from '../payload.ts'
import { commandLine, type PullRequestAction } from '../pull-requests.ts'
import { appEventReason } from './app-events.ts'
import { asPullRequest, pullRequestSchema } from './pull-requests.ts'

const repositorySchema = z.object({ id: idField, full_name: fullNameField, default_branch: branchField, private: z.boolean() })

const pushSchema = z.object({
  ref: fullRefField,
  before: shaField,
  after: shaField,
  created: z.boolean(),
  forced: z.boolean(),
  repository: repositorySchema,
  pusher: z.object({ name: nameField }),
})

const userSchema = z.object({ id: idField, login: nameField })

const pullRequestEventSchema = z.object({
  action: z.string(),
  // Present on `edited`; `base` only when the pull request was pointed at another branch.
  changes: z.object({ base: z.unknown().optional() }).optional(),
  pull_request: pullRequestSchema,
  label: z.object({ name: nameField }).optional(),
  repository: repositorySchema,
  sender: userSchema,
})

const commentSchema = z.object({
  action: z.string(),
  issue: z.object({ number: z.int().positive(), pull_request: z.unknown().optional() }),
  comment: z.object({ id: idField, body: z.string(), user: userSchema.nullable(), created_at: z.string() }),
  repository: repositorySchema,
})

const pingSchema = z.object({ repository: repositorySchema.optional() })

/** GitHub's names of what happens to a pull request, as far as it changes what should run. */
const pullRequestActions: Readonly<Record<string, PullRequestAction>> = {
  opened: 'opened',
  synchronize: 'updated',
  reopened: 'reopened',
  ready_for_review: 'ready',
  converted_to_draft: 'drafted',
  labeled: 'labeled',
  unlabeled: 'unlabeled',
  closed: 'closed',
}

const knownEvents: ReadonlySet<string> = new Set(emitterEventNames.filter((name) => !name.includes('.')))

export function parse(delivery: NamedPayload, connection: ForgeConnection): ForgeEvent {
  switch (delivery.event) {
    case 'push':
      return parsePush(delivery, connection)
    case 'pull_request':
      return parsePullRequest(delivery, connection)
    case 'issue_comment':
      return parseComment(delivery, connection)
    case 'ping':
      return parsePing(delivery, connection)
    case 'installation':
    case 'installation_repositories':
      return ignored(appEventReason(delivery))
    case 'create':
    case 'delete':
      return ignored(`GitHub sends a push with every ${delivery.event}d branch, and kyozo acts on that`)
    default:
      return ignored(unusedEventReason(delivery.event))
  }
}

/** GitHub's own name of a branch of a merge queue; the last part is the commit that the queue began with. */
const queueBranch = /^refs\/heads\/gh-readonly-queue\/(?<into>.+)\/pr-(?<number>\d{1,9})-[0-9a-f]{40}(?:[0-9a-f]{24})?$/

function parsePush(delivery: NamedPayload, connection: ForgeConnection): ForgeEvent {
  const push = readPayload(pushSchema, delivery)
  const repository = asRepository(push.repository, connection)
  const before = isZeroSha(push.before) ? null : push.before
  const { ref, after } = push
  const pusher = push.pusher.name
  if (ref.startsWith('refs/tags/'))
    return isZeroSha(after)
      ? ignored('a tag was deleted, and kyozo runs branches and pull requests')
      : { kind: 'tag_pushed', repository, ref, after, pusher }
  if (!ref.startsWith('refs/heads/')) return ignored('what was pushed is neither a branch nor a tag')
  if (isZeroSha(after)) return { kind: 'branch_deleted', repository, ref, before, pusher }
  const queued = queueBranch.exec(ref)?.groups
  if (queued !== undefined)
    return {
      kind: 'merge_queued',
      ...{ repository, ref, sha: after, pullRequest: Number(queued.number), intoRef: `refs/heads/${queued.into}` },
    }
  return { kind: 'push', repository, ref, before, after, isForced: push.forced, isCreated: push.created, pusher }
}

function parsePullRequest(delivery: NamedPayload, connection: ForgeConnection): ForgeEvent {
  const { action: name, changes, pull_request: pull, label, repository, sender } = readPayload(pullRequestEventSchema, delivery)
  const action = name === 'edited' && changes?.base !== undefined ? 'retargeted' : own(pullRequestActions, name)
  if (action === undefined) return ignored(`this change of pull request #${pull.number} alters nothing that runs`)
  return {
    kind: 'pull_request',
    repository: asRepository(repository, connection),
    action,
    pullRequest: asPullRequest(pull, { connection, repository: { id: repository.id, fullName: repository.full_name } }),
    sender,
    changedLabels: (action === 'labeled' || action === 'unlabeled') && label !== undefined ? [label.name] : [],
  }
}

/** GitHub tells of comments below issues and pull requests alike; what was edited or deleted afterwards commands nothing. */
function parseComment(delivery: NamedPayload, connection: ForgeConnection): ForgeEvent {
  const { action, issue, comment, repository } = readPayload(commentSchema, delivery)
  if (action !== 'created') return ignored('only a new comment is read')
  if (issue.pull_request === undefined || issue.pull_request === null) return ignored('the comment is below an issue, not a pull request')
  const text = commandLine(comment.body)
  if (text === undefined || comment.user === null) return ignored('the comment does not begin with /kyozo')
  const atMs = Date.parse(comment.created_at)
  return {
    kind: 'comment',
    repository: asRepository(repository, connection),
    pullRequest: issue.number,
    comment: { id: comment.id, text, at: Number.isNaN(atMs) ? null : new Date(atMs) },
    author: comment.user,
  }
}

function parsePing(delivery: NamedPayload, connection: ForgeConnection): ForgeEvent {
  const { repository } = readPayload(pingSchema, delivery)
  return { kind: 'ping', repository: repository === undefined ? null : asRepository(repository, connection) }
}

function asRepository(repository: z.infer<typeof repositorySchema>, connection: ForgeConnection): ForgeRepository {
  return {
    id: repository.id,
    fullName: repository.full_name,
    cloneUrl: cloneUrl(connection, repository.full_name),
    defaultBranch: repository.default_branch,
    isPrivate: repository.private,
  }
}

function unusedEventReason(event: string): string {
  const words = event.replaceAll('_', ' ')
  return knownEvents.has(event) ? `${words} events are not something kyozo acts on` : `kyozo does not know ${words} events`
}

function ignored(reason: string): IgnoredEvent {
  return { kind: 'ignored', reason }
}

function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}
