// Statuses beside a commit.
import { commitOf, type RepositoryCall } from './calls.ts'
import type { Repository, StoredStatus } from './state.ts'
import { type Answer, failure, isoTime, type World } from './world.ts'

const statusesPerContext = 1_000
const descriptionLimit = 140

export async function createStatus(world: World, { operation, body, repository }: RepositoryCall): Promise<Answer> {
  const sha = String(operation.params.sha)
  const context = String(body.context ?? 'default')
  const description = (body.description ?? null) as string | null
  if (!(await repository.git.hasCommit(sha))) return failure(422, `No commit found for SHA: ${sha}`)
  const errors = [
    Array.from(description ?? '').length > descriptionLimit &&
      statusError('description', 'description is too long (maximum is 140 characters)'),
    typeof body.target_url === 'string' &&
      !/^https?:\/\//.test(body.target_url) &&
      statusError('target_url', 'target_url must use http(s) scheme'),
    repository.statuses.filter((known) => isSameContext(known, sha, context)).length >= statusesPerContext &&
      statusError('context', 'This SHA and context has reached the maximum number of statuses.'),
  ].filter((error) => error !== false)
  if (errors.length > 0) return failure(422, 'Validation Failed', { errors })
  const status: StoredStatus = {
    id: repository.statuses.length + 1,
    sha,
    state: body.state as StoredStatus['state'],
    context,
    description,
    targetUrl: (body.target_url ?? null) as string | null,
    createdAtMs: world.now(),
  }
  repository.statuses.push(status)
  return { status: 201, body: asStatus(world, repository, status) }
}

function statusError(field: string, message: string) {
  return { resource: 'Status', code: 'custom', field, message }
}

export async function getCombinedStatus(world: World, { operation, repository }: RepositoryCall): Promise<Answer> {
  const sha = await commitOf(repository, String(operation.params.ref))
  if (sha === undefined) return failure(404, 'Not Found')
  const newest = newestPerContext(repository, sha)
  const states = newest.map(({ state }) => state)
  const isRed = states.some((state) => state === 'failure' || state === 'error')
  const state = isRed ? 'failure' : states.length === 0 || states.includes('pending') ? 'pending' : 'success'
  const url = `${world.apiUrl}/repos/${repository.fullName}/commits/${sha}`
  const example = world.openApi.example('combined-commit-status')
  const statuses = newest.map((status) => asStatus(world, repository, status))
  return { status: 200, body: { ...example, state, sha, total_count: newest.length, statuses, commit_url: url, url: `${url}/status` } }
}

export async function listStatuses(world: World, { operation, repository }: RepositoryCall): Promise<Answer> {
  const sha = await commitOf(repository, String(operation.params.ref))
  const statuses = repository.statuses.filter((status) => status.sha === sha).toReversed()
  return { status: 200, body: statuses.map((status) => asStatus(world, repository, status)) }
}

/** Contexts are told apart without regard to case. */
function isSameContext(status: StoredStatus, sha: string, context: string): boolean {
  return status.sha === sha && status.context.toLowerCase() === context.toLowerCase()
}

export function newestPerContext(repository: Repository, sha: string): StoredStatus[] {
  const newest = new Map<string, StoredStatus>()
  for (const status of repository.statuses) if (status.sha === sha) newest.set(status.context.toLowerCase(), status)
  return [...newest.values()]
}

function asStatus({ openApi, apiUrl }: World, repository: Repository, status: StoredStatus): unknown {
  const at = isoTime(status.createdAtMs)
  return {
    ...openApi.example('status'),
    url: `${apiUrl}/repos/${repository.fullName}/statuses/${status.sha}`,
    id: status.id,
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: at,
    updated_at: at,
  }
}
