// What stands beside a head of which no preview is made.
import type { CommitStatus } from '../../forge/messages.ts'
import type { PullRequest } from '../../store/pull-requests.ts'

/** Where nobody wants a preview a required status holds nobody up. Undefined where there may have been one. */
export function shownWhile(held: NonNullable<PullRequest['held']>): CommitStatus['state'] | undefined {
  switch (held) {
    case 'off':
    case 'draft':
    case 'nothing':
      return 'success'
    case 'approval':
    case 'full':
    case 'failed':
      return 'failure'
    case 'destroyed':
    case 'expired':
    case 'evicted':
      return undefined
  }
}
