// Reads a request's body into memory, and no further than it may go: a limit for one body, limits for all bodies held at a time, a deadline.
import type { IncomingMessage } from 'node:http'
import { KyozoError } from '../errors.ts'

export interface BodyLimits {
  /** The largest body. */
  readonly limitBytes: number
  /** For the body to be let in and to arrive. */
  readonly deadlineMs: number
  /** For bodies declared to be small. What has arrived counts, and one that finds no room is refused: many are met by many more. */
  readonly small: ByteBudget
  /** For the others. Each reserves its whole length and waits for its turn, so that one that was let in is also read to its end. */
  readonly large: ByteBudget
}

/** Most deliveries are some ten kilobytes. */
const smallBodyBytes = 1024 ** 2

/** How many bytes of request bodies may be in memory together. */
export interface ByteBudget {
  /** Whether there is room for `bytes` now; if so they count until they are given back. */
  take(bytes: number): boolean
  /** Takes `bytes` as soon as there is room and those who asked before have theirs; `false` when that is not in time. */
  reserve(bytes: number, deadlineMs: number): Promise<boolean>
  giveBack(bytes: number): void
}

export function createByteBudget(limitBytes: number): ByteBudget {
  let taken = 0
  const waiting = new Set<{ readonly bytes: number; readonly enter: () => void }>()
  const take = (bytes: number) => {
    if (taken + bytes > limitBytes) return false
    taken += bytes
    return true
  }
  const letIn = () => {
    for (const next of waiting) {
      if (!take(next.bytes)) return
      waiting.delete(next)
      next.enter()
    }
  }
  return {
    take,
    reserve: (bytes, deadlineMs) =>
      new Promise((resolve) => {
        const entry = { bytes, enter: () => settle(true) }
        const timer = setTimeout(() => settle(false), deadlineMs)
        const settle = (isIn: boolean) => {
          clearTimeout(timer)
          waiting.delete(entry)
          resolve(isIn)
          // Who stood behind one that gives up may be small enough.
          if (!isIn) letIn()
        }
        waiting.add(entry)
        letIn()
      }),
    giveBack(bytes) {
      taken -= bytes
      letIn()
    },
  }
}

/**
 * The whole body, while `use` runs; its share of the memory is given back afterwards. Throws `payload_too_large` before reading when the
 * length is declared and while reading when it is not, `overloaded` when there is no room, `request_timed_out` at the deadline and
 * `bad_request` when the sender goes away. What was not read is left in the socket.
 */
export async function withBody<Result>(
  request: IncomingMessage,
  limits: BodyLimits,
  use: (body: Buffer) => Promise<Result>,
): Promise<Result> {
  const header = request.headers['content-length']
  const declared = header === undefined ? undefined : Number(header)
  if (declared !== undefined && declared > limits.limitBytes) throw tooLarge(limits)
  if (declared !== undefined && declared <= smallBodyBytes) return withSmallBody(request, limits, use)
  const startedMs = performance.now()
  const reserved = declared ?? limits.limitBytes
  if (!(await limits.large.reserve(reserved, limits.deadlineMs))) throw overloaded()
  try {
    const deadlineMs = limits.deadlineMs - (performance.now() - startedMs)
    return await use(await collect(request, { sink: largeSink(limits, declared), deadlineMs }))
  } finally {
    limits.large.giveBack(reserved)
  }
}

async function withSmallBody<Result>(request: IncomingMessage, { small, deadlineMs }: BodyLimits, use: (body: Buffer) => Promise<Result>) {
  const chunks: Buffer[] = []
  let taken = 0
  const add = (chunk: Buffer) => {
    if (!small.take(chunk.length)) throw overloaded()
    taken += chunk.length
    chunks.push(chunk)
  }
  try {
    return await use(await collect(request, { sink: { add, body: () => Buffer.concat(chunks) }, deadlineMs }))
  } finally {
    small.giveBack(taken)
  }
}

interface Sink {
  add(chunk: Buffer): void
  body(): Buffer
}

/** Copies into one piece of memory when the length is known: pieces that are joined at the end would take twice the room. */
function largeSink(limits: BodyLimits, declared: number | undefined): Sink {
  let size = 0
  if (declared !== undefined) {
    const body = Buffer.allocUnsafe(declared)
    const add = (chunk: Buffer) => {
      size += chunk.copy(body, size)
    }
    return { add, body: () => body.subarray(0, size) }
  }
  const chunks: Buffer[] = []
  const add = (chunk: Buffer) => {
    size += chunk.length
    if (size > limits.limitBytes) throw tooLarge(limits)
    chunks.push(chunk)
  }
  return { add, body: () => Buffer.concat(chunks) }
}

interface Collecting {
  readonly sink: Sink
  readonly deadlineMs: number
}

function collect(request: IncomingMessage, { sink, deadlineMs }: Collecting): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const onData = (chunk: Buffer) => {
      try {
        sink.add(chunk)
      } catch (error) {
        stop(() => reject(error))
      }
    }
    const onEnd = () => stop(() => resolve(sink.body()))
    const onGone = () => stop(() => reject(new KyozoError('bad_request', 'the sender went away before the body was complete')))
    const onLate = () => stop(() => reject(new KyozoError('request_timed_out', 'the body did not arrive in time')))
    const timer = setTimeout(onLate, deadlineMs)
    const stop = (settle: () => void) => {
      clearTimeout(timer)
      request.off('data', onData).off('end', onEnd).off('close', onGone).pause()
      settle()
    }
    // An error is followed by `close`; the listener stays so that a late one is not thrown.
    request.on('error', () => undefined)
    request.on('data', onData).on('end', onEnd).on('close', onGone)
    // It may have gone before anybody listened.
    if (request.destroyed && !request.complete) onGone()
  })
}

function tooLarge(limits: BodyLimits): KyozoError {
  const kibibytes = Math.floor(limits.limitBytes / 1024)
  const limit = kibibytes < 1024 ? `${kibibytes} KiB` : `${Math.floor(kibibytes / 1024)} MiB`
  return new KyozoError('payload_too_large', `the body is larger than ${limit}`)
}

function overloaded(): KyozoError {
  return new KyozoError('overloaded', 'too many large requests are being received at once')
}
