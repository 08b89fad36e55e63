// Whether GitHub shows a status already: one whose answer was lost has arrived all the same, and is not to be said twice.
import { z } from 'zod'
import type { CommitStatus, SendOutcome } from '../messages.ts'
import { statusDescription, statusTargetUrl } from '../words.ts'
import { statusOutcome } from './answers.ts'
import { askGitHub } from './api.ts'
import type { Context } from './client.ts'
import type { TokenNeed } from './tokens.ts'

const schema = z.array(
  z.object({ state: z.string(), context: z.string(), description: z.string().nullable(), target_url: z.string().nullable() }),
)

/** The end of it, where asking tells: it is there, or GitHub is not to be asked now. Undefined when it has to be posted. Throws `forge_unavailable`. */
export async function outcomeIfTold(
  { connection, tokens, now, deadlineMs }: Context,
  status: CommitStatus,
  need: TokenNeed,
): Promise<SendOutcome | undefined> {
  const { repository, sha } = status
  const token = await tokens.tokenFor(need)
  const answer = await askGitHub({
    method: 'GET',
    url: `${connection.apiUrl}/repos/${repository.fullName}/commits/${sha}/statuses?per_page=100`,
    authorization: token === undefined ? undefined : `Bearer ${token}`,
    deadlineMs,
  })
  if (answer.status === 200) return isNewest(schema.safeParse(answer.body).data ?? [], status) ? { kind: 'sent' } : undefined
  const outcome = statusOutcome(answer, { nowMs: now(), fullName: repository.fullName })
  // Whoever may write a status need not be allowed to read them.
  return outcome.kind === 'unavailable' || outcome.kind === 'rate_limited' ? outcome : undefined
}

/** The newest come first. */
function isNewest(shown: z.infer<typeof schema>, status: CommitStatus): boolean {
  const newest = shown.find(({ context }) => context.toLowerCase() === status.context.toLowerCase())
  return (
    newest !== undefined &&
    newest.state === status.state &&
    (newest.description ?? '') === statusDescription(status.description) &&
    (newest.target_url ?? undefined) === statusTargetUrl(status.targetUrl)
  )
}
