// What each REST operation does, by its id in GitHub's description. Messages and status codes are GitHub's own.
import type { App, Caller, Permission, Permissions } from './access.ts'
import { type Access, allows, mayUse } from './access.ts'
import { getAppDelivery, getDelivery, listAppDeliveries, listDeliveries, listHooks, redeliver, redeliverOfApp } from './hooks.ts'
import type { OpenApi, Operation } from './openapi.ts'
import type { Repository, StoredStatus } from './state.ts'

export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface OperationCall {
  readonly caller: Caller
  readonly operation: Operation
  readonly body: Readonly<Record<string, unknown>>
  /** The repository in the path, when it is one that exists. */
  readonly repository: Repository | undefined
  readonly repositories: readonly Repository[]
  readonly path: string
  readonly query: URLSearchParams
}

export interface World {
  readonly openApi: OpenApi
  readonly access: Access
  readonly apiUrl: string
  readonly now: () => number
}

const statusesPerContext = 1_000
const descriptionLimit = 140
const handlers: Readonly<Record<string, (world: World, call: OperationCall) => Answer | Promise<Answer>>> = {
  'repos/get': onRepository('metadata', 'read', getRepository),
  'repos/create-commit-status': onRepository('statuses', 'write', createStatus),
  'repos/get-combined-status-for-ref': onRepository('statuses', 'read', getCombinedStatus),
  'repos/list-commit-statuses-for-ref': onRepository('statuses', 'read', listStatuses),
  'repos/list-webhooks': onRepository('repository_hooks', 'read', listHooks),
  'repos/list-webhook-deliveries': onRepository('repository_hooks', 'read', listDeliveries),
  'repos/get-webhook-delivery': onRepository('repository_hooks', 'read', getDelivery),
  'repos/redeliver-webhook-delivery': onRepository('repository_hooks', 'write', redeliver),
  'apps/list-webhook-deliveries': asApp(listAppDeliveries),
  'apps/get-webhook-delivery': asApp(getAppDelivery),
  'apps/redeliver-webhook-delivery': asApp(redeliverOfApp),
  'apps/get-repo-installation': asApp(getInstallation),
  'apps/create-installation-access-token': asApp(createInstallationToken),
}

/** Whether an operation makes content, which GitHub limits more closely. */
export function isContent(operation: Operation): boolean {
  return ['repos/create-commit-status', 'repos/redeliver-webhook-delivery', 'apps/redeliver-webhook-delivery'].includes(operation.id)
}

export async function perform(world: World, call: OperationCall): Promise<Answer> {
  if (call.caller.kind === 'bad_credentials') return failure(401, call.caller.message)
  const handler = handlers[call.operation.id]
  return handler === undefined ? failure(501, `the double does not implement ${call.operation.id}`) : handler(world, call)
}

export function failure(status: number, message: string, more: Record<string, unknown> = {}): Answer {
  return { status, body: { message, documentation_url: 'https://docs.github.com/rest', status: String(status), ...more } }
}

type RepositoryWork = (world: World, call: OperationCall & { readonly repository: Repository }) => Answer | Promise<Answer>

function onRepository(permission: Permission, level: 'read' | 'write', work: RepositoryWork) {
  return (world: World, call: OperationCall): Answer | Promise<Answer> => {
    const { repository, caller } = call
    if (repository === undefined) return failure(404, 'Not Found')
    const isReadable = caller.kind === 'token' && mayUse(caller.grant, repository.id)
    if (!isReadable && (repository.isPrivate || caller.kind === 'token')) return failure(404, 'Not Found')
    const isPublicRead = level === 'read' && permission !== 'administration' && permission !== 'repository_hooks' && !repository.isPrivate
    if (caller.kind !== 'token') return isPublicRead ? work(world, { ...call, repository }) : failure(401, 'Requires authentication')
    if (!allows(caller.grant.permissions, permission, level)) return failure(403, 'Resource not accessible by integration')
    return work(world, { ...call, repository })
  }
}

function asApp(work: (world: World, call: OperationCall, app: App) => Answer) {
  return (world: World, call: OperationCall): Answer =>
    call.caller.kind === 'app' ? work(world, call, call.caller.app) : failure(401, 'A JSON web token could not be decoded')
}

function getRepository({ openApi }: World, { repository }: { repository: Repository }): Answer {
  const [owner = '', name = ''] = repository.fullName.split('/')
  const example = openApi.example('full-repository')
  const body = {
    ...example,
    id: repository.id,
    name,
    full_name: repository.fullName,
    owner: { ...(example.owner as object), login: owner },
    private: repository.isPrivate,
    default_branch: repository.defaultBranch,
    has_discussions: false,
  }
  return { status: 200, body }
}

async function createStatus(world: World, { operation, body, repository }: OperationCall & { repository: Repository }): Promise<Answer> {
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

async function getCombinedStatus(world: World, { operation, repository }: OperationCall & { repository: Repository }): Promise<Answer> {
  const sha = await shaOf(repository, String(operation.params.ref))
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

async function listStatuses(world: World, { operation, repository }: OperationCall & { repository: Repository }): Promise<Answer> {
  const sha = await shaOf(repository, String(operation.params.ref))
  const statuses = repository.statuses.filter((status) => status.sha === sha).toReversed()
  return { status: 200, body: statuses.map((status) => asStatus(world, repository, status)) }
}

function getInstallation({ openApi, access }: World, { repository }: OperationCall, app: App): Answer {
  if (repository === undefined || access.installationOf(app) === 'deleted') return failure(404, 'Not Found')
  return { status: 200, body: { ...openApi.example('installation'), id: app.installationId, app_id: Number(app.appId) } }
}

function createInstallationToken({ access }: World, { operation, body }: OperationCall, app: App): Answer {
  if (Number(operation.params.installation_id) !== app.installationId) return failure(404, 'Not Found')
  if (access.installationOf(app) === 'deleted') return failure(404, 'Not Found')
  if (access.installationOf(app) === 'suspended') return failure(403, 'This installation has been suspended')
  const minted = access.mint(app, {
    ...(body.permissions !== undefined && { permissions: body.permissions as Permissions }),
    ...(body.repository_ids !== undefined && { repositoryIds: body.repository_ids as number[] }),
  })
  if (typeof minted === 'string') return failure(422, minted)
  const { token, grant } = minted
  return { status: 201, body: { token, expires_at: new Date(grant.expiresAtMs).toISOString(), permissions: grant.permissions } }
}

async function shaOf(repository: Repository, ref: string): Promise<string | undefined> {
  return (await repository.git.tip(ref)) ?? repository.git.tip(`refs/heads/${ref}`)
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
  const at = new Date(status.createdAtMs).toISOString()
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
