// What GitHub's answer to a status means. Pure: the decision table of
// https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#handle-rate-limit-errors-appropriately
import { retryAfterMs } from '../api.ts'
import type { SendOutcome } from '../messages.ts'
import { type ApiAnswer, githubWords } from './api.ts'

export interface AnswerContext {
  readonly nowMs: number
  /** `owner/name`, for the words. */
  readonly fullName: string
}

export function statusOutcome(answer: ApiAnswer, context: AnswerContext): SendOutcome {
  const { status } = answer
  const said = githubWords(answer.body)
  const reason = `GitHub answered ${status}${said === '' ? '' : ` (${said})`}`
  if (status >= 200 && status < 300) return { kind: 'sent' }
  if (status >= 500 || status === 408) return { kind: 'unavailable', reason }
  if (status === 403 || status === 429)
    return limitOutcome(answer, context) ?? refused('access', `${reason}: ${needs[403]} on ${context.fullName}`)
  if (status === 422 && /^no commit found/i.test(said)) return { kind: 'commit_unknown', reason }
  if (status === 401 || status === 404 || status === 410) return refused('access', `${reason}: ${needs[status]} (${context.fullName})`)
  return refused('message', reason)
}

const needs = {
  401: "kyozo's token is wrong, expired or revoked; give it a new one",
  403: "kyozo's token needs the permission to write commit statuses",
  404: "the repository is gone, or kyozo's token may not see it",
  410: 'the repository is gone',
} as const

/** `undefined` when the refusal has nothing to do with rate limits. */
export function limitOutcome(
  { status, headers, body }: ApiAnswer,
  { nowMs }: Pick<AnswerContext, 'nowMs'>,
): (SendOutcome & { readonly kind: 'rate_limited' }) | undefined {
  const said = githubWords(body)
  const reason = `GitHub asks kyozo to slow down${said === '' ? '' : ` (${said})`}`
  const waitMs = retryAfterMs(headers.get('retry-after'), nowMs)
  if (waitMs !== undefined) return { kind: 'rate_limited', reason, untilMs: nowMs + waitMs }
  const resetMs = Number(headers.get('x-ratelimit-reset')) * 1000
  if (headers.get('x-ratelimit-remaining') === '0' && resetMs > 0) return { kind: 'rate_limited', reason, untilMs: resetMs }
  return status === 429 || /rate limit|abuse/i.test(said) ? { kind: 'rate_limited', reason } : undefined
}

function refused(of: 'access' | 'message', reason: string): SendOutcome {
  return { kind: 'refused', of, reason }
}
