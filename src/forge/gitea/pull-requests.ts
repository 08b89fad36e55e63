// Pull requests as Gitea describes them, in payloads and in answers of its API alike.
import { z } from 'zod'
import type { NewPullRequest, RepositoryName } from '../client.ts'
import type { ForgeConnection } from '../forge.ts'
import { branchField, idField, isZeroSha, nameField, presentShaField } from '../payload.ts'
import type { ForgePullRequest } from '../pull-requests.ts'
import type { Parts } from './repositories.ts'

const zeroSha = '0'.repeat(40)

export const pullRequestSchema = z.object({
  id: idField,
  number: z.int().positive(),
  state: z.string().optional(),
  title: nameField,
  // Newer than the rest; the title says the same.
  draft: z.boolean().nullish(),
  merged: z.boolean().nullish(),
  updated_at: z.string().nullish(),
  user: z.object({ login: nameField }).nullish(),
  labels: z.array(z.object({ name: nameField })).nullish(),
  head: z.object({
    // The branch; `refs/pull/7/head` where that is gone, and of a pull request that was pushed to `refs/for/…`.
    ref: branchField,
    // The branch even when it is gone; empty where there never was one.
    label: z.string().nullish(),
    // Empty where Gitea has lost what it points at.
    sha: z.union([presentShaField, z.literal('').transform(() => zeroSha)]),
    // -1 of a fork that is gone.
    repo_id: z.int().nullish(),
    repo: z.object({ id: z.int().optional() }).nullish(),
  }),
  base: z.object({ ref: branchField }),
})

type Described = z.infer<typeof pullRequestSchema>

interface Place {
  readonly connection: ForgeConnection
  readonly repository: RepositoryName
}

/** Its `headSha` is zero when Gitea has lost it. */
export function asPullRequest(pull: Described, { connection, repository }: Place): ForgePullRequest {
  const updatedMs = Date.parse(pull.updated_at ?? '')
  return {
    number: pull.number,
    id: pull.id,
    state: pull.merged === true ? 'merged' : pull.state === 'closed' ? 'closed' : 'open',
    title: pull.title,
    url: `${connection.webUrl}/${repository.fullName}/pulls/${pull.number}`,
    ref: `refs/pull/${pull.number}/head`,
    headSha: pull.head.sha,
    headRef: headRefOf(pull),
    baseRef: `refs/heads/${pull.base.ref}`,
    isFork: !isOfBranch(pull, repository),
    isDraft: pull.draft ?? hasDraftTitle(pull.title),
    author: pull.user?.login ?? 'ghost',
    labels: (pull.labels ?? []).map(({ name }) => name),
    updatedAt: Number.isNaN(updatedMs) ? null : new Date(updatedMs),
  }
}

/**
 * Whether its head is a branch of the repository, which only those who may write there can make. Whoever may read it can push to `refs/for/main`
 * and so open a pull request that Gitea calls one of the repository itself; it has no branch.
 */
function isOfBranch({ head }: Described, repository: RepositoryName): boolean {
  return String(head.repo_id ?? head.repo?.id) === repository.id && !head.ref.startsWith('refs/')
}

function headRefOf({ head, number }: Described): string {
  if (!head.ref.startsWith('refs/')) return `refs/heads/${head.ref}`
  const branch = branchField.safeParse(head.label)
  return branch.success ? `refs/heads/${branch.data}` : `refs/pull/${number}/head`
}

/** What a title of a draft begins with unless the operator of the host chose otherwise. */
export function hasDraftTitle(title: string): boolean {
  return /^(?:wip:|\[wip\])/i.test(title)
}

/** Its text may be as long as somebody likes. */
const answerLimitBytes = 16 * 1024 ** 2

export async function findPullRequest(
  { reader, connection }: Parts,
  repository: RepositoryName,
  number: number,
): Promise<ForgePullRequest | undefined> {
  const value = await reader.get({
    repository,
    path: `/pulls/${number}`,
    schema: pullRequestSchema,
    answerLimitBytes,
    purpose: `look up pull request #${number} of ${repository.fullName}`,
  })
  return value === undefined ? undefined : asPullRequest(value, { connection, repository })
}

/** Open ones, the one that changed last first; without those whose head is lost, from which nothing can be made. */
export async function listPullRequests(parts: Parts, repository: RepositoryName): Promise<readonly ForgePullRequest[]> {
  const found = await listOpen(parts, repository)
  return found.map((pull) => asPullRequest(pull, { connection: parts.connection, repository })).filter(({ headSha }) => !isZeroSha(headSha))
}

function listOpen({ reader }: Parts, repository: RepositoryName): Promise<readonly Described[]> {
  return reader.list({
    repository,
    path: '/pulls?state=open&sort=recentupdate',
    schema: pullRequestSchema,
    purpose: `list the pull requests of ${repository.fullName}`,
  })
}

/** Between two branches of the repository. One that is open already gets the new text. */
export async function openPullRequest(
  parts: Parts,
  repository: RepositoryName,
  { headRef, baseRef, title, body }: NewPullRequest,
): Promise<ForgePullRequest> {
  const [head, base] = [headRef, baseRef].map((ref) => ref.replace(/^refs\/heads\//, '')) as [string, string]
  const open = await listOpen(parts, repository)
  const known = open.find((pull) => pull.head.ref === head && pull.base.ref === base && isOfBranch(pull, repository))
  const made = await parts.reader.send({
    repository,
    ...(known === undefined
      ? { method: 'POST', path: '/pulls', body: { title, body, head, base } }
      : { method: 'PATCH', path: `/pulls/${known.number}`, body: { title, body } }),
    schema: pullRequestSchema,
    purpose: `open a pull request of ${head} in ${repository.fullName}`,
  })
  return asPullRequest(made, { connection: parts.connection, repository })
}
