// Reads a request's body into memory, and no further than it may go: one limit for a body, one for all bodies held at a time, and a deadline.
import type { IncomingMessage } from 'node:http'
import { KyozoError } from '../errors.ts'

export interface BodyLimits {
  /** The largest body. */
  readonly limitBytes: number
  /** For all of the body to arrive. */
  readonly deadlineMs: number
  /** Shared by all requests that are being read or worked on. */
  readonly budget: ByteBudget
}

/** How many bytes of request bodies may be in memory together. */
export interface ByteBudget {
  /** Whether `bytes` more are allowed; if so they count until they are given back. */
  take(bytes: number): boolean
  giveBack(bytes: number): void
}

export function createByteBudget(limitBytes: number): ByteBudget {
  let taken = 0
  return {
    take(bytes) {
      if (taken + bytes > limitBytes) return false
      taken += bytes
      return true
    },
    giveBack(bytes) {
      taken -= bytes
    },
  }
}

/**
 * The whole body, while `use` runs; its share of the budget is given back afterwards. Throws `payload_too_large` before reading when the
 * length is declared and while reading when it is not, `overloaded` when the budget is spent, `request_timed_out` at the deadline and
 * `bad_request` when the sender goes away. What was not read is left in the socket.
 */
export async function withBody<Result>(
  request: IncomingMessage,
  limits: BodyLimits,
  use: (body: Buffer) => Promise<Result>,
): Promise<Result> {
  if (Number(request.headers['content-length'] ?? 0) > limits.limitBytes) throw tooLarge(limits)
  let taken = 0
  const take = (bytes: number) => {
    if (taken + bytes > limits.limitBytes) throw tooLarge(limits)
    if (!limits.budget.take(bytes)) throw new KyozoError('overloaded', 'too many large requests are being received at once')
    taken += bytes
  }
  try {
    return await use(await collect(request, take, limits.deadlineMs))
  } finally {
    limits.budget.giveBack(taken)
  }
}

function collect(request: IncomingMessage, take: (bytes: number) => void, deadlineMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const onData = (chunk: Buffer) => {
      try {
        take(chunk.length)
        chunks.push(chunk)
      } catch (error) {
        stop(() => reject(error))
      }
    }
    const onEnd = () => stop(() => resolve(Buffer.concat(chunks)))
    const onGone = () => stop(() => reject(new KyozoError('bad_request', 'the sender went away before the body was complete')))
    const onLate = () => stop(() => reject(new KyozoError('request_timed_out', `the body did not arrive within ${deadlineMs / 1000} s`)))
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
  return new KyozoError('payload_too_large', `the body is larger than ${Math.floor(limits.limitBytes / 1024 ** 2)} MiB`)
}
