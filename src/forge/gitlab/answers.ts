// What GitLab's answer to a message means. Pure. What it answers, and when it asks to be left alone:
// https://docs.gitlab.com/api/rest/troubleshooting/#status-codes, https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/#response-headers
import { retryAfterMs } from '../api.ts'
import type { SendOutcome } from '../messages.ts'
import { type ApiAnswer, gitlabWords } from './api.ts'

export interface AnswerContext {
  readonly nowMs: number
  /** `group/name`, for the words. */
  readonly fullName: string
}

export function outcomeOf(answer: ApiAnswer, context: AnswerContext): SendOutcome {
  const { status } = answer
  const said = gitlabWords(answer.body)
  const reason = `GitLab answered ${status}${said === '' ? '' : ` (${said})`}`
  if (status >= 200 && status < 300) return { kind: 'sent' }
  if (status < 400)
    return refused('access', `${reason}: that leads elsewhere, and a token is taken nowhere else; check the address of the API`)
  // 409: another change of the same commit is under way at this moment.
  if (status >= 500 || status === 408 || status === 409) return { kind: 'unavailable', reason }
  const limit = limitOutcome(answer, context)
  if (limit !== undefined) return limit
  // It is in that state already.
  if (status === 400 && /^cannot transition status/i.test(said)) return { kind: 'sent' }
  // A commit that GitLab does not have yet, and one that no branch of it leads to yet.
  if (isNotThere(status, said)) return { kind: 'commit_unknown', reason }
  if (status === 401 || status === 403 || status === 404 || status === 410)
    return refused('access', `${reason}: ${needs[status]} (${context.fullName})`)
  return refused('message', reason)
}

function isNotThere(status: number, said: string): boolean {
  return status === 404 ? /commit not found/i.test(said) : status === 400 && /commit does not exist/i.test(said)
}

const needs = {
  401: "kyozo's token is wrong, expired or revoked; give it a new one",
  403: "kyozo's token needs the scope api and at least the role Developer",
  404: "the project is gone, or kyozo's token may not see it",
  410: 'the project is gone',
} as const

/** `undefined` when the answer has nothing to do with rate limits. */
export function limitOutcome(
  { status, headers, body }: ApiAnswer,
  { nowMs }: Pick<AnswerContext, 'nowMs'>,
): (SendOutcome & { readonly kind: 'rate_limited' }) | undefined {
  if (status !== 429 && !(status === 403 && headers.has('retry-after'))) return undefined
  const said = gitlabWords(body)
  const reason = `GitLab asks kyozo to slow down${said === '' ? '' : ` (${said})`}`
  const waitMs = retryAfterMs(headers.get('retry-after'), nowMs)
  if (waitMs !== undefined) return { kind: 'rate_limited', reason, untilMs: nowMs + waitMs }
  const resetMs = Number(headers.get('ratelimit-reset')) * 1_000
  return { kind: 'rate_limited', reason, ...(resetMs > nowMs ? { untilMs: resetMs } : {}) }
}

function refused(of: 'access' | 'message', reason: string): SendOutcome {
  return { kind: 'refused', of, reason }
}
