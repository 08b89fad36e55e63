// Server-sent events on one response (https://html.spec.whatwg.org/multipage/server-sent-events.html): written as fast as the client reads and no
// faster, with a comment now and then so that nobody in between takes the connection for dead.
import type { Response } from 'express'
import { asKyozoError } from '../errors.ts'

export interface SentEvent {
  readonly id: string
  readonly name: string
  readonly document: object
}

export interface EventStreamOptions {
  /** Default is 15 s. */
  readonly heartbeatMs?: number
  /** A client that reads nothing for so long is let go; it resumes where it was. Default is 10 min. */
  readonly stalledMs?: number
}

export interface EventStream {
  /** Aborts when the client has gone or the stream was ended. */
  readonly signal: AbortSignal
  /** Resolves when the client has taken enough of it to get more. */
  send(events: readonly SentEvent[]): Promise<void>
  /** Ends it, with an event `error` when there is a reason. */
  end(reason?: unknown): void
}

const usualHeartbeatMs = 15_000
const usualStalledMs = 600_000
/** A client that was cut off waits so long before it comes back. */
const retryMs = 2_000

export function openEventStream(response: Response, options: EventStreamOptions = {}): EventStream {
  const gone = new AbortController()
  response.status(200).set({
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store, no-transform',
    // nginx would gather events otherwise.
    'X-Accel-Buffering': 'no',
  })
  response.write(`retry: ${retryMs}\n\n`)
  let takenAt = performance.now()
  response.on('drain', () => {
    takenAt = performance.now()
  })
  const beat = setInterval(() => {
    if (!response.writableNeedDrain) response.write(': still here\n\n')
    else if (performance.now() - takenAt > (options.stalledMs ?? usualStalledMs)) response.destroy()
  }, options.heartbeatMs ?? usualHeartbeatMs)
  const close = () => {
    clearInterval(beat)
    gone.abort()
  }
  response.once('close', close)
  // Who asks for the headers alone does not wait for events.
  if (response.req.method === 'HEAD') response.end()
  return {
    signal: gone.signal,
    async send(events) {
      if (gone.signal.aborted || response.writableEnded) return
      if (!response.write(events.map(textOf).join(''))) await drained(response, gone.signal)
      else takenAt = performance.now()
    },
    end(reason) {
      if (gone.signal.aborted || response.writableEnded) return
      if (reason !== undefined) response.write(errorText(reason))
      response.end()
      // A client that does not read would keep the connection open.
      if (response.writableNeedDrain) response.destroy()
      close()
    },
  }
}

/** The same event goes to many clients. */
const texts = new WeakMap<object, string>()

function textOf(event: SentEvent): string {
  const known = texts.get(event)
  if (known !== undefined) return known
  const text = `id: ${event.id}\nevent: ${event.name}\ndata: ${JSON.stringify(event.document)}\n\n`
  texts.set(event, text)
  return text
}

function errorText(reason: unknown): string {
  const { code, message } = asKyozoError(reason)
  const document = code === 'internal' ? { code, detail: 'kyozo met a defect; its log says more' } : { code, detail: message }
  return `event: error\ndata: ${JSON.stringify(document)}\n\n`
}

function drained(response: Response, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    response.once('drain', done)
    signal.addEventListener('abort', done, { once: true })
  })
}
