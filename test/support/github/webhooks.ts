// The double as sender of webhooks: GitHub's headers, GitHub's signature, payloads of the recorded shape.
import { createHmac, randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { accountPart, commentPart, type Json, labelPart, pullPart, repositoryPart } from './parts.ts'
import type { Account, Hook, Repository, StoredComment, StoredDelivery, StoredPull } from './state.ts'
import { isoTime, type World } from './world.ts'

const definitions: readonly { name: string; examples: Json[] }[] = createRequire(import.meta.url)('@octokit/webhooks-examples')

export interface NewDelivery {
  readonly hook: Hook
  readonly event: string
  readonly payload: unknown
  /** Default is a new one; the same again is a redelivery. */
  readonly guid?: string
  readonly nowMs: number
}

/** GitHub waits this long for an answer. */
const answerDeadlineMs = 10_000

export async function deliver(
  repository: Repository,
  { hook, event, payload, guid = randomUUID(), nowMs }: NewDelivery,
): Promise<StoredDelivery> {
  const json = JSON.stringify(payload)
  const body = hook.contentType === 'json' ? json : new URLSearchParams({ payload: json }).toString()
  const sentMs = performance.now()
  const headers = headersOf(repository, { hook, event, guid, body })
  const response = hook.isUnreachable ? unreached('failed to connect to host') : await send(hook.url, headers, body)
  const isRedelivery = repository.deliveries.some((known) => known.hookId === hook.id && known.guid === guid)
  // Ids are unique on the whole host.
  const id = repository.id * 100_000 + repository.deliveries.length + 1
  const answeredMs = performance.now() - sentMs
  const delivery = { id, hookId: hook.id, guid, event, payload, headers, atMs: nowMs, isRedelivery, answeredMs, ...response }
  repository.deliveries.push(delivery)
  return delivery
}

/** Sends an event to every webhook that wants it: one event has one id, however many webhooks tell of it. */
export async function deliverToAll(
  { now }: Pick<World, 'now'>,
  repository: Repository,
  message: { readonly event: string; readonly payload: unknown },
): Promise<StoredDelivery[]> {
  const deliveries: StoredDelivery[] = []
  const guid = randomUUID()
  for (const hook of repository.hooks.filter((hook) => isTold(hook, message.event)))
    deliveries.push(await deliver(repository, { hook, guid, ...message, nowMs: now() }))
  return deliveries
}

function isTold({ isActive, events }: Hook, event: string): boolean {
  return isActive && (events.includes('*') || events.includes(event))
}

/** The description of some actions forgets that the fork of a pull request may be gone, which GitHub says by null. */
const forgotten = '/pull_request/head/repo must be object'

/** What GitHub could not send is a mistake of the double. */
export function tell(
  world: World,
  repository: Repository,
  message: { readonly event: string; readonly payload: Json },
): Promise<StoredDelivery[]> {
  for (const problem of world.openApi.webhookProblems(message.event, message.payload))
    if (!problem.endsWith(forgotten)) world.mistakes.push(`a webhook's ${problem}`)
  return deliverToAll(world, repository, message)
}

const unreached = (answer: string) => ({ status: 0, answer })

function send(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<{ status: number; answer: string }> {
  const request = { method: 'POST', body, redirect: 'manual', signal: AbortSignal.timeout(answerDeadlineMs), headers } as const
  return fetch(url, request).then(
    async (answer) => ({ status: answer.status, answer: await answer.text() }),
    (error: Error) => unreached(error.message),
  )
}

function headersOf(
  repository: Repository,
  { hook, event, guid, body }: { readonly hook: Hook; readonly event: string; readonly guid: string; readonly body: string },
): Readonly<Record<string, string>> {
  return {
    accept: '*/*',
    'user-agent': 'GitHub-Hookshot/044aadd',
    'content-type': hook.contentType === 'json' ? 'application/json' : 'application/x-www-form-urlencoded',
    'x-github-delivery': guid,
    'x-github-event': event,
    'x-github-hook-id': String(hook.id),
    'x-github-hook-installation-target-id': hook.appId ?? String(repository.id),
    'x-github-hook-installation-target-type': hook.appId === undefined ? 'repository' : 'integration',
    // Without a secret GitHub signs nothing.
    ...(hook.secret === '' ? {} : { 'x-hub-signature-256': `sha256=${createHmac('sha256', hook.secret).update(body).digest('hex')}` }),
  }
}

/** A recorded payload of the event with the repository put in its place. */
export function payloadOf(event: string, repository: Repository, changes: Json = {}): Json {
  const examples = definitions.find(({ name }) => name === event)?.examples ?? []
  const ofAction = examples.filter(({ action }) => changes.action === undefined || action === changes.action)
  const example = structuredClone(ofAction.find((candidate) => candidate.repository !== undefined) ?? ofAction[0] ?? examples[0])
  if (example === undefined) throw new Error(`no payload of ${event} was ever recorded`)
  return { ...example, repository: { ...(example.repository as Json), ...repositoryPart(repository) }, ...changes }
}

export interface Move {
  readonly ref: string
  readonly before: string | null
  readonly after: string | null
  readonly isForced: boolean
  /** Who pushed. Default is the one in the recorded payload. */
  readonly pusher?: Account | undefined
}

const zeroSha = '0'.repeat(40)

export function pushPayload(world: World, repository: Repository, { ref, before, after, isForced, pusher }: Move): Json {
  const who = pusher === undefined ? {} : { pusher: { name: pusher.login, email: null }, sender: accountPart(world, pusher) }
  const example = payloadOf('push', repository)
  return {
    ...example,
    ref,
    before: before ?? zeroSha,
    after: after ?? zeroSha,
    created: before === null,
    deleted: after === null,
    forced: isForced,
    head_commit: after === null ? null : headCommit(world, repository, after),
    commits: [],
    ...who,
  }
}

function headCommit({ now, webUrl }: World, { fullName }: Repository, sha: string): Json {
  const person = { name: 'Mona', email: 'mona@example.com', username: 'mona' }
  return {
    id: sha,
    tree_id: sha,
    distinct: true,
    message: 'Change things',
    timestamp: isoTime(now()),
    url: `${webUrl}/${fullName}/commit/${sha}`,
    ...{ author: person, committer: person, added: [], removed: [], modified: [] },
  }
}

export interface PullNews {
  readonly action: string
  readonly pull: StoredPull
  readonly sender: Account
  /** What an action says besides. */
  readonly more?: Json
}

export function pullPayload(world: World, repository: Repository, { action, pull, sender, more = {} }: PullNews): Json {
  const example = payloadOf('pull_request', repository, { action })
  const described = example.pull_request as Json
  const merged = pull.mergedAtMs !== null
  return {
    ...example,
    number: pull.number,
    pull_request: {
      ...described,
      ...pullPart(world, { pull, repository, example: described }),
      merged,
      merged_by: merged ? accountPart(world, sender) : null,
    },
    sender: accountPart(world, sender),
    ...more,
  }
}

export function labelOf(world: World, repository: Repository, name: string): Json {
  return labelPart(world, { repository, name, index: 0 })
}

export interface CommentNews {
  readonly action: 'created' | 'edited' | 'deleted'
  readonly pull: StoredPull
  readonly comment: StoredComment
  readonly more?: Json
}

/** GitHub calls a pull request an issue here, and says with one field that it is none. */
export function commentPayload(world: World, repository: Repository, { action, pull, comment, more = {} }: CommentNews): Json {
  const example = payloadOf('issue_comment', repository, { action })
  const page = `${world.webUrl}/${repository.fullName}/pull/${pull.number}`
  const url = `${world.apiUrl}/repos/${repository.fullName}/pulls/${pull.number}`
  return {
    ...example,
    issue: {
      ...(example.issue as Json),
      active_lock_reason: null,
      reactions: (example.comment as Json).reactions ?? commentPart(world, { comment, repository }).reactions,
      number: pull.number,
      id: pull.id,
      title: pull.title,
      state: pull.state,
      draft: pull.isDraft,
      user: accountPart(world, pull.author),
      labels: pull.labels.map((name, index) => labelPart(world, { repository, name, index })),
      pull_request: { url, html_url: page, diff_url: `${page}.diff`, patch_url: `${page}.patch`, merged_at: null },
    },
    comment: { ...(example.comment as Json), ...commentPart(world, { comment, repository }) },
    sender: accountPart(world, comment.author),
    ...more,
  }
}
