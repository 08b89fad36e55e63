// How one request goes through the double: recorded, judged, failed on purpose, limited, and only then answered.
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { allows, mayUse } from './access.ts'
import type { Manifests } from './apps.ts'
import { serveGit } from './git-http.ts'
import type { createLimiter } from './limits.ts'
import type { ApiRequest, Operation } from './openapi.ts'
import { isContent, perform } from './operations.ts'
import { tellOfPush } from './pushes.ts'
import type { Call, Fault, FaultAnswer, Repository } from './state.ts'
import { type Answer, failure, type World } from './world.ts'

export interface Service {
  readonly world: World
  readonly limit: ReturnType<typeof createLimiter>
  readonly manifests: Manifests
  readonly calls: Call[]
  readonly faults: (Fault & { left: number })[]
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

const apiPrefix = '/api/v3'
const knownVersions = ['2022-11-28', '2026-03-10']

export async function answerRest(service: Service, { request, response }: Exchange): Promise<void> {
  const url = new URL(request.url ?? '/', service.world.apiUrl)
  const path = url.pathname.slice(apiPrefix.length)
  const text = await textOf(request)
  const [body, isJson] = parsed(text)
  const apiRequest: ApiRequest = {
    method: request.method ?? 'GET',
    path: canonicalPath(service, path),
    query: url.searchParams,
    headers: request.headers,
    body,
  }
  const operation = service.world.openApi.match(apiRequest)
  const problems = problemsOf(service, apiRequest, operation)
  const call = record(service, { request, path, body, problems })
  const fault = await faultFor(service, call)
  if (fault?.kind === 'hang') return
  if (fault?.kind === 'reset') return void response.destroy()
  const answer =
    fault?.kind === 'status' ? faultAnswer(fault) : await workOf(service, { request, path, apiRequest, operation, isJson, problems })
  if (fault?.kind === 'lost') return void response.destroy()
  call.status = answer.status
  if (operation !== undefined && (fault === undefined || fault.kind === 'pass')) noteMistakes(service, operation, answer)
  const bytes = answer.body === undefined ? '' : JSON.stringify(answer.body)
  const etag = `"${createHash('sha256').update(bytes).digest('hex')}"`
  if (request.method === 'GET' && answer.status === 200 && request.headers['if-none-match'] === etag) {
    call.status = 304
    return void response.writeHead(304, { etag, ...answer.headers }).end()
  }
  response.writeHead(answer.status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(bytes),
    ...(request.method === 'GET' && answer.status === 200 ? { etag } : {}),
    ...answer.headers,
  })
  if (fault?.kind === 'truncate') response.write(bytes.slice(0, fault.bytes), () => response.destroy())
  else response.end(bytes)
}

interface Work {
  readonly request: IncomingMessage
  readonly path: string
  readonly apiRequest: ApiRequest
  readonly operation: Operation | undefined
  readonly isJson: boolean
  readonly problems: readonly string[]
}

async function workOf(service: Service, { request, path, apiRequest, operation, isJson, problems }: Work): Promise<Answer> {
  const { world } = service
  if (request.headers['user-agent'] === undefined) return failure(403, 'Request forbidden by administrative rules.')
  if (!isJson) return failure(400, 'Problems parsing JSON')
  if (operation === undefined) return failure(404, 'Not Found')
  const caller = world.access.callerOf(request.headers.authorization)
  const { headers, refusal } = service.limit(request.headers.authorization ?? 'anonymous', world.now(), isContent(operation))
  if (refusal) return { ...failure(refusal.status, refusal.message), headers: { ...headers, ...refusal.headers } }
  const moved = redirectOf(service, { path, method: request.method, query: apiRequest.query })
  if (moved !== undefined) return { ...moved, headers: { ...headers, ...moved.headers } }
  if (problems.length > 0) return { ...failure(422, `Invalid request.\n\n${problems.join('\n')}`), headers }
  const { owner, repo } = operation.params
  const repository = world.repositories.find(({ fullName }) => fullName.toLowerCase() === `${owner}/${repo}`.toLowerCase())
  const body = Object(apiRequest.body)
  const answer = await perform(world, { caller, operation, body, repository, path, query: apiRequest.query }, service.manifests)
  return { ...answer, headers: { ...headers, ...answer.headers } }
}

/** Git over HTTP at `/<owner>/<name>.git`, for whoever may read (or write) the repository. */
export async function answerGit(service: Service, { request, response }: Exchange): Promise<void> {
  const url = new URL(request.url ?? '/', service.world.apiUrl)
  const call = record(service, { request, path: url.pathname, body: undefined, problems: [] })
  const fault = await faultFor(service, call)
  if (fault?.kind === 'hang') return
  if (fault?.kind === 'reset' || fault?.kind === 'lost') return void response.destroy()
  if (fault?.kind === 'truncate') cutAfter(response, fault.bytes)
  if (fault?.kind === 'status') {
    call.status = fault.status
    return void response.writeHead(fault.status, { ...fault.headers }).end(String(fault.body ?? ''))
  }
  const [, fullName = '', path = ''] =
    /^\/([^/]+\/[^/]+?)(?:\.git)?(\/(?:info\/refs|git-upload-pack|git-receive-pack|HEAD))$/.exec(url.pathname) ?? []
  const { repositories } = service.world
  const repository =
    repositories.find((known) => known.fullName === fullName) ?? repositories.find((known) => known.formerNames.includes(fullName))
  const isWrite = path === '/git-receive-pack' || url.searchParams.get('service') === 'git-receive-pack'
  call.status = gitStatus(service, request, repository, isWrite)
  if (repository === undefined || call.status !== 200) {
    // GitHub asks for a password rather than say whether there is such a repository.
    const headers = call.status === 401 ? { 'www-authenticate': 'Basic realm="GitHub"' } : {}
    const words = call.status === 403 ? 'Write access to repository not granted.\n' : 'Repository not found.\n'
    return void response.writeHead(call.status, { 'content-type': 'text/plain', ...headers }).end(words)
  }
  if (repository.fullName !== fullName) {
    call.status = 301
    return void response.writeHead(301, { location: `/${repository.fullName}.git${path}${url.search}` }).end()
  }
  const before = path === '/git-receive-pack' ? await repository.git.branches() : undefined
  const onEnd =
    before === undefined
      ? () => undefined
      : () => service.world.later(() => tellOfPush(service.world, repository, { before, by: request.headers.authorization }))
  serveGit({ request, response, folder: repository.git.folder, path, query: url.search.slice(1), onEnd })
}

/** The page on which somebody makes an app of a manifest; saying yes on it is left out. */
export async function answerForm({ world, manifests }: Service, { request, response }: Exchange): Promise<void> {
  const url = new URL(request.url ?? '/', world.apiUrl)
  const form = new URLSearchParams(await textOf(request))
  const [manifest, isJson] = parsed(form.get('manifest') ?? '')
  const answer = isJson
    ? manifests.confirm(Object(manifest), { state: url.searchParams.get('state'), nowMs: world.now() })
    : { problems: ['The configuration does not appear to be a valid GitHub App manifest.'] }
  if ('location' in answer) response.writeHead(302, { location: answer.location }).end()
  else response.writeHead(422, { 'content-type': 'text/plain' }).end(`Invalid GitHub App configuration\n${answer.problems.join('\n')}\n`)
}

/** Whether it is for that page. */
export function isForm({ method, url = '/' }: IncomingMessage): boolean {
  return method === 'POST' && /^(?:\/organizations\/[^/?]+)?\/settings\/apps\/new(?:\?|$)/.test(url)
}

function gitStatus({ world }: Service, request: IncomingMessage, repository: Repository | undefined, isWrite: boolean): number {
  const caller = world.access.callerOf(request.headers.authorization)
  if (caller.kind === 'bad_credentials') return 401
  if (caller.kind !== 'token') return repository !== undefined && !repository.isPrivate && !isWrite ? 200 : 401
  if (repository === undefined || !mayUse(caller.grant, repository.id)) return 404
  return allows(caller.grant.permissions, 'contents', isWrite ? 'write' : 'read') ? 200 : 403
}

function cutAfter(response: ServerResponse, bytes: number): void {
  let left = bytes
  const write = response.write.bind(response) as (chunk: Buffer) => boolean
  response.write = ((chunk: Buffer) => {
    left -= chunk.length
    if (left > 0) return write(chunk)
    write(chunk.subarray(0, chunk.length + left))
    response.destroy()
    return false
  }) as typeof response.write
}

function problemsOf(service: Service, request: ApiRequest, operation: Operation | undefined): string[] {
  const version = request.headers['x-github-api-version']
  return [
    ...(operation === undefined ? ['GitHub documents no such operation'] : service.world.openApi.problems(operation, request)),
    ...(version === undefined || knownVersions.includes(String(version)) ? [] : [`there is no API version ${version}`]),
    ...(request.body === undefined || /^application\/json\b/.test(String(request.headers['content-type']))
      ? []
      : ['the body is not declared as JSON']),
    ...(/json|\*\/\*/.test(String(request.headers.accept)) ? [] : ['the answer is not accepted as JSON']),
  ]
}

/** `/repositories/<id>/…`, where redirects lead, is the same operation as under the repository's name. */
function canonicalPath(service: Service, path: string): string {
  const [, id, rest = ''] = /^\/repositories\/(\d+)(\/.*)?$/.exec(path) ?? []
  const repository = service.world.repositories.find((known) => known.id === Number(id))
  return repository === undefined ? path : `/repos/${repository.fullName}${rest}`
}

/** Unless somebody else has a repository of the old name by now. */
function redirectOf(
  { world }: Service,
  { path, method, query }: { readonly path: string; readonly method: string | undefined; readonly query: URLSearchParams },
): Answer | undefined {
  const [, fullName = '', rest = ''] = /^\/repos\/([^/]+\/[^/]+)(\/.*)?$/.exec(path) ?? []
  if (world.repositories.some((known) => known.fullName === fullName)) return undefined
  const repository = world.repositories.find(({ formerNames }) => formerNames.includes(fullName))
  if (repository === undefined) return undefined
  const location = `${world.apiUrl}/repositories/${repository.id}${rest}${query.size === 0 ? '' : `?${query}`}`
  return { ...failure(method === 'GET' ? 301 : 307, 'Moved Permanently', { url: location }), headers: { location } }
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

/** The double must not answer what GitHub would not: that would prove things about a host that does not exist. */
function noteMistakes({ world }: Service, operation: Operation, answer: Answer): void {
  for (const problem of world.openApi.answerProblems(operation, answer)) world.mistakes.push(`the answer to ${operation.id}: ${problem}`)
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
