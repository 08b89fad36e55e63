// The double as sender of webhooks: GitLab's headers, its token or signature, and its patience with a receiver that fails.
import { createHmac, randomUUID } from 'node:crypto'
import type { Hook, Project, StoredDelivery } from './state.ts'

export type HookEvent = 'push_events' | 'tag_push_events' | 'merge_requests_events' | 'note_events'

const headerOf: Readonly<Record<HookEvent, string>> = {
  push_events: 'Push Hook',
  tag_push_events: 'Tag Push Hook',
  merge_requests_events: 'Merge Request Hook',
  note_events: 'Note Hook',
}

export interface NewDelivery {
  readonly hook: Hook
  /** The header. */
  readonly event: string
  readonly payload: unknown
  /** The same again when it is sent again. Default is a new one. */
  readonly idempotencyKey?: string
  readonly nowMs: number
}

/** Tells every webhook that wants to hear of it and is not switched off. */
export async function tellHooks(project: Project, event: HookEvent, payload: { readonly ref?: unknown }, nowMs: number) {
  const deliveries: StoredDelivery[] = []
  for (const hook of [...project.hooks]) {
    if (!hook[event] || alertStatus(hook, nowMs) !== 'executable' || !isWithin(hook, event, payload)) continue
    deliveries.push(await deliver(project, { hook, event: headerOf[event], payload, nowMs }))
  }
  return deliveries
}

/** A webhook may hear of one branch only. */
function isWithin(hook: Hook, event: HookEvent, { ref }: { readonly ref?: unknown }): boolean {
  return event !== 'push_events' || hook.push_events_branch_filter === '' || ref === `refs/heads/${hook.push_events_branch_filter}`
}

/** gitlab.com waits this long for an answer. */
const answerDeadlineMs = 10_000

export async function deliver(project: Project, { hook, event, payload, idempotencyKey, nowMs }: NewDelivery): Promise<StoredDelivery> {
  const key = idempotencyKey ?? randomUUID()
  const body = JSON.stringify(payload)
  const headers = headersOf(hook, { event, key, body, nowMs })
  const answered = hook.isUnreachable ? { status: 0, answer: 'Failed to open TCP connection' } : await send(hook.url, headers, body)
  noteAnswer(hook, answered.status, nowMs)
  // Ids are unique on the whole host.
  const id = project.id * 100_000 + project.deliveries.length + 1
  const delivery = { id, hookId: hook.id, idempotencyKey: key, event, payload, headers, atMs: nowMs, ...answered }
  project.deliveries.push(delivery)
  return delivery
}

function send(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<{ status: number; answer: string }> {
  const request = { method: 'POST', body, redirect: 'manual', signal: AbortSignal.timeout(answerDeadlineMs), headers } as const
  return fetch(url, request).then(
    async (answer) => ({ status: answer.status, answer: await answer.text() }),
    (error: Error) => ({ status: 0, answer: error.message }),
  )
}

interface Sent {
  readonly event: string
  readonly key: string
  readonly body: string
  readonly nowMs: number
}

function headersOf(hook: Hook, { event, key, body, nowMs }: Sent): Readonly<Record<string, string>> {
  return {
    'content-type': 'application/json',
    'user-agent': 'GitLab/19.5.0',
    'idempotency-key': key,
    'x-gitlab-event': event,
    'x-gitlab-webhook-uuid': randomUUID(),
    'x-gitlab-instance': 'https://payload.invalid',
    'x-gitlab-event-uuid': randomUUID(),
    ...(hook.token === undefined ? {} : { 'x-gitlab-token': hook.token }),
    ...(hook.signingToken === undefined ? {} : signatureOf(hook.signingToken, { key, body, nowMs })),
  }
}

function signatureOf(signingToken: string, { key, body, nowMs }: Omit<Sent, 'event'>): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1_000))
  const digest = createHmac('sha256', Buffer.from(signingToken.replace('whsec_', ''), 'base64')).update(`${key}.${timestamp}.${body}`)
  return { 'webhook-id': key, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${digest.digest('base64')}` }
}

const failuresUntilPause = 4
const failuresUntilOff = 40
const longestPauseMs = 24 * 3_600_000

/** After four failures in a row it is left alone for a minute, then for twice as long each time, and after forty for good. */
function noteAnswer(hook: Hook, status: number, nowMs: number): void {
  const isGood = status >= 200 && status < 400
  hook.failures = isGood ? 0 : hook.failures + 1
  const pauses = hook.failures - failuresUntilPause
  hook.disabledUntilMs = pauses < 0 ? null : nowMs + Math.min(longestPauseMs, 60_000 * 2 ** pauses)
}

export function alertStatus(hook: Hook, nowMs: number): 'executable' | 'temporarily_disabled' | 'disabled' {
  if (hook.failures >= failuresUntilOff) return 'disabled'
  return hook.disabledUntilMs !== null && nowMs < hook.disabledUntilMs ? 'temporarily_disabled' : 'executable'
}
