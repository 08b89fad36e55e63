// A stand-in for GitLab with a memory: REST below /api/v4 as GitLab documents it, Git by Git's own server, webhooks as GitLab sends them.
// It refuses what GitLab refuses, and it can be told to fail.
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Access, createAccess } from './access.ts'
import { loadDescription } from './description.ts'
import { createLimiter, gitlabLimits, type Limits } from './limits.ts'
import { followBranch } from './merging.ts'
import type { World } from './operations.ts'
import { pushPayload } from './payloads.ts'
import { createProjectGit } from './project-git.ts'
import { type GitLabRepository, repositoryHandle } from './repository.ts'
import { answerGit, answerRest, apiPrefix, type Service } from './server.ts'
import type { Call, Fault, Project, User } from './state.ts'
import { tellHooks } from './webhooks.ts'

export interface GitLabOptions {
  /** Default is gitlab.com's own limits. */
  readonly limits?: Partial<Limits>
  /** Epoch milliseconds. Default is the machine's clock. */
  readonly now?: () => number
  /** Whether it is one from before 19.0. Default is that it is not. */
  readonly isOld?: boolean
}

export interface NewRepository {
  /** `group/subgroup/name`. */
  readonly fullName: string
  /** Default is `main`. */
  readonly defaultBranch?: string
  /** Default is public. */
  readonly isPrivate?: boolean
}

export interface GitLabDouble {
  /** For `KYOZO_GITLAB_API_URL`. */
  readonly apiUrl: string
  /** Where repositories are cloned from. */
  readonly webUrl: string
  readonly calls: readonly Call[]
  /** What GitLab's description has against any request or answer so far; a test expects none. */
  problems(): readonly string[]
  createRepository(repository: NewRepository): Promise<GitLabRepository>
  /** Somebody deleted it. */
  removeRepository(id: number): void
  readonly createUser: Access['createUser']
  readonly createToken: Access['createToken']
  readonly revoke: Access['revoke']
  /** Makes requests fail until the returned function is called, or as often as it says. The fault set last is met first. */
  fault(fault: Fault): () => void
  close(): Promise<void>
}

export async function startGitLab(options: GitLabOptions = {}): Promise<GitLabDouble> {
  const now = options.now ?? Date.now
  const folder = await mkdtemp(join(tmpdir(), 'kyozo-gitlab-'))
  const access = createAccess(now)
  const mona = access.createUser('mona')
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const webUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  let lastId = 100_000
  const world: World = {
    ...{ description: loadDescription(), access, webUrl, apiUrl: `${webUrl}${apiPrefix}`, now, projects: [] },
    limiter: createLimiter({ ...gitlabLimits, ...options.limits }),
    hasSigningTokens: !options.isOld,
    tellsWhenSent: !options.isOld,
    nextId: () => ++lastId,
  }
  const service: Service = {
    world,
    calls: [],
    mistakes: [],
    faults: [],
    pushed: (project, before) => tellPushed(world, project, before, mona),
  }
  listenTo(server, service)
  return {
    apiUrl: world.apiUrl,
    webUrl,
    calls: service.calls,
    problems: () => [
      ...service.calls.flatMap(({ method, path, problems }) => problems.map((problem) => `${method} ${path}: ${problem}`)),
      ...service.mistakes,
    ],
    createRepository: async (repository) => repositoryHandle(world, await createProject(world, repository, folder), mona),
    removeRepository(id) {
      const at = world.projects.findIndex((project) => project.id === id)
      if (at >= 0) forget(world, world.projects.splice(at, 1)[0]!)
    },
    createUser: access.createUser,
    createToken: access.createToken,
    revoke: access.revoke,
    fault(fault) {
      const entry = { ...fault, left: fault.times ?? Number.POSITIVE_INFINITY }
      service.faults.unshift(entry)
      return () => {
        entry.left = 0
      }
    },
    close: () => closeAll(server, folder),
  }
}

function listenTo(server: Server, service: Service): void {
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const answer = request.url?.startsWith(`${apiPrefix}/`) ? answerRest : answerGit
    answer(service, { request, response }).catch((error: Error) => {
      service.mistakes.push(`${request.method} ${request.url}: ${error.stack}`)
      response.destroy()
    })
  })
}

async function createProject(
  world: World,
  { fullName, defaultBranch = 'main', isPrivate = false }: NewRepository,
  folder: string,
): Promise<Project> {
  // Taken before anything is waited for, so that two made at once get two ids.
  const id = world.nextId()
  const git = await createProjectGit(join(folder, `${id}.git`), defaultBranch)
  const lists = { statuses: [], mergeRequests: [], environments: [], deployments: [], hooks: [], deliveries: [] }
  const project: Project = { id, path: fullName, defaultBranch, isPrivate, git, members: new Map(), ...lists }
  world.projects.push(project)
  return project
}

/** Merge requests from a fork stay when the fork goes. */
function forget(world: World, gone: Project): void {
  for (const merge of world.projects.flatMap(({ mergeRequests }) => mergeRequests)) if (merge.source === gone) merge.source = null
}

/** Somebody pushed by Git itself: webhooks are told as of any other push. */
async function tellPushed(world: World, project: Project, before: ReadonlyMap<string, string>, user: User): Promise<void> {
  const after = await project.git.refs('refs/')
  for (const ref of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(ref) ?? null, after.get(ref) ?? null]
    if (was === is || !/^refs\/(heads|tags)\//.test(ref)) continue
    const event = ref.startsWith('refs/tags/') ? 'tag_push_events' : 'push_events'
    await tellHooks(project, event, pushPayload(project, { ref, before: was, after: is, user }), world.now())
    if (ref.startsWith('refs/heads/')) await followBranch(world, project, ref.slice('refs/heads/'.length), user)
  }
}

async function closeAll(server: Server, folder: string): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}
