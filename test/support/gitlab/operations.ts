// What each REST operation does, by its method and path. Messages and status codes are GitLab's own.

import type { ApiDescription, Operation } from '../api-description.ts'
import { type Access, type Caller, mayRead, roleIn, type Scope } from './access.ts'
import {
  createDeployment,
  createEnvironment,
  getDeployment,
  getEnvironment,
  listEnvironments,
  stopEnvironment,
  updateDeployment,
  updateEnvironment,
} from './deployments.ts'
import { addHook, editHook, listEvents, listHooks, resendEvent, testHook } from './hooks.ts'
import type { Limiter } from './limits.ts'
import { createMergeRequest, editMergeRequest, getMergeRequest, listMergeRequests, mergeRequestsOfCommit } from './merge-requests.ts'
import { award, createNote, editNote, listAwards, listNotes } from './notes.ts'
import { getMember, getProject, getUser, listBranches } from './projects.ts'
import type { Project, User } from './state.ts'
import { createStatus, listStatuses } from './statuses.ts'

export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface World {
  readonly description: ApiDescription
  readonly access: Access
  readonly apiUrl: string
  readonly webUrl: string
  readonly limiter: Limiter
  /** Whether it is a GitLab from 19.0 on. */
  readonly hasSigningTokens: boolean
  /** Whether the list of what a webhook sent says when. */
  readonly tellsWhenSent: boolean
  readonly projects: Project[]
  /** Of whatever needs one; never given twice. */
  nextId(): number
  readonly now: () => number
}

export interface UserCall {
  readonly caller: Caller
  readonly user: User
  readonly operation: Operation
  readonly body: Readonly<Record<string, unknown>>
  readonly path: string
  readonly query: URLSearchParams
}

export interface ProjectCall extends UserCall {
  readonly project: Project
}

export type Work = (world: World, call: ProjectCall) => Answer | Promise<Answer>

interface Rule {
  /** The least role. */
  readonly role: number
  readonly work: Work
}

const guest = 0
const reporter = 20
const developer = 30
const maintainer = 40

const project = '/projects/{id}'
const merge = `${project}/merge_requests/{merge_request_iid}`
const note = `${merge}/notes/{note_id}`
const environment = `${project}/environments/{environment_id}`
const deployment = `${project}/deployments/{deployment_id}`
const hook = `${project}/hooks/{hook_id}`

const rules: Readonly<Record<string, Rule>> = {
  [`GET ${project}`]: { role: guest, work: getProject },
  [`GET ${project}/repository/branches`]: { role: guest, work: listBranches },
  [`GET ${project}/members/all/{user_id}`]: { role: guest, work: getMember },
  [`GET ${project}/repository/commits/{sha}/merge_requests`]: { role: guest, work: mergeRequestsOfCommit },
  [`GET ${project}/repository/commits/{sha}/statuses`]: { role: guest, work: listStatuses },
  [`POST ${project}/statuses/{sha}`]: { role: developer, work: createStatus },
  [`GET ${project}/merge_requests`]: { role: guest, work: listMergeRequests },
  [`POST ${project}/merge_requests`]: { role: developer, work: createMergeRequest },
  [`GET ${merge}`]: { role: guest, work: getMergeRequest },
  [`PUT ${merge}`]: { role: developer, work: editMergeRequest },
  [`GET ${merge}/notes`]: { role: guest, work: listNotes },
  [`POST ${merge}/notes`]: { role: guest, work: createNote },
  [`PUT ${note}`]: { role: guest, work: editNote },
  [`GET ${note}/award_emoji`]: { role: guest, work: listAwards },
  [`POST ${note}/award_emoji`]: { role: guest, work: award },
  [`GET ${project}/environments`]: { role: reporter, work: listEnvironments },
  [`POST ${project}/environments`]: { role: developer, work: createEnvironment },
  [`GET ${environment}`]: { role: reporter, work: getEnvironment },
  [`PUT ${environment}`]: { role: developer, work: updateEnvironment },
  [`POST ${environment}/stop`]: { role: developer, work: stopEnvironment },
  [`POST ${project}/deployments`]: { role: developer, work: createDeployment },
  [`GET ${deployment}`]: { role: reporter, work: getDeployment },
  [`PUT ${deployment}`]: { role: developer, work: updateDeployment },
  [`GET ${project}/hooks`]: { role: maintainer, work: listHooks },
  [`POST ${project}/hooks`]: { role: maintainer, work: addHook },
  [`PUT ${hook}`]: { role: maintainer, work: editHook },
  [`POST ${hook}/test/{trigger}`]: { role: maintainer, work: testHook },
  [`GET ${hook}/events`]: { role: maintainer, work: listEvents },
  [`POST ${hook}/events/{hook_log_id}/resend`]: { role: maintainer, work: resendEvent },
}

export async function perform(world: World, { caller, ...call }: Omit<UserCall, 'user'>): Promise<Answer> {
  const { operation } = call
  if (caller.kind === 'refused') return refusedToken(caller)
  const isRead = operation.id.startsWith('GET ')
  if (caller.kind === 'anonymous' && (!isRead || operation.id === 'GET /user')) return failure(401, '401 Unauthorized')
  const missing = caller.kind === 'token' ? missingScope(caller.grant.scopes, isRead) : undefined
  if (missing !== undefined) return missing
  const user = caller.kind === 'token' ? caller.grant.user : nobody
  if (operation.id === 'GET /user') return getUser(world, user)
  const found = projectOf(world, operation.params.id ?? '')
  if (found === undefined || !mayRead(caller, found)) return failure(404, '404 Project Not Found')
  const rule = rules[operation.id]
  if (rule === undefined) return failure(501, `the double does not implement ${operation.id}`)
  if (roleIn(caller, found) < rule.role) return failure(403, '403 Forbidden')
  return rule.work(world, { ...call, caller, user, project: found })
}

const nobody: User = { id: 0, username: 'nobody', state: 'active' }

function refusedToken({ error, words }: Caller & { readonly kind: 'refused' }): Answer {
  return words === '' ? failure(401, '401 Unauthorized') : { status: 401, body: { error, error_description: words } }
}

function missingScope(scopes: readonly Scope[], isRead: boolean): Answer | undefined {
  if (scopes.includes('api') || (isRead && scopes.includes('read_api'))) return undefined
  const error_description = 'The request requires higher privileges than provided by the access token.'
  return { status: 403, body: { error: 'insufficient_scope', error_description, scope: isRead ? 'api read_api' : 'api' } }
}

/** By its id, or by its whole path. */
export function projectOf({ projects }: World, id: string): Project | undefined {
  return projects.find((known) => String(known.id) === id || known.path.toLowerCase() === id.toLowerCase())
}

/** GitLab says what is wrong in one text, or in texts by field. */
export function failure(status: number, message: unknown): Answer {
  return { status, body: { message } }
}

/** One page of a list, with the address of the next. */
export function pageOf({ apiUrl }: World, { path, query }: UserCall, all: readonly unknown[], longest = 100): Answer {
  const size = Math.min(longest, Number(query.get('per_page') ?? 20))
  const page = Number(query.get('page') ?? 1)
  const body = all.slice((page - 1) * size, page * size)
  const next = new URLSearchParams({ ...Object.fromEntries(query), page: String(page + 1), per_page: String(size) })
  const hasMore = page * size < all.length
  return { status: 200, body, ...(hasMore ? { headers: { link: `<${apiUrl}${path}?${next}>; rel="next"` } } : {}) }
}

export function userPart({ webUrl }: World, { id, username, state }: User) {
  return { id, username, name: username, state, web_url: `${webUrl}/${username}` }
}

/** As answers have times. */
export function timePart(ms: number): string {
  return new Date(ms).toISOString()
}
