// One request to GitHub's REST API and its answer, whatever it says. What the answer means is decided elsewhere.
import { KyozoError } from '../../errors.ts'
import { cleanLine } from './words.ts'

export interface ApiRequest {
  readonly method: 'GET' | 'POST'
  /** The whole address. */
  readonly url: string
  /** `Bearer …`; `undefined` asks as nobody in particular. */
  readonly authorization: string | undefined
  readonly body?: unknown
  /** For the whole answer to arrive; GitHub ends a request itself after ten seconds. */
  readonly deadlineMs: number
  /** What was answered before: GitHub then says only whether that still holds (304). */
  readonly etag?: string
  /** Default is 1 MiB; the body of a longer answer is left out. */
  readonly answerLimitBytes?: number
}

export interface ApiAnswer {
  readonly status: number
  readonly headers: Headers
  /** Parsed JSON; `undefined` when it was none, or cut off. */
  readonly body: unknown
}

/** Answers to what kyozo asks are a few kilobytes; more is not worth reading. */
const answerLimitBytes = 1024 ** 2

const messageLengthLimit = 200

/** Redirects are answers like others. Throws `forge_unavailable` when there is no answer: no connection, no name, no end in time. */
export async function askGitHub(request: ApiRequest): Promise<ApiAnswer> {
  try {
    const response = await fetch(request.url, {
      method: request.method,
      redirect: 'manual',
      signal: AbortSignal.timeout(request.deadlineMs),
      headers: {
        Accept: 'application/vnd.github+json',
        'User-Agent': 'kyozo',
        'X-GitHub-Api-Version': '2022-11-28',
        ...(request.authorization !== undefined && { Authorization: request.authorization }),
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
    throw new KyozoError('forge_unavailable', `GitHub at ${new URL(request.url).host} did not answer: ${whyNot(error, request)}`, {
      cause: error,
    })
  }
}

/** GitHub's own words in an answer, on one line: its message, and what it has against single fields. */
export function githubWords(body: unknown): string {
  const { message, errors } = Object(body) as { message?: unknown; errors?: unknown }
  const details = (Array.isArray(errors) ? errors : []).map((error) => (typeof error === 'string' ? error : Object(error).message))
  const words = [message, ...details].filter((part): part is string => typeof part === 'string')
  return cleanLine(words.join(': '), messageLengthLimit)
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
