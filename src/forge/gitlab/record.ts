// GitLab's own list of what a webhook sent: for some days it keeps every attempt, with what was sent and what was answered. Each webhook has its own list.
// https://docs.gitlab.com/api/project_webhooks/#list-all-events-for-a-project-webhook
import { z } from 'zod'
import { KyozoError } from '../../errors.ts'
import type { RepositoryName } from '../client.ts'
import type { DeliveryRecord, RecordRequest, SentContent, SentDelivery } from '../record.ts'
import { cleanLine } from '../words.ts'
import { projectPath } from './api.ts'
import { deliveryHeaders } from './headers.ts'
import type { Page, Reader } from './reader.ts'
import { listHooks } from './webhooks.ts'

export function createRecord(reader: Reader): DeliveryRecord {
  return {
    isShared: false,
    list: (request) => list(reader, request),
    read: (sent) => readContent(reader, sent),
    sendAgain: (sent) => sendAgain(reader, sent),
  }
}

async function list(reader: Reader, request: RecordRequest) {
  const repository = request.repository!
  const hooks = (await listHooks(reader, repository)).filter(({ url }) => request.leadsHere(url))
  if (hooks.length === 0)
    throw new KyozoError('forge_refused', `${repository.fullName} has no webhook that leads to kyozo`, {
      hint: 'add one, so that pushes arrive at once',
    })
  const attempts: Attempt[] = []
  let isComplete = true
  for (const { id } of hooks) {
    const path = `${projectPath(repository)}/hooks/${id}/events`
    const found = await attemptsOf(reader, { path, repository, since: request.since })
    attempts.push(...found.attempts)
    isComplete &&= found.isComplete
  }
  return { deliveries: deliveriesOf(attempts, repository), isComplete }
}

const eventSchema = z.object({
  id: z.int().positive(),
  request_headers: z.record(z.string(), z.unknown()).nullable(),
  request_data: z.record(z.string(), z.unknown()).nullable(),
  response_status: z.union([z.string(), z.int()]).nullable(),
  // GitLab says so in its newer versions only.
  created_at: z.iso.datetime({ offset: true }).optional(),
})

type Event = z.infer<typeof eventSchema>

/** One try to send something. */
interface Attempt {
  /** Where GitLab has it, below the API's address. */
  readonly path: string
  readonly deliveryId: string
  readonly event: string
  readonly at: Date
  readonly status: string
}

/** Everything in the list comes with what was sent. */
const pageLimitBytes = 64 * 1024 ** 2
/** What GitLab keeps of a busy project may be more than is worth reading: the branches say where everything is. */
const pagesRead = 50

interface Listing {
  readonly path: string
  readonly repository: RepositoryName
  readonly since: Date
}

async function attemptsOf(
  reader: Reader,
  { path, repository, since }: Listing,
): Promise<{ readonly attempts: readonly Attempt[]; readonly isComplete: boolean }> {
  const purpose = `list what the webhook of ${repository.fullName} sent`
  const attempts: Attempt[] = []
  let next: string | undefined = firstPage(path)
  for (let page = 0; page < pagesRead; page++) {
    const answer: Page<Event[]> = await readPage(reader, next, purpose)
    const events = answer.value ?? []
    attempts.push(...events.flatMap((event) => attemptOf(event, path, purpose)))
    next = answer.next
    if (next === undefined || events.some((event) => timeOf(event, purpose) < since)) return { attempts, isComplete: true }
  }
  return { attempts, isComplete: false }
}

/** Newest first; GitLab gives no more at once. */
function firstPage(path: string): string {
  return `${path}?per_page=20`
}

async function readPage(reader: Reader, path: string, purpose: string): Promise<Page<Event[]>> {
  const page = await reader.get({ path, schema: z.array(eventSchema), purpose, answerLimitBytes: pageLimitBytes })
  if (page.value !== undefined) return page
  throw new KyozoError('forge_refused', `could not ${purpose}: GitLab answered 404`, {
    hint: 'nothing has to be done: kyozo compares branches instead; GitLab gives this list from 17.3 on',
  })
}

function timeOf({ created_at }: Event, purpose: string): Date {
  if (created_at !== undefined) return new Date(created_at)
  throw new KyozoError('forge_refused', `could not ${purpose}: this GitLab does not say when it sent something`, {
    hint: 'nothing has to be done: kyozo compares branches instead; a newer GitLab says it',
  })
}

/** None for what kyozo could not have taken: without the headers that it needs. */
function attemptOf(event: Event, path: string, purpose: string): Attempt[] {
  try {
    const headers = deliveryHeaders(textHeaders(event))
    const status = cleanLine(String(event.response_status ?? 'no answer'), 100)
    return [{ ...headers, path: `${path}/${event.id}`, at: timeOf(event, purpose), status }]
  } catch (error) {
    if (error instanceof KyozoError && error.code === 'bad_request') return []
    throw error
  }
}

function textHeaders({ request_headers }: Event): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request_headers ?? {}).flatMap(([name, text]) =>
      typeof text === 'string' ? [[name.toLowerCase(), text] as const] : [],
    ),
  )
}

/** The attempts at one delivery have its id in common. Oldest first. */
function deliveriesOf(attempts: readonly Attempt[], { id: repositoryId }: RepositoryName): readonly SentDelivery[] {
  const deliveries = [...Map.groupBy(attempts, ({ deliveryId }) => deliveryId).values()].map((all): SentDelivery => {
    const ordered = all.toSorted((a, b) => a.at.getTime() - b.at.getTime())
    const [first, last] = [ordered[0]!, ordered.at(-1)!]
    const good = ordered.find(({ status }) => /^[23]\d\d$/.test(status))
    return {
      path: last.path,
      deliveryId: last.deliveryId,
      event: last.event,
      sentAt: first.at,
      // GitLab sends nothing again by itself.
      ...(ordered.length > 1 ? { askedAgainAt: last.at } : {}),
      isGood: good !== undefined,
      words: (good ?? last).status,
      repositoryId,
    }
  })
  return deliveries.sort((a, b) => a.sentAt.getTime() - b.sentAt.getTime())
}

/** GitLab shows single ones in the list only. */
async function readContent(reader: Reader, sent: SentDelivery): Promise<SentContent | undefined> {
  const at = sent.path.lastIndexOf('/')
  const [path, id] = [sent.path.slice(0, at), Number(sent.path.slice(at + 1))]
  const purpose = `read delivery ${sent.deliveryId}`
  let next: string | undefined = firstPage(path)
  for (let page = 0; next !== undefined && page < pagesRead; page++) {
    const answer: Page<Event[]> = await readPage(reader, next, purpose)
    const found = answer.value?.find((event) => event.id === id)
    if (found !== undefined) return contentOf(found)
    const isPast = answer.value?.some((event) => timeOf(event, purpose) < sent.sentAt) ?? true
    next = isPast ? undefined : answer.next
  }
  return undefined
}

/** What is too large GitLab keeps as `{"oversize": true}`. */
function contentOf(event: Event): SentContent | undefined {
  const { request_data: payload } = event
  if (payload === null || Object.keys(payload).length === 0 || payload.oversize === true) return undefined
  return { headers: { ...textHeaders(event), 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(payload)) }
}

/** GitLab sends it while it is asked, and waits for kyozo's answer; it does so five times a minute at most. */
async function sendAgain(reader: Reader, sent: SentDelivery): Promise<void> {
  const request = {
    method: 'POST',
    path: `${sent.path}/resend`,
    schema: z.unknown(),
    purpose: `have ${sent.deliveryId} sent again`,
  } as const
  await reader.send({ ...request, deadlineMs: 20_000 })
}
