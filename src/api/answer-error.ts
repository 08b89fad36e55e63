// A failure as an answer, in the form that the asking side reads: JSON:API for the API, plain text for git, a page for people.
import type { NextFunction, Request, Response } from 'express'
import { asKyozoError, type ErrorCode, type KyozoError, type Problem } from '../errors.ts'
import type { Log } from '../log.ts'
import { storeError } from '../store/database.ts'
import type { ErrorObject } from './jsonapi/document.ts'
import { mediaType } from './jsonapi/media-type.ts'
import { pointerInto } from './jsonapi/pointers.ts'

const statusOf: Partial<Record<ErrorCode, number>> = {
  unauthorized: 401,
  signature_invalid: 401,
  forbidden: 403,
  conflict: 409,
  state_conflict: 409,
  precondition_failed: 412,
  invalid: 422,
  idempotency_key_reused: 422,
  quota_exceeded: 422,
  port_unavailable: 409,
  bad_request: 400,
  payload_invalid: 400,
  not_found: 404,
  method_not_allowed: 405,
  not_acceptable: 406,
  payload_too_large: 413,
  repository_too_large: 413,
  media_type_unsupported: 415,
  misdirected: 421,
  request_timed_out: 408,
  overloaded: 429,
  store_unavailable: 503,
  engine_unavailable: 503,
  repository_away: 503,
}

/** Of an answer that is this failure. */
export function statusOfError({ code }: KyozoError): number {
  return statusOf[code] ?? 500
}

export type ErrorForm = 'jsonapi' | 'graphql' | 'text'

export function answerError(form: ErrorForm, log: Log) {
  return (thrown: unknown, request: Request, response: Response, _next: NextFunction): void => {
    const error = asKyozoError(storeError(thrown))
    const status = statusOfError(error)
    if (status === 500) log.error({ error: thrown, path: request.path }, 'a request failed')
    if (response.headersSent) {
      response.destroy()
      return
    }
    if (status === 503) response.set('Retry-After', '30')
    if (error.retryAfterSeconds !== undefined) response.set('Retry-After', String(error.retryAfterSeconds))
    response.status(status)
    if (form === 'text') response.type('text/plain').send(`${words(error, status)}\n`)
    else if (form === 'graphql')
      response.json({ errors: [{ message: words(error, status), extensions: { code: error.code.toUpperCase() } }] })
    else {
      response.setHeader('Content-Type', mediaType)
      response.send(Buffer.from(JSON.stringify({ jsonapi: { version: '1.1' }, errors: errorObjects(error, { status, request }) })))
    }
  }
}

/** One for each thing that is wrong, or one for the whole. */
function errorObjects(
  error: KyozoError,
  { status, request }: { readonly status: number; readonly request: Request },
): readonly ErrorObject[] {
  const whole = { status: String(status), code: error.code, title: title(status) }
  if (error.problems.length === 0 || status === 500) return [{ ...whole, detail: words(error, status) }]
  return error.problems.map(({ source, message, kind, meta }) => ({
    ...whole,
    detail: message,
    ...shownSource(source, request),
    ...(kind === undefined ? {} : { links: { type: kind } }),
    ...(meta === undefined ? {} : { meta }),
  }))
}

function shownSource(source: Problem['source'], request: Request): Pick<ErrorObject, 'source'> {
  const pointer = 'pointer' in source ? pointerInto(request, source.pointer) : undefined
  if (pointer !== undefined) return { source: { pointer } }
  return 'pointer' in source ? {} : { source }
}

/** What people read of it. */
export function wordsOfError(error: KyozoError): string {
  return words(error, statusOfError(error))
}

/** A defect's own message may name tables or paths: the log has it, the answer does not. */
function words(error: KyozoError, status: number): string {
  if (status === 500) return 'kyozo met a defect while answering; its log says more'
  return error.hint === undefined ? error.message : `${error.message}; ${error.hint}`
}

function title(status: number): string {
  const titles: Record<number, string> = {
    400: 'Bad request',
    401: 'Unauthorized',
    403: 'Forbidden',
    404: 'Not found',
    405: 'Method not allowed',
    406: 'Not acceptable',
    409: 'Conflict',
    412: 'Precondition failed',
    413: 'Too large',
    415: 'Unsupported media type',
    421: 'Misdirected request',
    422: 'Invalid',
    429: 'Too many requests',
    503: 'Unavailable',
  }
  return titles[status] ?? 'Internal error'
}
