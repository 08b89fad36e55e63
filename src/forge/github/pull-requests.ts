// Pull requests as GitHub describes them, in payloads and in answers of its API alike.
// https://docs.github.com/rest/pulls/pulls#get-a-pull-request
import { z } from 'zod'
import { KyozoError } from '../../errors.ts'
import type { NewPullRequest, RepositoryName } from '../client.ts'
import type { ForgeConnection } from '../forge.ts'
import { branchField, idField, nameField, presentShaField } from '../payload.ts'
import type { ForgePullRequest } from '../pull-requests.ts'
import { cleanLine } from '../words.ts'
import { limitedMarkdown } from './markdown.ts'
import { readList } from './pages.ts'
import { currentRepository, type Parts } from './repositories.ts'
import type { TokenNeed } from './tokens.ts'

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

/** As many as GitHub takes. */
const labelLimit = 100

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
    labels: (pull.labels ?? []).slice(0, labelLimit).map(({ name }) => name),
    updatedAt: Number.isNaN(updatedMs) ? null : new Date(updatedMs),
  }
}

/** Of the repository that has the id, whatever it is called by now. */
export async function findPullRequest(parts: Parts, repository: RepositoryName, number: number): Promise<ForgePullRequest | undefined> {
  const as: TokenNeed = { repository, permissions: { pull_requests: 'read' } }
  const purpose = `look up pull request #${number} of ${repository.fullName}`
  const current = await currentRepository(parts, { as, purpose })
  const path = `/repos/${current.fullName}/pulls/${number}`
  const { value } = await parts.reader.get({ path, as, schema: pullRequestSchema, purpose })
  return value === undefined ? undefined : asPullRequest(value, { connection: parts.connection, repository: current })
}

/** Whoever opens a pull request may write a long text, so a page of many is large. */
const pageSize = 50
const pageLimitBytes = 24 * 1024 ** 2

/** Open ones, the one that changed last first. */
export async function listPullRequests(parts: Parts, repository: RepositoryName): Promise<readonly ForgePullRequest[]> {
  const as: TokenNeed = { repository, permissions: { pull_requests: 'read' } }
  const purpose = `list the pull requests of ${repository.fullName}`
  const current = await currentRepository(parts, { as, purpose })
  const found = await readList(parts.reader, {
    path: `/repos/${current.fullName}/pulls?state=open&sort=updated&direction=desc&per_page=${pageSize}`,
    schema: z.array(pullRequestSchema),
    answerLimitBytes: pageLimitBytes,
    ...{ as, purpose },
  })
  // Somebody changes one while kyozo turns the page, and it is seen on both.
  const byNumber = new Map(found.map((pull) => [pull.number, pull] as const))
  return [...byNumber.values()].map((pull) => asPullRequest(pull, { connection: parts.connection, repository: current }))
}

const titleLimit = 250
const bodyLimit = 65_536

/** Between two branches of the repository. One that is open already gets the new text. */
export async function openPullRequest(parts: Parts, repository: RepositoryName, request: NewPullRequest): Promise<ForgePullRequest> {
  const [head, base] = [request.headRef, request.baseRef].map((ref) => ref.replace(/^refs\/heads\//, '')) as [string, string]
  const as: TokenNeed = { repository, permissions: { pull_requests: 'write' } }
  const purpose = `open a pull request of ${head} in ${repository.fullName}`
  const current = await currentRepository(parts, { as, purpose })
  const branches: Branches = { ...{ as, purpose, head, base }, repository: current }
  const text = {
    title: cleanLine(request.title, titleLimit),
    body: limitedMarkdown(request.body, { limit: bodyLimit, unit: 'characters' }),
  }
  const at = `/repos/${current.fullName}/pulls`
  const change = (number: number) =>
    parts.reader.send({ method: 'PATCH', path: `${at}/${number}`, body: text, schema: pullRequestSchema, as, purpose })
  const known = await findOpen(parts, branches)
  const pull =
    known === undefined
      ? await parts.reader
          .send({ method: 'POST', path: at, body: { ...text, head, base }, schema: pullRequestSchema, as, purpose })
          .catch((error) => changeAfterAll(error, { change, find: () => findOpen(parts, branches) }))
      : await change(known)
  return asPullRequest(pull, { connection: parts.connection, repository: current })
}

interface AfterAll<Pull> {
  readonly find: () => Promise<number | undefined>
  readonly change: (number: number) => Promise<Pull>
}

/** Somebody may have opened it in the same moment, which GitHub refuses to do twice. */
async function changeAfterAll<Pull>(error: unknown, { find, change }: AfterAll<Pull>): Promise<Pull> {
  if (!(error instanceof KyozoError) || error.code !== 'forge_refused') throw error
  const number = await find()
  if (number === undefined) throw error
  return change(number)
}

interface Branches {
  readonly as: TokenNeed
  readonly purpose: string
  readonly repository: RepositoryName
  readonly head: string
  readonly base: string
}

/** GitHub leaves a filter away that it does not understand, so what it gives is looked at. */
async function findOpen({ reader }: Parts, { repository, head, base, as, purpose }: Branches): Promise<number | undefined> {
  const [owner] = repository.fullName.split('/')
  const query = new URLSearchParams({ state: 'open', head: `${owner}:${head}`, base, per_page: String(pageSize) })
  const open = await readList(reader, {
    path: `/repos/${repository.fullName}/pulls?${query}`,
    schema: z.array(pullRequestSchema),
    answerLimitBytes: pageLimitBytes,
    ...{ as, purpose },
  })
  return open.find((pull) => pull.head.ref === head && pull.head.repo?.id === repository.id && pull.base.ref === base)?.number
}
