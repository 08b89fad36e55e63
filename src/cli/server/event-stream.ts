// Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), read for as long as somebody listens: a connection that
// breaks or falls silent is opened again behind the last event that came.
import { setTimeout as delay } from 'node:timers/promises'
import { type ErrorCode, errorKinds, KyozoError } from '../../errors.ts'
import { refusal } from './answers.ts'

export interface ServerSentEvent {
  /** What a later connection begins behind; empty when none came yet. */
  readonly id: string
  readonly name: string
  readonly data: string
}

export interface Followed {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  readonly after?: string | undefined
}

/** The server says something every 15 s, if only that it is there. */
const silenceMs = 45_000
const connectMs = 15_000
const firstRetryMs = 500
const longestRetryMs = 10_000

/** Ends when `signal` aborts or the server says that there is no more (204). Throws a refusal, and an address at which nobody ever answered. */
export async function* followEvents(followed: Followed): AsyncGenerator<ServerSentEvent> {
  const { signal } = followed
  let after = followed.after
  let retryMs = firstRetryMs
  let hasBegun = false
  while (!signal.aborted) {
    try {
      const answer = await open(followed, after)
      if (answer === undefined) return
      hasBegun = true
      for await (const event of eventsIn(answer.body)) {
        retryMs = firstRetryMs
        if (event.name === 'error') throw ending(event.data)
        if (event.id !== '') after = event.id
        yield event
      }
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof KyozoError || !hasBegun) throw asFailure(error, followed.url)
    }
    await delay(retryMs, undefined, { signal }).catch(() => undefined)
    retryMs = Math.min(retryMs * 2, longestRetryMs)
  }
}

/** Why the server ended the stream: something to come back after, or a refusal. */
function ending(data: string): Error {
  const { code, detail } = JSON.parse(data) as { readonly code: ErrorCode; readonly detail: string }
  const isForGood = Object.hasOwn(errorKinds, code) && !errorKinds[code].retryable && code !== 'internal'
  return isForGood ? new KyozoError(code, detail) : new Error(detail)
}

/** Undefined when there is nothing more to follow. */
async function open(
  { url, headers, signal }: Followed,
  after: string | undefined,
): Promise<{ body: AsyncIterable<Uint8Array> } | undefined> {
  const gone = new AbortController()
  const watchdog = createWatchdog(() => gone.abort(new Error('the stream fell silent')))
  watchdog.wait(connectMs)
  const answer = await fetch(url, {
    headers: { ...headers, ...(after === undefined ? {} : { 'last-event-id': after }) },
    signal: AbortSignal.any([signal, gone.signal]),
    redirect: 'manual',
  }).finally(() => watchdog.stop())
  if (answer.status === 204) return undefined
  // Behind a proxy, or while kyozo starts again: the next try may do.
  if (answer.status >= 500) throw new Error(`${url} answered ${answer.status}`)
  if (answer.status >= 300) throw refusal({ status: answer.status, text: await answer.text() }, { url: new URL(url).origin })
  return { body: watched(answer.body!, watchdog) }
}

async function* watched(body: AsyncIterable<Uint8Array>, watchdog: Watchdog): AsyncGenerator<Uint8Array> {
  try {
    watchdog.wait(silenceMs)
    for await (const chunk of body) {
      watchdog.wait(silenceMs)
      yield chunk
    }
  } finally {
    watchdog.stop()
  }
}

interface Watchdog {
  wait(ms: number): void
  stop(): void
}

function createWatchdog(onSilence: () => void): Watchdog {
  let timer: NodeJS.Timeout | undefined
  return {
    wait(ms) {
      clearTimeout(timer)
      timer = setTimeout(onSilence, ms)
    },
    stop: () => clearTimeout(timer),
  }
}

export async function* eventsIn(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  let id = ''
  let name = ''
  let data: string[] = []
  for await (const line of linesIn(body)) {
    if (line === '') {
      if (data.length > 0) yield { id, name: name === '' ? 'message' : name, data: data.join('\n') }
      name = ''
      data = []
      continue
    }
    const [, field, value] = /^([^:]*)(?:: ?([\s\S]*))?$/.exec(line)!
    if (field === 'data') data.push(value ?? '')
    else if (field === 'event') name = value ?? ''
    else if (field === 'id' && !value?.includes('\0')) id = value ?? ''
  }
}

/** A line ends with CR LF, LF or CR; what follows the last end is no line yet. */
async function* linesIn(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true })
    // A CR at the end may be half of a CR LF.
    const lines = rest.split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop()!
    yield* lines
  }
}

function asFailure(error: unknown, url: string): KyozoError {
  if (error instanceof KyozoError) return error
  return new KyozoError('engine_unavailable', `kyozo did not answer at ${new URL(url).origin}`, {
    hint: 'start it with npm start, or give its address with --server',
    cause: error,
  })
}
