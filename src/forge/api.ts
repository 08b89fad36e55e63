// One request to a Git host's REST API and its answer, whatever it says. What the answer means is decided in the host's own folder.
import { KyozoError } from '../errors.ts'

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** The whole address. */
  readonly url: string
  readonly body?: unknown
  /** For the whole answer to arrive. */
  readonly deadlineMs: number
  /** What was answered before: the host then says only whether that still holds (304). */
  readonly etag?: string
  /** Default is 1 MiB; the body of a longer answer is left out. */
  readonly answerLimitBytes?: number
}

/** Who is asked. */
export interface ApiHost {
  /** For words: `GitHub`. */
  readonly title: string
  /** What every request carries, the credential included. */
  readonly headers: Readonly<Record<string, string>>
}

export interface ApiAnswer {
  readonly status: number
  readonly headers: Headers
  /** Parsed JSON; `undefined` when it was none, or cut off. */
  readonly body: unknown
}

/** Answers to what kyozo asks are a few kilobytes; more is not worth reading. */
const answerLimitBytes = 1024 ** 2

/** Redirects are answers like others. Throws `forge_unavailable` when there is no answer: no connection, no name, no end in time. */
export async function askApi(host: ApiHost, request: ApiRequest): Promise<ApiAnswer> {
  try {
    const response = await fetch(request.url, {
      method: request.method,
      redirect: 'manual',
      signal: AbortSignal.timeout(request.deadlineMs),
      headers: {
        'User-Agent': 'kyozo',
        ...host.headers,
        ...(request.body !== undefined && { 'Content-Type': 'application/json' }),
        ...(request.etag !== undefined && { 'If-None-Match': request.etag }),
      },
      ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
    })
    return {
      status: response.status,
      headers: response.headers,
      body: parsed(await limitedText(response, request.answerLimitBytes ?? answerLimitBytes)),
    }
  } catch (error) {
    throw new KyozoError('forge_unavailable', `${host.title} at ${new URL(request.url).host} did not answer: ${whyNot(error, request)}`, {
      cause: error,
    })
  }
}

async function limitedText(response: Response, limitBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    // Leaving the loop cancels the rest of the body.
    if (size > limitBytes) return ''
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A proxy in between answers in HTML; the status says enough.
    return undefined
  }
}

/** `fetch` says only "fetch failed"; the reason is in the cause. */
function whyNot(error: unknown, { deadlineMs }: ApiRequest): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `no answer within ${deadlineMs / 1000} s`
  const { cause } = error
  if (!(cause instanceof Error)) return error.message
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
}

/** Seconds, or a date, as the header `Retry-After` has them: milliseconds from now. */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}
