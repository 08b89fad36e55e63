// A check in one line, for a host that has no place for its text. Pure.
import type { CommitCheck, CommitStatus } from './messages.ts'

/** A status has no state for "somebody has to decide": it must not be green, and what is pending is waited for without anybody looking. */
export function checkAsStatus({ repository, sha, name, conclusion, title, targetUrl }: CommitCheck): CommitStatus {
  return {
    repository,
    sha,
    context: name,
    state: conclusion === 'success' ? 'success' : 'failure',
    description: conclusion === 'needs_decision' ? `Needs a decision: ${title}` : title,
    targetUrl,
  }
}
