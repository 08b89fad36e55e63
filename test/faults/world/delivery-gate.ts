// Stands between the Git host and kyozo's webhook: hands deliveries over, holds them back or drops them, and writes down what was answered to each.
// Whoever is held back hears 502, as from a proxy whose backend is away.
import { request as ask, createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Handing } from '../acts.ts'

/** One time that a delivery was handed to kyozo. */
export interface Handover {
  readonly guid: string
  readonly repository: string
  readonly event: string
  readonly ref: string
  /** The commit, or zeros. */
  readonly after: string
  readonly atMs: number
  readonly tookMs: number
  /** 0 when nothing was answered. */
  readonly status: number
  readonly answer: string
}

interface Delivery {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface DeliveryGate {
  /** For the hook of a repository; `path` is of kyozo's webhook. */
  readonly url: string
  readonly handovers: readonly Handover[]
  /** What becomes of the next delivery of a repository. Default is that it is sent. */
  next(repository: string, handing: Handing): void
  /** Hands over what was held, newest first. */
  handOver(repository: string): Promise<void>
  /** Hands a delivery over once more, which was handed over before. */
  redeliver(repository: string, choose: (count: number) => number): Promise<void>
  /** Hands over, oldest first, everything that was never answered with 2xx. */
  handOverMissed(repository: string): Promise<void>
  close(): Promise<void>
}

const deadlineMs = 10_000

export async function openDeliveryGate(kyozoPort: number): Promise<DeliveryGate> {
  const known = new Map<string, Delivery[]>()
  const held = new Map<string, Delivery[]>()
  const handings = new Map<string, Handing>()
  const handovers: Handover[] = []
  const hand = async (delivery: Delivery) => {
    const handover = await handToKyozo(kyozoPort, delivery)
    handovers.push(handover)
    return handover
  }
  const server = createServer(async (request, response) => {
    const delivery = { path: request.url ?? '/', headers: request.headers, body: await bodyOf(request) }
    const { repository } = subjectOf(delivery)
    known.set(repository, [...(known.get(repository) ?? []), delivery])
    const handing = handings.get(repository) ?? 'sent'
    handings.delete(repository)
    if (handing === 'held') held.set(repository, [...(held.get(repository) ?? []), delivery])
    answer(response, handing === 'sent' ? await hand(delivery) : { status: 502, answer: '' })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    handovers,
    next: (repository, handing) => void handings.set(repository, handing),
    async handOver(repository) {
      const waiting = held.get(repository) ?? []
      held.delete(repository)
      for (const delivery of waiting.toReversed()) await hand(delivery)
    },
    async redeliver(repository, choose) {
      const all = known.get(repository) ?? []
      if (all.length > 0) await hand(all[choose(all.length)]!)
    },
    async handOverMissed(repository) {
      const taken = new Set(handovers.filter(({ status }) => isTaken(status)).map(({ guid }) => guid))
      for (const delivery of known.get(repository) ?? []) if (!taken.has(subjectOf(delivery).guid)) await hand(delivery)
    },
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

export function isTaken(status: number): boolean {
  return status >= 200 && status < 300
}

function subjectOf({ headers, body }: Delivery): Pick<Handover, 'guid' | 'repository' | 'event' | 'ref' | 'after'> {
  const payload = JSON.parse(body.toString()) as { ref?: string; after?: string; repository: { full_name: string } }
  return {
    guid: String(headers['x-github-delivery']),
    repository: payload.repository.full_name,
    event: String(headers['x-github-event']),
    ref: payload.ref ?? '',
    after: payload.after ?? '',
  }
}

function handToKyozo(port: number, delivery: Delivery): Promise<Handover> {
  const atMs = Date.now()
  const ended = (status: number, text: string) => ({ ...subjectOf(delivery), atMs, tookMs: Date.now() - atMs, status, answer: text })
  const { host: _, connection: __, ...headers } = delivery.headers
  return new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, path: delivery.path, method: 'POST', headers, agent: false, timeout: deadlineMs }
    const asked = ask(options, (response) => {
      bodyOf(response).then(
        (text) => resolve(ended(response.statusCode ?? 0, text.toString())),
        (error: Error) => resolve(ended(0, error.message)),
      )
    })
    asked.once('timeout', () => asked.destroy(new Error('no answer')))
    asked.once('error', (error) => resolve(ended(0, error.message)))
    asked.end(delivery.body)
  })
}

function answer(response: ServerResponse, { status, answer: text }: Pick<Handover, 'status' | 'answer'>): void {
  response.writeHead(status === 0 ? 502 : status).end(text)
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
