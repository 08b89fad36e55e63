// Gitea has no check runs: a check is a status with its title, and its text stays on the page that it leads to.
import { checkAsStatus } from '../check-as-status.ts'
import type { CommitCheck, SendOptions, SendOutcome } from '../messages.ts'
import type { Context } from './client.ts'
import { sendStatus } from './statuses.ts'

export function sendCheck(context: Context, check: CommitCheck, options: SendOptions): Promise<SendOutcome> {
  return sendStatus(context, checkAsStatus(check), options)
}
