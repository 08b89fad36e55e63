// How one request goes through the double: recorded, judged, failed on purpose, limited, and only then answered.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ApiRequest, Operation } from '../api-description.ts'
import { serveGit } from '../github/git-http.ts'
import { mayRead, roleIn, type Scope } from './access.ts'
import { type Answer, failure, perform, type World } from './operations.ts'
import type { Call, Fault, FaultAnswer, Project } from './state.ts'

export interface Service {
  readonly world: World
  readonly calls: Call[]
  /** Answers the double was about to give that GitLab could not. */
  readonly mistakes: string[]
  readonly faults: (Fault & { left: number })[]
  /** Told after somebody pushed by Git: refs and what they pointed at before. */
  readonly pushed: (project: Project, before: ReadonlyMap<string, string>) => Promise<unknown>
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

export const apiPrefix = '/api/v4'

export async function answerRest(service: Service, { request, response }: Exchange): Promise<void> {
  const url = new URL(request.url ?? '/', service.world.apiUrl)
  const path = url.pathname.slice(apiPrefix.length)
  const [body, isJson] = parsed(await textOf(request))
  const apiRequest: ApiRequest = { method: request.method ?? 'GET', path, query: url.searchParams, body }
  const operation = service.world.description.match(apiRequest)
  const problems = problemsOf(service, { request, apiRequest, operation })
  const call = record(service, { request, path, body, problems })
  const fault = faultFor(service, call)
  if (fault?.kind === 'hang') return
  if (fault?.kind === 'reset') return void response.destroy()
  const answer = fault?.kind === 'status' ? faultAnswer(fault) : await workOf(service, { request, apiRequest, operation, isJson, problems })
  if (fault?.kind === 'lost') return void response.destroy()
  call.status = answer.status
  if (operation !== undefined && fault === undefined) noteMistakes(service, operation, answer)
  const isText = typeof answer.body === 'string'
  const bytes = isText ? (answer.body as string) : JSON.stringify(answer.body ?? null)
  response.writeHead(answer.status, { 'content-type': isText ? 'text/plain' : 'application/json', ...answer.headers }).end(bytes)
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
  const { authorization } = request.headers
  const { headers, isOver } = world.limiter.request(authorization ?? 'anonymous', world.now())
  if (isOver) return { status: 429, body: 'Retry later\n', headers }
  if (!isJson) return { status: 400, body: { error: 'The request body is not valid JSON' }, headers }
  if (operation === undefined) return { status: 404, body: { error: '404 Not Found' }, headers }
  if (problems.length > 0) return { status: 400, body: { error: problems.join('; ') }, headers }
  const { path, query, body } = apiRequest
  const answer = await perform(world, { caller: world.access.callerOf(authorization), operation, path, query, body: Object(body) })
  return { ...answer, headers: { ...headers, ...answer.headers } }
}

const gitPath = /^\/(.+?)(?:\.git)?(\/(?:info\/refs|git-upload-pack|git-receive-pack|HEAD))$/

/** Git over HTTP at `/<group>/…/<name>.git`, for whoever may read (or write) the project. */
export async function answerGit(service: Service, { request, response }: Exchange): Promise<void> {
  const { world } = service
  const url = new URL(request.url ?? '/', world.apiUrl)
  const call = record(service, { request, path: url.pathname, body: undefined, problems: [] })
  const fault = faultFor(service, call)
  if (fault?.kind === 'hang') return
  if (fault?.kind === 'reset' || fault?.kind === 'lost') return void response.destroy()
  if (fault?.kind === 'status') {
    call.status = fault.status
    return void response.writeHead(fault.status, { ...fault.headers }).end(String(fault.body ?? ''))
  }
  const [, fullPath = '', path = ''] = gitPath.exec(url.pathname) ?? []
  const project = world.projects.find((known) => known.path === fullPath)
  const isWrite = path === '/git-receive-pack' || url.searchParams.get('service') === 'git-receive-pack'
  const refusal = gitRefusal(world, { authorization: request.headers.authorization, project, isWrite })
  call.status = refusal?.status ?? 200
  if (project === undefined || refusal !== undefined) {
    const headers = refusal?.status === 401 ? { 'www-authenticate': 'Basic realm="GitLab"' } : {}
    return void response.writeHead(refusal?.status ?? 404, { 'content-type': 'text/plain', ...headers }).end(refusal?.words ?? '')
  }
  if (path === '/git-receive-pack') {
    const before = await project.git.refs('refs/')
    const note = (error: Error) => service.mistakes.push(`after a push to ${fullPath}: ${error.stack}`)
    response.on('close', () => void service.pushed(project, before).catch(note))
  }
  serveGit({ request, response, folder: project.git.folder, path, query: url.search.slice(1) })
}

interface GitAccess {
  readonly authorization: string | undefined
  readonly project: Project | undefined
  readonly isWrite: boolean
}

const notThere = 'The project you were looking for could not be found or you don’t have permission to view it.\n'

function gitRefusal({ access }: World, { authorization, project, isWrite }: GitAccess) {
  const caller = access.callerOf(authorization)
  if (caller.kind === 'refused') return { status: 401, words: 'HTTP Basic: Access denied.\n' }
  if (caller.kind === 'anonymous')
    return project !== undefined && !project.isPrivate && !isWrite ? undefined : { status: 401, words: 'HTTP Basic: Access denied.\n' }
  if (project === undefined || !mayRead(caller, project)) return { status: 404, words: notThere }
  const { scopes } = caller.grant
  const reading: readonly Scope[] = ['api', 'read_api', 'read_repository', 'write_repository']
  const writing: readonly Scope[] = ['api', 'write_repository']
  if (!scopes.some((scope) => reading.includes(scope))) return { status: 403, words: 'You are not allowed to download code.\n' }
  if (!isWrite) return undefined
  if (!scopes.some((scope) => writing.includes(scope))) return { status: 403, words: 'You are not allowed to upload code.\n' }
  return roleIn(caller, project) >= 30 ? undefined : { status: 403, words: 'You are not allowed to push code to this project.\n' }
}

interface Judged {
  readonly request: IncomingMessage
  readonly apiRequest: ApiRequest
  readonly operation: Operation | undefined
}

function problemsOf({ world }: Service, { request, apiRequest, operation }: Judged): string[] {
  const isJson = apiRequest.body === undefined || /^application\/json\b/.test(String(request.headers['content-type']))
  return [
    ...(operation === undefined ? ['GitLab documents no such operation'] : world.description.problems(operation, apiRequest)),
    ...(isJson ? [] : ['the body is not declared as JSON']),
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

function faultFor(service: Service, { method, path }: Call): FaultAnswer | undefined {
  const fault = service.faults.find((known) => known.left > 0 && (known.method ?? method) === method && known.path.test(path))
  if (fault === undefined) return undefined
  fault.left--
  return fault.answer
}

function faultAnswer({ status, headers, body }: FaultAnswer & { kind: 'status' }): Answer {
  return {
    ...failure(status, `made to fail with ${status}`),
    ...(body === undefined ? {} : { body }),
    ...(headers !== undefined && { headers }),
  }
}

/** The double must not answer what GitLab would not: that would prove things about a host that does not exist. */
function noteMistakes({ world, mistakes }: Service, operation: Operation, answer: Answer): void {
  for (const problem of world.description.answerProblems(operation, answer)) mistakes.push(`the answer to ${operation.id}: ${problem}`)
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
