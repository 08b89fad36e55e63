// A client of server-sent events that keeps what it reads, resumes like a browser does, and can stop reading.
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { until } from './until.ts'

export interface ReceivedEvent {
  readonly id: string | undefined
  readonly name: string
  // biome-ignore lint/suspicious/noExplicitAny: each event has its own data.
  readonly data: any
}

export interface EventClient {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  /** Everything so far, in the order of arrival. */
  readonly events: ReceivedEvent[]
  /** Lines that are comments. */
  readonly comments: string[]
  /** The id to resume with. */
  lastId(): string | undefined
  /** What is no event: the body of a refusal. */
  text(): string
  /** Whether the server has ended it. */
  isEnded(): boolean
  /** Waits for an event of a name, from `from` on. */
  event(name: string, from?: number): Promise<ReceivedEvent>
  pause(): void
  resume(): void
  close(): void
}

export async function openEvents(url: string, headers: Readonly<Record<string, string>>): Promise<EventClient> {
  const events: ReceivedEvent[] = []
  const comments: string[] = []
  let text = ''
  let rest = ''
  let lastId: string | undefined
  let isEnded = false
  const { asked, answer } = await ask(url, { Accept: 'text/event-stream', ...headers })
  answer.setEncoding('utf8').on('data', (chunk: string) => {
    if (answer.headers['content-type']?.startsWith('text/event-stream') !== true) {
      text += chunk
      return
    }
    const blocks = (rest + chunk).split('\n\n')
    rest = blocks.pop()!
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]))
      if (fields.has('')) comments.push(fields.get('')!)
      if (!fields.has('data')) continue
      lastId = fields.get('id') ?? lastId
      events.push({ id: fields.get('id'), name: fields.get('event') ?? 'message', data: JSON.parse(fields.get('data')!) })
    }
  })
  const end = () => {
    isEnded = true
  }
  answer.once('close', end).once('error', end)
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    events,
    comments,
    lastId: () => lastId,
    text: () => text,
    isEnded: () => isEnded,
    event: (name, from = 0) => until(`the event ${name}`, () => events.slice(from).find((event) => event.name === name), { everyMs: 5 }),
    pause: () => answer.pause(),
    resume: () => answer.resume(),
    close: () => asked.destroy(),
  }
}

function ask(url: string, headers: Readonly<Record<string, string>>): Promise<{ asked: ClientRequest; answer: IncomingMessage }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers, agent: false }, (answer) => resolve({ asked, answer }))
    asked.once('error', reject)
    asked.end()
  })
}
