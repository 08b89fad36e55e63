// What an answer of the API means to the command line: a document, or a failure with the server's own words.
import { z } from 'zod'
import { type ErrorCode, errorKinds, KyozoError } from '../../errors.ts'

export interface JsonApiResource {
  readonly type: string
  readonly id: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly relationships?: Readonly<Record<string, { readonly data?: { readonly id: string } | null }>>
}

export interface JsonApiDocument {
  readonly data: JsonApiResource | readonly JsonApiResource[]
  readonly included?: readonly JsonApiResource[]
  readonly meta?: Readonly<Record<string, unknown>>
  readonly links?: { readonly next?: string | { readonly href: string } | null }
}

export interface Answer {
  readonly status: number
  readonly text: string
}

/** What was tried, for the message of a failure: `cannot <to>: …`. */
export interface Attempt {
  readonly url: string
  readonly to?: string | undefined
}

/** The document of an answer; undefined when there is none. Throws what a refusal means. */
export function documentOf(answer: Answer, attempt: Attempt): JsonApiDocument | undefined {
  if (answer.status >= 400) throw refusal(answer, attempt)
  if (answer.text === '') return undefined
  try {
    return JSON.parse(answer.text) as JsonApiDocument
  } catch (error) {
    throw new KyozoError('bad_request', `${attempt.url} answered ${answer.status} with something that is not JSON`, {
      hint: 'is this the address of a kyozo? kyozo --help says how to give it',
      cause: error,
    })
  }
}

export function refusal(answer: Answer, { url, to }: Attempt): KyozoError {
  const { code, details } = errorsIn(answer.text)
  const words = `${to === undefined ? '' : `cannot ${to}: `}${details.join('\n  ')}`
  if (answer.status === 401)
    return new KyozoError('unauthorized', `${url} does not accept this token`, {
      hint: 'run kyozo login, or give the token with --token or KYOZO_TOKEN',
    })
  if (answer.status >= 500)
    return new KyozoError('store_unavailable', `${url} answered ${answer.status}: ${words}`, { hint: 'the log of kyozo says more' })
  return new KyozoError(code ?? codeOf(answer.status), words)
}

function codeOf(status: number): ErrorCode {
  const codes: Readonly<Record<number, ErrorCode>> = {
    403: 'forbidden',
    404: 'not_found',
    409: 'conflict',
    412: 'precondition_failed',
    422: 'invalid',
    429: 'overloaded',
  }
  return codes[status] ?? 'bad_request'
}

const errorDocument = z.object({ errors: z.array(z.object({ code: z.string().optional(), detail: z.string() })).min(1) })

/** Also of an answer that is no JSON:API document, such as a proxy's page. */
function errorsIn(text: string): { readonly code: ErrorCode | undefined; readonly details: readonly string[] } {
  try {
    const { errors } = errorDocument.parse(JSON.parse(text))
    const code = errors[0]?.code
    return {
      code: code !== undefined && Object.hasOwn(errorKinds, code) ? (code as ErrorCode) : undefined,
      details: errors.map(({ detail }) => detail),
    }
  } catch {
    return { code: undefined, details: [text.slice(0, 500).trim() || 'there were no words with it'] }
  }
}
