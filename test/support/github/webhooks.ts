// The double as sender of webhooks: GitHub's headers, GitHub's signature, payloads of the recorded shape.
import { createHmac, randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import type { Hook, Repository, StoredDelivery } from './state.ts'

type Payload = Record<string, unknown>

const definitions: readonly { name: string; examples: Payload[] }[] = createRequire(import.meta.url)('@octokit/webhooks-examples')

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
    'x-hub-signature-256': `sha256=${createHmac('sha256', hook.secret).update(body).digest('hex')}`,
  }
}

/** A recorded payload of the event with the repository put in its place. */
export function payloadOf(event: string, repository: Repository, changes: Payload = {}): Payload {
  const examples = definitions.find(({ name }) => name === event)?.examples ?? []
  const example = structuredClone(examples.find((candidate) => candidate.repository !== undefined) ?? examples[0])
  if (example === undefined) throw new Error(`no payload of ${event} was ever recorded`)
  return { ...example, repository: { ...(example.repository as Payload), ...repositoryPart(repository) }, ...changes }
}

export interface Move {
  readonly ref: string
  readonly before: string | null
  readonly after: string | null
  readonly isForced: boolean
}

const zeroSha = '0'.repeat(40)

export function pushPayload(repository: Repository, { ref, before, after, isForced }: Move): Payload {
  return payloadOf('push', repository, {
    ref,
    before: before ?? zeroSha,
    after: after ?? zeroSha,
    created: before === null,
    deleted: after === null,
    forced: isForced,
    head_commit: after === null ? null : { id: after },
    commits: [],
  })
}

function repositoryPart({ id, fullName, isPrivate, defaultBranch }: Repository): Payload {
  return {
    id,
    full_name: fullName,
    name: fullName.split('/')[1],
    private: isPrivate,
    default_branch: defaultBranch,
    // On purpose not where the double serves Git: whoever follows a payload's address ends nowhere.
    clone_url: `https://payload.invalid/${fullName}.git`,
  }
}
