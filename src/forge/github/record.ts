// GitHub's own list of what it sent: for three days it keeps every attempt of a webhook, with what was sent and what was answered. An app has one list,
// and otherwise each webhook of a repository has one.
// https://docs.github.com/rest/repos/webhooks#list-deliveries-for-a-repository-webhook
import { z } from 'zod'
import { KyozoError } from '../../errors.ts'
import type { ForgeConnection } from '../forge.ts'
import type { DeliveryRecord, RecordRepository, RecordRequest, SentContent, SentDelivery } from '../record.ts'
import { cleanLine } from '../words.ts'
import type { Asker, Reader } from './reader.ts'

/** Undefined without a credential: nobody else may read it. */
export function createRecord(connection: ForgeConnection, reader: Reader): DeliveryRecord | undefined {
  const { kind } = connection.credential
  if (kind === 'none') return undefined
  const isShared = kind === 'app'
  return {
    isShared,
    async list(request) {
      const hooks = isShared ? ['/app/hook'] : await hooksOf(reader, request)
      const lists = []
      for (const hook of hooks) lists.push(await attemptsOf(reader, request, hook))
      return {
        deliveries: deliveriesOf(lists.flatMap(({ attempts }) => attempts)),
        isComplete: lists.every(({ isComplete }) => isComplete),
      }
    },
    read: (sent, repository) => readContent(reader, sent, askerFor(repository, 'read')),
    sendAgain: (sent, repository) =>
      reader.post({ path: `${sent.path}/attempts`, as: askerFor(repository, 'write'), purpose: `have ${sent.deliveryId} sent again` }),
  }
}

function askerFor(repository: RecordRepository | undefined, level: 'read' | 'write'): Asker {
  return repository === undefined ? 'app' : { repository, permissions: { repository_hooks: level } }
}

const hookSchema = z.array(z.object({ id: z.int().positive(), config: z.object({ url: z.string().optional() }) }))

/** The webhooks of the repository that lead to kyozo, or by which something of it has arrived. */
async function hooksOf(reader: Reader, { repository, leadsHere, lastHeaders }: RecordRequest): Promise<readonly string[]> {
  const { fullName } = repository!
  const purpose = `list the webhooks of ${fullName}`
  const path = `/repos/${fullName}/hooks?per_page=100`
  const { value } = await reader.get({ path, as: askerFor(repository, 'read'), schema: hookSchema, purpose })
  if (value === undefined)
    throw new KyozoError('forge_refused', `could not ${purpose}: GitHub answered 404`, {
      hint: 'give the connection’s token the permission to read webhooks',
    })
  const arrivedBy = lastHeaders['x-github-hook-id']
  const ours = value.filter(({ id, config }) => String(id) === arrivedBy || (config.url !== undefined && leadsHere(config.url)))
  if (ours.length === 0)
    throw new KyozoError('forge_refused', `${fullName} has no webhook that leads to kyozo`, {
      hint: 'add one, so that pushes arrive at once',
    })
  return ours.map(({ id }) => `/repos/${fullName}/hooks/${id}`)
}

const attemptSchema = z.object({
  id: z.int().positive(),
  guid: z.string().regex(/^[0-9a-f-]{36}$/i),
  delivered_at: z.iso.datetime({ offset: true }),
  redelivery: z.boolean(),
  status: z.string(),
  event: z.string().max(100),
  repository_id: z.int().nullable().optional(),
})

type Attempt = z.infer<typeof attemptSchema> & { readonly path: string }

/** What GitHub keeps of a busy app may be more than is worth reading: the branches say where everything is. */
const pageLimit = 100

async function attemptsOf(
  reader: Reader,
  { repository, since }: RecordRequest,
  hook: string,
): Promise<{ readonly attempts: readonly Attempt[]; readonly isComplete: boolean }> {
  const as = askerFor(repository, 'read')
  const purpose = repository === undefined ? 'list what the app was sent' : `list what the webhooks of ${repository.fullName} sent`
  const attempts: Attempt[] = []
  let path: string | undefined = `${hook}/deliveries?per_page=100`
  for (let page = 0; page < pageLimit; page++) {
    const { value, next }: { value: z.infer<typeof attemptSchema>[] | undefined; next: string | undefined } = await reader.get({
      path,
      as,
      schema: z.array(attemptSchema),
      purpose,
    })
    if (value === undefined) throw new KyozoError('forge_refused', `could not ${purpose}: GitHub answered 404`)
    attempts.push(...value.map((attempt) => ({ ...attempt, path: `${hook}/deliveries/${attempt.id}` })))
    const oldest = value.at(-1)
    if (next === undefined || oldest === undefined || Date.parse(oldest.delivered_at) < since.getTime())
      return { attempts, isComplete: true }
    path = next
  }
  return { attempts, isComplete: false }
}

/** The attempts at one delivery have its guid in common. Oldest first. */
function deliveriesOf(attempts: readonly Attempt[]): readonly SentDelivery[] {
  const byGuid = Map.groupBy(attempts, ({ guid }) => guid.toLowerCase())
  const deliveries = [...byGuid].map(([deliveryId, all]): SentDelivery => {
    const ordered = all.toSorted((a, b) => Date.parse(a.delivered_at) - Date.parse(b.delivered_at))
    const [first, last] = [ordered[0]!, ordered.at(-1)!]
    const good = ordered.find(({ status }) => status === 'OK')
    return {
      path: last.path,
      deliveryId,
      event: last.event,
      sentAt: new Date(first.delivered_at),
      ...(last.redelivery ? { askedAgainAt: new Date(last.delivered_at) } : {}),
      isGood: good !== undefined,
      words: cleanLine((good ?? last).status, 100),
      repositoryId: last.repository_id ? String(last.repository_id) : undefined,
    }
  })
  return deliveries.sort((a, b) => a.sentAt.getTime() - b.sentAt.getTime())
}

const contentSchema = z.object({
  request: z.object({ headers: z.record(z.string(), z.unknown()).nullable(), payload: z.record(z.string(), z.unknown()).nullable() }),
})

/** GitHub sends at most 25 MB, and says it with some words around it. */
const contentLimitBytes = 32 * 1024 ** 2

async function readContent(reader: Reader, sent: SentDelivery, as: Asker): Promise<SentContent | undefined> {
  const purpose = `read delivery ${sent.deliveryId}`
  const { value } = await reader.get({ path: sent.path, as, schema: contentSchema, purpose, answerLimitBytes: contentLimitBytes })
  const { headers, payload } = value?.request ?? {}
  if (!payload || Object.keys(payload).length === 0) return undefined
  const texts = Object.entries(headers ?? {}).flatMap(([name, text]) =>
    typeof text === 'string' ? [[name.toLowerCase(), text] as const] : [],
  )
  return { headers: { ...Object.fromEntries(texts), 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(payload)) }
}
