// What each REST operation does, by its id in Gitea's description. Messages and status codes are Gitea's own, from routers/api/v1 of go-gitea/gitea.
import type { Operation } from '../api-description.ts'
import { type Area, type Caller, hasScope, levelOf, mayDo } from './access.ts'
import { createComment, editComment, listComments, react } from './comments.ts'
import { listRefs } from './git.ts'
import { createHook, editHook, listHooks, testHook } from './hooks.ts'
import type { World } from './life.ts'
import { createPull, editPull, getPull, listPulls } from './pulls.ts'
import { repositoryShape, statusShape, userShape } from './shapes.ts'
import type { Repository, StoredStatus, User } from './state.ts'

export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface OperationCall {
  readonly caller: Caller
  readonly operation: Operation
  readonly method: string
  readonly body: Readonly<Record<string, unknown>>
  /** What the description has against the request. */
  readonly problems: readonly string[]
  /** The repository in the path, when it is one that exists. */
  readonly repository: Repository | undefined
  readonly query: URLSearchParams
}

export interface RepositoryCall extends OperationCall {
  readonly repository: Repository
  readonly user: User | undefined
}

export type RepositoryWork = (world: World, call: RepositoryCall) => Answer | Promise<Answer>

interface Rule {
  /** Which of a token's scopes is needed; default is `repository`. */
  readonly area?: Area
  /** What the caller may at least do in the repository. Default is to read it. */
  readonly level?: 'write' | 'admin'
  readonly refusesArchived?: true
  readonly work: RepositoryWork
}

const handlers: Readonly<Record<string, Rule>> = {
  repoGet: { work: getRepository },
  repoListBranches: { work: listBranches },
  repoGetRepoPermissions: { work: getPermission },
  repoGetSingleCommit: { work: getCommit },
  repoListStatuses: { work: listStatuses },
  repoCreateStatus: { level: 'write', work: createStatus },
  repoListHooks: { level: 'admin', work: listHooks },
  repoCreateHook: { level: 'admin', work: createHook },
  repoEditHook: { level: 'admin', work: editHook },
  repoTestHook: { level: 'admin', work: testHook },
  repoListPullRequests: { work: listPulls },
  repoCreatePullRequest: { refusesArchived: true, work: createPull },
  repoGetPullRequest: { work: getPull },
  repoEditPullRequest: { refusesArchived: true, work: editPull },
  issueGetComments: { area: 'issue', work: listComments },
  issueCreateComment: { area: 'issue', refusesArchived: true, work: createComment },
  issueEditComment: { area: 'issue', refusesArchived: true, work: editComment },
  issuePostCommentReaction: { area: 'issue', work: react },
}

export async function perform(world: World, call: OperationCall): Promise<Answer> {
  const { caller, operation, method } = call
  if (caller.kind === 'bad_credentials') return failure(401, 'invalid username, password or token')
  if (operation.id === 'userGetCurrent') return currentUser(world, call)
  const rule = operation.id === 'repoGetByID' ? handlers.repoGet : handlers[operation.id]
  if (rule === undefined) return failure(501, `the double does not implement ${operation.id}`)
  return withScope(call, rule.area ?? 'repository') ?? onRepository(world, { call, rule, isRead: method === 'GET' })
}

function currentUser(world: World, call: OperationCall): Answer {
  const refusal = withScope(call, 'user')
  if (refusal !== undefined) return refusal
  return call.caller.kind === 'token' ? { status: 200, body: userShape(world, call.caller.user) } : failure(401, 'token is required')
}

/** A token's scopes are looked at before anything else, the repository included. */
function withScope({ caller, method }: OperationCall, area: Area): Answer | undefined {
  const level = method === 'GET' ? 'read' : 'write'
  if (caller.kind !== 'token' || hasScope(caller.scopes, level, area)) return undefined
  return failure(403, `token does not have at least one of required scope(s): [${level}:${area}]`)
}

interface Ruled {
  readonly call: OperationCall
  readonly rule: Rule
  readonly isRead: boolean
}

async function onRepository(world: World, { call, rule, isRead }: Ruled): Promise<Answer> {
  const { repository, caller, problems } = call
  const user = caller.kind === 'token' ? caller.user : undefined
  if (repository === undefined || !mayDo(repository, user, 'read')) return notFound()
  if (user === undefined && (!isRead || rule.level !== undefined)) return failure(401, 'token is required')
  if (rule.level !== undefined && !mayDo(repository, user, rule.level)) return failure(403, refusals[rule.level])
  if (rule.refusesArchived && repository.isArchived) return failure(423, `<Repository ${repository.id}:${repository.fullName}> is archived`)
  if (problems.length > 0) return failure(422, `[${problems.join(', ')}]`)
  return rule.work(world, { ...call, repository, user })
}

const refusals = {
  write: 'user should have a permission to write to a repo',
  admin: 'user should be an owner or a collaborator with admin write of a repository',
} as const

export function failure(status: number, message: string): Answer {
  return { status, body: { message, url: 'https://git.example/api/swagger' } }
}

export function notFound(): Answer {
  return { status: 404, body: { errors: [], message: "The target couldn't be found.", url: 'https://git.example/api/swagger' } }
}

/** What Gitea says of its own failures in production: nothing. */
export function broken(): Answer {
  return failure(500, '')
}

/** Fifty at most, whatever was asked for. */
export function pageOf(query: URLSearchParams, all: readonly unknown[]): Answer {
  const size = Math.min(50, Number(query.get('limit') ?? 30))
  const page = Math.max(1, Number(query.get('page') ?? 1))
  return { status: 200, body: all.slice((page - 1) * size, page * size), headers: { 'x-total-count': String(all.length) } }
}

function getRepository(world: World, { repository, user }: RepositoryCall): Answer {
  return { status: 200, body: repositoryShape(world, repository, user) }
}

async function listBranches(_: World, { repository, query }: RepositoryCall): Promise<Answer> {
  const refs = [...(await listRefs(repository.git.folder))].filter(([ref]) => ref.startsWith('refs/heads/'))
  const protection = { protected: false, required_approvals: 0, enable_status_check: false, status_check_contexts: [] }
  return pageOf(
    query,
    refs.map(([ref, sha]) => ({
      name: ref.slice('refs/heads/'.length),
      commit: {
        id: sha,
        message: 'Change things\n',
        url: '',
        author: null,
        committer: null,
        verification: null,
        timestamp: '2025-01-01T00:00:00Z',
      },
      ...protection,
      user_can_push: true,
      user_can_merge: true,
      effective_branch_protection_name: '',
    })),
  )
}

/** Of others only administrators may ask. */
function getPermission(world: World, { repository, user, operation }: RepositoryCall): Answer {
  const login = operation.params.collaborator!
  if (user?.isAdmin !== true && user?.login !== login && !mayDo(repository, user, 'admin'))
    return failure(
      403,
      'Only admins can query all permissions, repo admins can query all repo permissions, collaborators can query only their own',
    )
  const found = world.access.findUser(login)
  if (found === undefined) return failure(404, `user does not exist [uid: 0, name: ${login}]`)
  const permission = levelOf(repository, found)
  return { status: 200, body: { permission, role_name: permission, user: userShape(world, found) } }
}

async function getCommit(world: World, { repository, operation }: RepositoryCall): Promise<Answer> {
  const sha = operation.params.sha!
  if (!(await repository.git.hasCommit(sha))) return notFound()
  const url = `${world.webUrl}/api/v1/repos/${repository.fullName}/git/commits/${sha}`
  return {
    status: 200,
    body: { url, sha, created: '2025-01-01T00:00:00Z', html_url: `${world.webUrl}/${repository.fullName}/commit/${sha}` },
  }
}

/** The newest first, by the second. */
function listStatuses(world: World, { repository, operation, query }: RepositoryCall): Answer {
  const ofCommit = repository.statuses.filter(({ sha }) => sha === operation.params.sha)
  const seconds = ({ createdAtMs }: StoredStatus) => Math.floor(createdAtMs / 1_000)
  const ordered = ofCommit.toSorted((a, b) => seconds(b) - seconds(a))
  return pageOf(
    query,
    ordered.map((status) => statusShape(world, repository, status)),
  )
}

async function createStatus(world: World, { repository, user, operation, body }: RepositoryCall): Promise<Answer> {
  const sha = operation.params.sha!
  if (!(await repository.git.hasCommit(sha))) return broken()
  // A column of seven characters.
  if (!['pending', 'success', 'error', 'failure', 'warning'].includes(String(body.state))) return broken()
  const status: StoredStatus = {
    id: world.nextId(),
    sha,
    state: String(body.state),
    context: String(body.context ?? 'default'),
    description: String(body.description ?? ''),
    targetUrl: String(body.target_url ?? ''),
    creator: user!,
    createdAtMs: world.now(),
  }
  repository.statuses.push(status)
  return { status: 201, body: statusShape(world, repository, status) }
}
