// Gitea has no check runs: a check is a status with its title, and its text stays on the page that it leads to.
import type { CommitCheck, CommitStatus, SendOptions, SendOutcome } from '../messages.ts'
import type { Context } from './client.ts'
import { sendStatus } from './statuses.ts'

const states: Readonly<Record<CommitCheck['conclusion'], CommitStatus['state']>> = {
  success: 'success',
  failure: 'failure',
  needs_decision: 'pending',
}

export function sendCheck(context: Context, check: CommitCheck, options: SendOptions): Promise<SendOutcome> {
  const { repository, sha, name, conclusion, title, targetUrl } = check
  return sendStatus(context, { repository, sha, state: states[conclusion], context: name, description: title, targetUrl }, options)
}
