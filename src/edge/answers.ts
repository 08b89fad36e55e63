// What the edge answers itself. It names nothing but what was asked for: the services of other teams are nobody's business.
import type { ServerResponse } from 'node:http'

export interface Answer {
  readonly status: 404 | 501 | 502 | 503 | 504
  readonly words: string
  /** Seconds after which asking again may help. */
  readonly retryAfter?: number
}

export const unknownService: Answer = { status: 404, words: 'No service answers at this name.' }

export function noTarget(service: string): Answer {
  return { status: 503, words: `${service} is not running at the moment.`, retryAfter: 2 }
}

export function notReached(service: string): Answer {
  return { status: 503, words: `${service} could not be reached.`, retryAfter: 2 }
}

export function brokeOff(service: string): Answer {
  return { status: 502, words: `${service} broke off before it answered.` }
}

/** Lines that end without a carriage return, for instance; what browsers forgive is not passed on. */
export function notHttp(service: string): Answer {
  return { status: 502, words: `${service} gave an answer that is not HTTP.` }
}

export function tooLate(service: string, limitMs: number): Answer {
  return { status: 504, words: `${service} did not answer within ${limitMs / 1000} s.` }
}

export const unknownUpgrade: Answer = { status: 501, words: 'Only WebSocket connections can be opened here.' }

export function sendAnswer(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, Object.fromEntries(headersOf(answer))).end(`${answer.words}\n`)
}

/** The same for a connection that was to become something else: there is no response object any more. */
export function rawAnswer(answer: Answer): string {
  const lines = headersOf(answer).map(([name, value]) => `${name}: ${value}`)
  return [`HTTP/1.1 ${answer.status} ${answer.words}`, ...lines, 'Connection: close', '', `${answer.words}\n`].join('\r\n')
}

function headersOf({ words, retryAfter }: Answer): readonly (readonly [string, string])[] {
  return [
    ['Content-Type', 'text/plain; charset=utf-8'],
    ['Content-Length', String(Buffer.byteLength(words) + 1)],
    ['Cache-Control', 'no-store'],
    ...(retryAfter === undefined ? [] : [['Retry-After', String(retryAfter)] as const]),
  ]
}
