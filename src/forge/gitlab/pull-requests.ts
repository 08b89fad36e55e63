// Merge requests as GitLab describes them in answers of its API and in payloads, which differ.
// https://docs.gitlab.com/api/merge_requests/
import { z } from 'zod'
import type { NewPullRequest, RepositoryName } from '../client.ts'
import type { ForgeConnection } from '../forge.ts'
import { branchField, idField, nameField, presentShaField } from '../payload.ts'
import type { ForgePullRequest, ForgeUser } from '../pull-requests.ts'
import { projectPath } from './api.ts'
import type { MergeRequestEvent } from './merge-request-events.ts'
import { withoutQuickActions } from './quick-actions.ts'
import type { Reader } from './reader.ts'

const schema = z.object({
  id: idField,
  iid: z.int().positive(),
  title: nameField,
  state: z.string(),
  draft: z.boolean().optional(),
  // Null when there is nothing to merge.
  sha: presentShaField.nullable(),
  source_branch: branchField,
  target_branch: branchField,
  // Null when the fork was deleted.
  source_project_id: idField.nullable(),
  target_project_id: idField,
  author: z.object({ username: nameField }).nullable(),
  labels: z.array(nameField),
  updated_at: z.string(),
})

/** The head of a merge request without commits: there is nothing that could run. */
const nothing = '0'.repeat(40)

interface Place {
  readonly connection: ForgeConnection
  readonly repository: RepositoryName
}

function asPullRequest(merge: z.infer<typeof schema>, place: Place): ForgePullRequest {
  return {
    ...whereItIs(merge, place),
    title: merge.title,
    headSha: merge.sha ?? nothing,
    isFork: merge.source_project_id !== merge.target_project_id,
    isDraft: merge.draft ?? false,
    author: merge.author?.username ?? 'ghost',
    labels: merge.labels,
    updatedAt: timeOf(merge.updated_at),
  }
}

/** A payload names who did something, and the author by an id alone. */
export function fromPayload(event: MergeRequestEvent, { sender, ...place }: Place & { readonly sender: ForgeUser }): ForgePullRequest {
  const { object_attributes: merge, labels } = event
  return {
    ...whereItIs(merge, place),
    title: merge.title,
    headSha: merge.last_commit?.id ?? nothing,
    isFork: merge.source_project_id !== merge.target_project_id,
    isDraft: merge.draft ?? merge.work_in_progress ?? false,
    author: merge.author_id === sender.id ? sender.login : `user ${merge.author_id}`,
    labels: (labels ?? []).map(({ title }) => title),
    updatedAt: timeOf(merge.updated_at),
  }
}

type Merge = Pick<z.infer<typeof schema>, 'id' | 'iid' | 'state' | 'source_branch' | 'target_branch'>

function whereItIs({ id, iid, state, source_branch, target_branch }: Merge, { connection, repository }: Place) {
  return {
    id,
    number: iid,
    // `locked` is one that is being merged at this moment.
    state: state === 'merged' ? 'merged' : state === 'closed' ? 'closed' : 'open',
    url: `${connection.webUrl}/${repository.fullName}/-/merge_requests/${iid}`,
    ref: `refs/merge-requests/${iid}/head`,
    headRef: `refs/heads/${source_branch}`,
    baseRef: `refs/heads/${target_branch}`,
  } as const
}

/** `2025-06-01T10:00:00.000Z`, or as payloads have it, `2025-06-01 10:00:00 UTC`. */
export function timeOf(text: string): Date | null {
  const ms = text.length > 40 ? Number.NaN : Date.parse(text)
  return Number.isNaN(ms) ? null : new Date(ms)
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
  const path = `${projectPath(repository)}/merge_requests/${number}`
  const { value } = await reader.get({ path, schema, purpose: `look up merge request !${number} of ${repository.fullName}` })
  return value === undefined ? undefined : asPullRequest(value, { connection, repository })
}

/** Open ones, the one that changed last first. */
export async function listPullRequests({ reader, connection }: Parts, repository: RepositoryName): Promise<readonly ForgePullRequest[]> {
  const found = await reader.list({
    path: `${projectPath(repository)}/merge_requests?state=opened&order_by=updated_at&sort=desc&per_page=100`,
    schema: z.array(schema),
    purpose: `list the merge requests of ${repository.fullName}`,
    answerLimitBytes: 16 * 1024 ** 2,
  })
  return found.map((merge) => asPullRequest(merge, { connection, repository }))
}

/** Between two branches of the project. One that is open already gets the new text. */
export async function openPullRequest(
  { reader, connection }: Parts,
  repository: RepositoryName,
  { headRef, baseRef, title, body }: NewPullRequest,
): Promise<ForgePullRequest> {
  const [head, base] = [headRef, baseRef].map((ref) => ref.replace(/^refs\/heads\//, '')) as [string, string]
  const query = new URLSearchParams({ state: 'opened', source_branch: head, target_branch: base })
  const purpose = `open a merge request of ${head} in ${repository.fullName}`
  const path = `${projectPath(repository)}/merge_requests`
  const { value: open = [] } = await reader.get({ path: `${path}?${query}`, schema: z.array(schema), purpose })
  // A fork may have a branch of the same name.
  const known = open.find((merge) => merge.source_project_id === merge.target_project_id)
  const text = { title, description: withoutQuickActions(body) }
  const made = await reader.send({
    ...(known === undefined
      ? { method: 'POST', path, body: { ...text, source_branch: head, target_branch: base } }
      : { method: 'PUT', path: `${path}/${known.iid}`, body: text }),
    ...{ purpose, schema },
  })
  return asPullRequest(made, { connection, repository })
}
