// Statuses beside a commit. https://docs.github.com/rest/commits/statuses
import { z } from 'zod'
import type { CommitStatus, SendOptions, SendOutcome } from '../messages.ts'
import { statusDescription, statusTargetUrl } from '../words.ts'
import { askRepository, type Context, lookUp, outcomeOf } from './repository-api.ts'

export async function sendStatus(context: Context, status: CommitStatus, { mayBeThere }: SendOptions = {}): Promise<SendOutcome> {
  if (mayBeThere && (await isTold(context, status))) return { kind: 'sent' }
  const { repository, sha } = status
  const answer = await askRepository(context, {
    repository,
    method: 'POST',
    path: `/statuses/${sha}`,
    permissions: { statuses: 'write' },
    body: {
      state: status.state,
      context: status.context,
      description: statusDescription(status.description),
      target_url: statusTargetUrl(status.targetUrl),
    },
  })
  return outcomeOf(context, answer, { repository, permission: 'write commit statuses' })
}

const shownSchema = z.array(
  z.object({ state: z.string(), context: z.string(), description: z.string().nullable(), target_url: z.string().nullable() }),
)

/** One whose answer was lost has arrived all the same, and is not to be said twice. Whoever may write a status need not be allowed to read them. */
async function isTold(context: Context, status: CommitStatus): Promise<boolean> {
  const { repository, sha } = status
  const path = `/commits/${sha}/statuses?per_page=100`
  const { value = [] } = await lookUp(context, { repository, path, permissions: { statuses: 'write' } }, shownSchema)
  // The newest come first.
  const newest = value.find((shown) => shown.context.toLowerCase() === status.context.toLowerCase())
  return (
    newest !== undefined &&
    newest.state === status.state &&
    (newest.description ?? '') === statusDescription(status.description) &&
    (newest.target_url ?? undefined) === statusTargetUrl(status.targetUrl)
  )
}
