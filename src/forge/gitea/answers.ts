// What Gitea's answer to something that it was told means. Pure. Its own codes are in routers/api/v1 of go-gitea/gitea; it has no limits of its own,
// but a proxy before it may.
import { retryAfterMs } from '../api.ts'
import type { SendOutcome } from '../messages.ts'
import { type ApiAnswer, giteaWords, isRedirect } from './api.ts'

export function outcomeOf(answer: ApiAnswer, { nowMs }: { readonly nowMs: number }): SendOutcome {
  const { status } = answer
  const said = giteaWords(answer.body)
  const reason = `Gitea answered ${status}${said === '' ? '' : ` (${said})`}`
  if (status >= 200 && status < 300) return { kind: 'sent' }
  const limit = limitOf(answer, nowMs)
  if (limit !== undefined) return limit
  if (status >= 500 || status === 408) return { kind: 'unavailable', reason }
  const needed = whatIsNeeded(answer)
  return needed === undefined
    ? { kind: 'refused', of: 'message', reason }
    : { kind: 'refused', of: 'access', reason: `${reason}: ${needed}` }
}

/** What a person has to do before the same can be said; undefined when it is the message that Gitea does not take. */
function whatIsNeeded(answer: ApiAnswer): string | undefined {
  if (isRedirect(answer)) return 'kyozo follows no redirect with its token; give the connection the address that Gitea really answers at'
  switch (answer.status) {
    case 401:
      return "kyozo's token is wrong, expired or revoked; give it a new one"
    case 403:
      return "kyozo's token needs the scopes write:repository, write:issue and read:user, and its user the right to write to the repository"
    case 404:
    case 410:
      return "the repository is gone, or kyozo's token may not see it"
    case 423:
      return 'the repository is archived'
    default:
      return undefined
  }
}

/** `undefined` when the answer has nothing to do with limits. */
export function limitOf(
  { status, headers, body }: ApiAnswer,
  nowMs: number,
): (SendOutcome & { readonly kind: 'rate_limited' }) | undefined {
  if (status !== 429 && status !== 503 && status !== 403) return undefined
  const waitMs = retryAfterMs(headers.get('retry-after'), nowMs)
  if (status !== 429 && waitMs === undefined) return undefined
  const said = giteaWords(body)
  const reason = `Gitea asks kyozo to slow down${said === '' ? '' : ` (${said})`}`
  return { kind: 'rate_limited', reason, ...(waitMs === undefined ? {} : { untilMs: nowMs + waitMs }) }
}
