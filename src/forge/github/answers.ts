// What GitHub's answer to a message means. Pure: the decision table of
// https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#handle-rate-limit-errors-appropriately
import { retryAfterMs } from '../api.ts'
import type { SendOutcome } from '../messages.ts'
import { type ApiAnswer, githubWords } from './api.ts'

export interface AnswerContext {
  readonly nowMs: number
  /** `owner/name`, for the words. */
  readonly fullName: string
  /** What the credential has to be allowed, for the words: `write commit statuses`. */
  readonly permission: string
  /** What else than the repository may be gone: `pull request #7`. */
  readonly subject?: string
}

/** Of every message alike. An answer of success says nothing about what GitHub calls what it made. */
export function sendOutcome(answer: ApiAnswer, context: AnswerContext): SendOutcome {
  const { status } = answer
  const said = githubWords(answer.body)
  const reason = answerWords(answer)
  if (isDone(answer)) return { kind: 'sent' }
  if (status >= 500 || status === 408) return { kind: 'unavailable', reason }
  if (status === 403 || status === 429) return limitOutcome(answer, context) ?? forbidden(said, reason, context)
  if (status === 422) return unprocessable(said, reason)
  const missing = missingWords(status, context)
  return missing === undefined ? refused('message', reason) : refused('access', `${reason}: ${missing} (${context.fullName})`)
}

export function isDone({ status }: ApiAnswer): boolean {
  return status >= 200 && status < 300
}

/** `GitHub answered 404 (Not Found)`. */
export function answerWords({ status, body }: ApiAnswer): string {
  const said = githubWords(body)
  return `GitHub answered ${status}${said === '' ? '' : ` (${said})`}`
}

/** Nothing that a credential could be given helps where people have closed a conversation. */
function forbidden(said: string, reason: string, { permission, fullName }: AnswerContext): SendOutcome {
  if (/\b(issue|conversation|pull request)\b.*\blocked\b|commenting is disabled/i.test(said)) return refused('message', reason)
  if (/archived/i.test(said)) return refused('access', `${reason}: somebody has to unarchive ${fullName} first`)
  return refused('access', `${reason}: kyozo's token needs the permission to ${permission} on ${fullName}`)
}

function unprocessable(said: string, reason: string): SendOutcome {
  if (/\bno (commit|ref) found\b/i.test(said)) return { kind: 'commit_unknown', reason }
  // How GitHub says of content that there was too much of it lately, instead of by a header.
  if (/submitted too quickly/i.test(said)) return { kind: 'rate_limited', reason: `GitHub asks kyozo to slow down (${said})` }
  return refused('message', reason)
}

function missingWords(status: number, { subject }: AnswerContext): string | undefined {
  const which = subject === undefined ? 'the repository' : `${subject} or its repository`
  switch (status) {
    case 401:
      return "kyozo's token is wrong, expired or revoked; give it a new one"
    case 404:
      return `${which} is gone, or kyozo's token may not see it`
    case 410:
      return `${which} is gone`
    case 451:
      return 'GitHub has closed the repository for legal reasons'
    default:
      return undefined
  }
}

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
