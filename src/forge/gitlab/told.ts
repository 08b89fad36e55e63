// Whether GitLab shows a status already: one whose answer was lost has arrived all the same, and is not to be said twice.
// https://docs.gitlab.com/api/commits/#list-commit-statuses
import { z } from 'zod'
import type { CommitStatus, SendOutcome } from '../messages.ts'
import { askGitLab, projectPath } from './api.ts'
import { type Context, outcomeFor } from './exchange.ts'
import type { ShownStatus } from './statuses.ts'

const schema = z.array(
  z.object({ id: z.number(), status: z.string(), name: z.string(), description: z.string().nullable(), target_url: z.string().nullable() }),
)

/** The end of it, where asking tells: it is there, or GitLab is not to be asked now. Undefined when it has to be posted. Throws `forge_unavailable`. */
export async function outcomeIfTold(context: Context, status: CommitStatus, shown: ShownStatus): Promise<SendOutcome | undefined> {
  const { repository, sha } = status
  const query = new URLSearchParams({ name: shown.name, per_page: '100' })
  const path = `${projectPath(repository)}/repository/commits/${encodeURIComponent(sha)}/statuses?${query}`
  const answer = await askGitLab(context, { method: 'GET', path })
  if (answer.status === 200) return isNewest(schema.safeParse(answer.body).data ?? [], shown) ? { kind: 'sent' } : undefined
  const outcome = outcomeFor(context, repository, answer)
  // Whoever may write a status need not be allowed to read them.
  return outcome.kind === 'unavailable' || outcome.kind === 'rate_limited' ? outcome : undefined
}

function isNewest(told: z.infer<typeof schema>, shown: ShownStatus): boolean {
  const [newest] = told.filter(({ name }) => name === shown.name).sort((a, b) => b.id - a.id)
  return (
    newest !== undefined &&
    newest.status === shown.state &&
    (newest.description ?? '') === shown.description &&
    (newest.target_url ?? undefined) === shown.target_url
  )
}
