// How one request goes through the double: recorded, judged, failed on purpose, and only then answered.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ApiRequest, Operation } from '../api-description.ts'
import { serveGit } from '../github/git-http.ts'
import type { Fault, FaultAnswer } from '../github/state.ts'
import { hasScope, mayDo } from './access.ts'
import { listRefs } from './git.ts'
import { afterPush, type World } from './life.ts'
import { type Answer, failure, notFound, perform } from './operations.ts'
import type { Call, Repository, User } from './state.ts'

export interface Service {
  readonly world: World
  readonly calls: Call[]
  /** Answers the double was about to give that Gitea could not. */
  readonly mistakes: string[]
  readonly faults: (Fault & { left: number })[]
}

export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

export const apiPrefix = '/api/v1'

export async function answerRest(service: Service, { request, response }: Exchange): Promise<void> {
  const url = new URL(request.url ?? '/', service.world.webUrl)
  const path = url.pathname.slice(apiPrefix.length)
  const [body, isJson] = parsed(await textOf(request))
  const apiRequest = { method: request.method ?? 'GET', path, query: url.searchParams, body }
  const operation = service.world.description.match(apiRequest)
  const problems = problemsOf(service, { request, apiRequest, operation })
  const call = record(service, { request, path, body, problems })
  const fault = await faultFor(service, call)
  if (fault?.kind === 'hang') return
  if (fault?.kind === 'reset') return void response.destroy()
  const answer = fault?.kind === 'status' ? faultAnswer(fault) : await workOf(service, { request, apiRequest, operation, isJson, problems })
  if (fault?.kind === 'lost') return void response.destroy()
  call.status = answer.status
  if (operation !== undefined && fault === undefined) noteMistakes(service, operation, answer)
  const bytes = answer.body === undefined ? '' : JSON.stringify(answer.body)
  response.writeHead(answer.status, { 'content-type': 'application/json;charset=utf-8', ...answer.headers })
  if (fault?.kind === 'truncate') response.write(bytes.slice(0, fault.bytes), () => response.destroy())
  else response.end(bytes)
}

interface Work {
  readonly request: IncomingMessage
  readonly apiRequest: ApiRequest
  readonly operation: Operation | undefined
  readonly isJson: boolean
  readonly problems: readonly string[]
}

async function workOf(service: Service, { request, apiRequest, operation, isJson, problems }: Work): Promise<Answer> {
  const { world } = service
  if (!isJson) return failure(422, 'invalid character')
  if (operation === undefined) return notFound()
  const { owner, repo, id } = operation.params
  const caller = world.access.callerOf(request.headers.authorization)
  const fullName = `${owner}/${repo}`
  const moved = caller.kind === 'bad_credentials' ? undefined : formerlyNamed(world, fullName)
  if (moved !== undefined) return redirectTo(moved, { fullName, url: request.url! })
  const repository =
    operation.id === 'repoGetByID'
      ? world.repositories.find((known) => known.id === Number(id))
      : world.repositories.find((known) => known.fullName.toLowerCase() === fullName.toLowerCase())
  const { method, query } = apiRequest
  return perform(world, { caller, operation, method, body: Object(apiRequest.body), problems, repository, query })
}

function formerlyNamed({ repositories }: World, fullName: string): Repository | undefined {
  if (repositories.some((known) => known.fullName.toLowerCase() === fullName.toLowerCase())) return undefined
  return repositories.find(({ formerNames }) => formerNames.includes(fullName))
}

/** Gitea leads to the same place below the new name, without a host. */
function redirectTo({ fullName }: Repository, from: { readonly fullName: string; readonly url: string }): Answer {
  return { status: 307, body: undefined, headers: { location: from.url.replace(`/${from.fullName}`, `/${fullName}`) } }
}

/** Git over HTTP at `/<owner>/<name>.git`, for whoever may read (or write) the repository. */
export async function answerGit(service: Service, { request, response }: Exchange): Promise<void> {
  const { world } = service
  const url = new URL(request.url ?? '/', world.webUrl)
  const call = record(service, { request, path: url.pathname, body: undefined, problems: [] })
  const fault = await faultFor(service, call)
  if (fault?.kind === 'hang') return
  if (fault !== undefined && fault.kind !== 'status') return void response.destroy()
  const [, fullName = '', path = ''] =
    /^\/([^/]+\/[^/]+?)(?:\.git)?(\/(?:info\/refs|git-upload-pack|git-receive-pack|HEAD))$/.exec(url.pathname) ?? []
  const moved = formerlyNamed(world, fullName)
  const repository = moved ?? world.repositories.find((known) => known.fullName === fullName)
  const isWrite = path === '/git-receive-pack' || url.searchParams.get('service') === 'git-receive-pack'
  const refusal = fault ?? (moved === undefined ? gitRefusal(world, { request, repository, isWrite }) : undefined)
  call.status = refusal?.status ?? (moved === undefined ? 200 : 307)
  if (refusal !== undefined)
    return void response.writeHead(refusal.status, { 'content-type': 'text/plain', ...refusal.headers }).end(String(refusal.body ?? ''))
  if (moved !== undefined) return void response.writeHead(307, { location: `/${moved.fullName}.git${path}${url.search}` }).end()
  if (isWrite && request.method === 'POST') await tellAfterwards(world, { request, response, repository: repository! })
  serveGit({ request, response, folder: repository!.git.folder, path, query: url.search.slice(1) })
}

async function tellAfterwards(
  world: World,
  { request, response, repository }: Exchange & { readonly repository: Repository },
): Promise<void> {
  const caller = world.access.callerOf(request.headers.authorization)
  const by: User = caller.kind === 'token' ? caller.user : repository.owner
  const before = await listRefs(repository.git.folder)
  world.later(new Promise((resolve) => response.on('close', resolve)).then(() => afterPush(world, repository, { before, by })))
}

interface GitAsked {
  readonly request: IncomingMessage
  readonly repository: Repository | undefined
  readonly isWrite: boolean
}

/** Newer servers let somebody who may only read come as far as their hook, which refuses as well. */
function gitRefusal(
  { access }: World,
  { request, repository, isWrite }: GitAsked,
): { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown } | undefined {
  const caller = access.callerOf(request.headers.authorization)
  const isPublicRead = repository !== undefined && !repository.isPrivate && !isWrite
  if (caller.kind === 'anonymous' && isPublicRead) return undefined
  if (caller.kind !== 'token') return { status: 401, headers: { 'www-authenticate': 'Basic realm="Gitea"' } }
  if (!isPublicRead && !hasScope(caller.scopes, isWrite ? 'write' : 'read', 'repository'))
    return { status: 403, body: 'token does not have required scope' }
  if (repository === undefined || !mayDo(repository, caller.user, 'read')) return { status: 404, body: 'Repository not found' }
  if (!isWrite) return undefined
  if (repository.isArchived) return { status: 403, body: 'This repo is archived.' }
  return mayDo(repository, caller.user, 'write') ? undefined : { status: 403, body: 'User permission denied for writing.' }
}

function problemsOf(
  { world }: Service,
  { request, apiRequest, operation }: Pick<Work, 'request' | 'apiRequest' | 'operation'>,
): readonly string[] {
  const { body } = apiRequest
  return [
    ...(operation === undefined ? ['Gitea documents no such operation'] : world.description.problems(operation, apiRequest)),
    ...(body === undefined || /^application\/json\b/.test(String(request.headers['content-type']))
      ? []
      : ['the body is not declared as JSON']),
  ]
}

function record(
  service: Service,
  { request, path, body, problems }: Pick<Call, 'path' | 'body' | 'problems'> & { request: IncomingMessage },
): Call {
  const { authorization } = request.headers
  const call: Call = { atMs: service.world.now(), method: request.method ?? 'GET', path, body, authorization, problems, status: null }
  service.calls.push(call)
  return call
}

async function faultFor(service: Service, { method, path }: Call): Promise<FaultAnswer | undefined> {
  const fault = service.faults.find((known) => known.left > 0 && (known.method ?? method) === method && known.path.test(path))
  if (fault === undefined) return undefined
  fault.left--
  fault.met?.()
  await fault.after
  return fault.answer
}

function faultAnswer({ status, headers, body }: FaultAnswer & { kind: 'status' }): Answer {
  return { status, body: body ?? { message: `made to fail with ${status}` }, ...(headers !== undefined && { headers }) }
}

/** The double must not answer what Gitea would not. Its description does not say what may be null, which much is. */
function noteMistakes({ world, mistakes }: Service, operation: Operation, { status, body }: Answer): void {
  const said = JSON.parse(JSON.stringify(body ?? null), (_, value) => (value === null ? undefined : value))
  for (const problem of world.description.answerProblems(operation, { status, body: said }))
    mistakes.push(`the answer to ${operation.id}: ${problem}`)
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function parsed(text: string): [unknown, boolean] {
  if (text === '') return [undefined, true]
  try {
    return [JSON.parse(text), true]
  } catch {
    return [undefined, false]
  }
}
