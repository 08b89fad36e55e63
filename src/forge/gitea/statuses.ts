// Commit statuses, which Gitea shows beside a commit.
import { z } from 'zod'
import type { CommitStatus, SendOptions, SendOutcome } from '../messages.ts'
import { statusDescription, statusTargetUrl } from '../words.ts'
import { outcomeOf } from './answers.ts'
import type { Context } from './client.ts'

export async function sendStatus(context: Context, status: CommitStatus, { mayBeThere }: SendOptions): Promise<SendOutcome> {
  const { reader, now } = context
  const { repository, sha, state } = status
  if (mayBeThere && (await isShown(context, status))) return { kind: 'sent' }
  const description = statusDescription(status.description)
  const target = statusTargetUrl(status.targetUrl)
  const answer = await reader.ask({
    method: 'POST',
    repository,
    path: `/statuses/${sha}`,
    body: { state, context: status.context, description, ...(target === undefined ? {} : { target_url: target }) },
  })
  if (mayMeanNoCommit(answer.status) && (await isCommitMissing(context, status)))
    return { kind: 'commit_unknown', reason: `Gitea has no commit ${sha} in ${repository.fullName}` }
  return outcomeOf(answer, { nowMs: now() })
}

/** Gitea fails (500) over a commit that it does not have, and says nothing more. */
function mayMeanNoCommit(status: number): boolean {
  return status === 500 || status === 404 || status === 422
}

async function isCommitMissing({ reader }: Context, { repository, sha }: CommitStatus): Promise<boolean> {
  const { status } = await reader.ask({ method: 'GET', repository, path: `/git/commits/${sha}` })
  return status === 404
}

const shownSchema = z.object({
  id: z.int(),
  status: z.string(),
  context: z.string(),
  description: z.string().nullish(),
  target_url: z.string().nullish(),
})

/** Whether it is the newest of its context: one whose answer was lost has arrived all the same, and is not to be said twice. */
async function isShown({ reader }: Context, status: CommitStatus): Promise<boolean> {
  const { repository, sha } = status
  // The newest come first, but by the second, in which several may have come.
  const answer = await reader.ask({ method: 'GET', repository, path: `/statuses/${sha}?page=1&limit=50` })
  const shown = z.array(shownSchema).safeParse(answer.body)
  const ofContext = (answer.status === 200 ? (shown.data ?? []) : []).filter(({ context }) => context === status.context)
  const newest = ofContext.reduce((best, one) => (one.id > best.id ? one : best), ofContext[0] ?? nothing)
  return (
    newest.status === status.state &&
    (newest.description ?? '') === statusDescription(status.description) &&
    (newest.target_url || undefined) === statusTargetUrl(status.targetUrl)
  )
}

const nothing: z.infer<typeof shownSchema> = { id: 0, status: '', context: '' }
