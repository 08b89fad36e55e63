// What the sender of a delivery that is not taken gets to hear: a status, a code, a sentence and a hint, whole even when nobody reads its body.
import type { Request, Response } from 'express'
import type { ErrorCode, KyozoError } from '../errors.ts'
import type { WebhookOptions } from './webhooks.ts'

const statusOf: Partial<Record<ErrorCode, number>> = {
  signature_invalid: 401,
  bad_request: 400,
  payload_invalid: 400,
  method_not_allowed: 405,
  request_timed_out: 408,
  payload_too_large: 413,
  media_type_unsupported: 415,
  overloaded: 429,
  store_unavailable: 503,
}

const retryAfterSeconds: Partial<Record<ErrorCode, number>> = { overloaded: 10, store_unavailable: 30 }

/** What a sender still has on its way is read and dropped for this long, so that it sees the answer and not a reset. */
const lingerMs = 1_000

interface Refusal {
  readonly request: Request
  readonly response: Response
  readonly error: KyozoError
}

export function refuse(receiver: Pick<WebhookOptions, 'log' | 'onRefused'>, { request, response, error }: Refusal): void {
  const status = statusOf[error.code] ?? 500
  const isFault = status >= 500
  const fields = { code: error.code, path: request.originalUrl, status, ...(isFault && { err: error.cause ?? error }) }
  receiver.log[isFault ? 'error' : 'warn'](fields, `delivery refused: ${error.message}`)
  receiver.onRefused?.(error.code)
  // An unexpected failure's own words are for the log.
  const message = status === 500 ? 'kyozo failed to take this delivery; its log says why' : error.message
  const body = Buffer.from(JSON.stringify({ error: error.code, message, hint: error.hint }))
  const retryAfter = retryAfterSeconds[error.code]
  if (retryAfter !== undefined) response.set('Retry-After', String(retryAfter))
  if (status === 405) response.set('Allow', 'POST')
  response.status(status).set({ 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': String(body.length) })
  if (request.complete) response.end(body)
  else endUnread(request, response, body)
}

/**
 * Answers a request whose body is not wanted, and closes the connection. The answer is complete at once; ending it at once as well would reset
 * the connection under a sender that is still writing, which then never sees the answer.
 */
function endUnread(request: Request, response: Response, body: Buffer): void {
  response.set('Connection', 'close')
  response.write(body)
  const end = () => {
    clearTimeout(timer)
    request.off('end', end).off('close', end)
    response.end()
  }
  const timer = setTimeout(end, lingerMs)
  request.on('error', () => undefined)
  request.on('end', end).on('close', end).resume()
}
