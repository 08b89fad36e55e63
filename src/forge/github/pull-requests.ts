// Pull requests as GitHub describes them, in payloads and in answers of its API alike.
// https://docs.github.com/rest/pulls/pulls#get-a-pull-request
import { z } from 'zod'
import type { NewPullRequest, RepositoryName } from '../client.ts'
import type { ForgeConnection } from '../forge.ts'
import { branchField, idField, nameField, presentShaField } from '../payload.ts'
import type { ForgePullRequest } from '../pull-requests.ts'
import type { Reader } from './reader.ts'

export const pullRequestSchema = z.object({
  id: idField,
  number: z.int().positive(),
  state: z.string(),
  title: nameField,
  draft: z.boolean().nullable().optional(),
  // Lists of pull requests say when one was merged, single ones also whether.
  merged: z.boolean().nullable().optional(),
  merged_at: z.string().nullable().optional(),
  updated_at: z.string(),
  user: z.object({ login: nameField }).nullable(),
  labels: z.array(z.object({ name: nameField })).optional(),
  // GitHub gives null for a fork that has been deleted.
  head: z.object({ ref: branchField, sha: presentShaField, repo: z.object({ id: idField }).nullable() }),
  base: z.object({ ref: branchField }),
})

interface Place {
  readonly connection: ForgeConnection
  readonly repository: RepositoryName
}

export function asPullRequest(pull: z.infer<typeof pullRequestSchema>, { connection, repository }: Place): ForgePullRequest {
  const updatedMs = Date.parse(pull.updated_at)
  const isMerged = pull.merged === true || (pull.merged_at ?? null) !== null
  return {
    number: pull.number,
    id: pull.id,
    state: isMerged ? 'merged' : pull.state === 'open' ? 'open' : 'closed',
    title: pull.title,
    url: `${connection.webUrl}/${repository.fullName}/pull/${pull.number}`,
    ref: `refs/pull/${pull.number}/head`,
    headSha: pull.head.sha,
    headRef: `refs/heads/${pull.head.ref}`,
    baseRef: `refs/heads/${pull.base.ref}`,
    isFork: pull.head.repo?.id !== repository.id,
    isDraft: pull.draft ?? false,
    author: pull.user?.login ?? 'ghost',
    labels: (pull.labels ?? []).map(({ name }) => name),
    updatedAt: Number.isNaN(updatedMs) ? null : new Date(updatedMs),
  }
}

interface Parts {
  readonly reader: Reader
  readonly connection: ForgeConnection
}

export async function findPullRequest(
  { reader, connection }: Parts,
  repository: RepositoryName,
  number: number,
): Promise<ForgePullRequest | undefined> {
  const { value } = await reader.get({
    path: `/repos/${repository.fullName}/pulls/${number}`,
    as: { repository, permissions: { pull_requests: 'read' } },
    schema: pullRequestSchema,
    purpose: `look up pull request #${number} of ${repository.fullName}`,
  })
  return value === undefined ? undefined : asPullRequest(value, { connection, repository })
}

const pagesRead = 10

/** Open ones, the one that changed last first. */
export async function listPullRequests({ reader, connection }: Parts, repository: RepositoryName): Promise<readonly ForgePullRequest[]> {
  const found: ForgePullRequest[] = []
  let path: string | undefined = `/repos/${repository.fullName}/pulls?state=open&sort=updated&direction=desc&per_page=100`
  for (let page = 0; path !== undefined && page < pagesRead; page++) {
    const { value, next }: { value: z.infer<typeof pullRequestSchema>[] | undefined; next: string | undefined } = await reader.get({
      path,
      as: { repository, permissions: { pull_requests: 'read' } },
      schema: z.array(pullRequestSchema),
      purpose: `list the pull requests of ${repository.fullName}`,
      answerLimitBytes: 16 * 1024 ** 2,
    })
    found.push(...(value ?? []).map((pull) => asPullRequest(pull, { connection, repository })))
    path = next
  }
  return found
}

/** Between two branches of the repository. One that is open already gets the new text. */
export async function openPullRequest(
  { reader, connection }: Parts,
  repository: RepositoryName,
  { headRef, baseRef, title, body }: NewPullRequest,
): Promise<ForgePullRequest> {
  const as = { repository, permissions: { pull_requests: 'write' } } as const
  const [owner] = repository.fullName.split('/')
  const [head, base] = [headRef, baseRef].map((ref) => ref.replace(/^refs\/heads\//, '')) as [string, string]
  const query = new URLSearchParams({ state: 'open', head: `${owner}:${head}`, base })
  const purpose = `open a pull request of ${head} in ${repository.fullName}`
  const { value: open = [] } = await reader.get({
    ...{ path: `/repos/${repository.fullName}/pulls?${query}`, as, purpose },
    schema: z.array(pullRequestSchema),
  })
  const [known] = open
  const made = await reader.send({
    ...(known === undefined
      ? { method: 'POST', path: `/repos/${repository.fullName}/pulls`, body: { title, body, head, base } }
      : { method: 'PATCH', path: `/repos/${repository.fullName}/pulls/${known.number}`, body: { title, body } }),
    ...{ as, purpose, schema: pullRequestSchema },
  })
  return asPullRequest(made, { connection, repository })
}
