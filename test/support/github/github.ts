// A stand-in for GitHub with a memory: REST by GitHub's published description, Git by Git's own server, webhooks signed as GitHub signs them.
// It refuses what GitHub refuses, and it can be told to fail.
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAccess } from './access.ts'
import { createAccounts } from './accounts.ts'
import { createManifests } from './apps.ts'
import { createLimiter, githubLimits, type Limits } from './limits.ts'
import { loadOpenApi } from './openapi.ts'
import { createGitRepository } from './repositories.ts'
import { type GitHubRepository, repositoryHandle } from './repository.ts'
import { answerForm, answerGit, answerRest, isForm, type Service } from './server.ts'
import type { Account, Call, Fault, Hook, Repository } from './state.ts'
import type { World } from './world.ts'

export type { GitHubPullRequest } from './pull-requests.ts'
export type { GitHubRepository, Pushed } from './repository.ts'

export interface GitHubOptions {
  /** Default is GitHub's own limits. */
  readonly limits?: Partial<Limits>
  /** Epoch milliseconds. Default is the machine's clock. */
  readonly now?: () => number
}

export interface NewRepository {
  /** `owner/name`. */
  readonly fullName: string
  /** Default is `main`. */
  readonly defaultBranch?: string
  /** Default is public. */
  readonly isPrivate?: boolean
}

export interface GitHubDouble {
  /** For `KYOZO_GITHUB_API_URL`. */
  readonly apiUrl: string
  /** Where repositories are cloned from. */
  readonly webUrl: string
  readonly calls: readonly Call[]
  /** What GitHub's description has against any request, answer or webhook so far; a test expects none. */
  problems(): readonly string[]
  createRepository(repository: NewRepository): Promise<GitHubRepository>
  /** The webhooks that tell of a repository, to be cut off and mended. */
  hooksOf(repositoryId: number): readonly Hook[]
  /** Somebody, with the id that stays when the login changes. */
  person(login: string): Account
  renamePerson(login: string, to: string): void
  readonly createToken: World['access']['createToken']
  readonly createApp: World['access']['createApp']
  readonly revoke: World['access']['revoke']
  readonly revokeInstallationTokens: World['access']['revokeInstallationTokens']
  readonly setInstallation: World['access']['setInstallation']
  /** Somebody deleted it. Pull requests that came from it stay, and do not say from where. */
  removeRepository(id: number): void
  /** Makes requests fail until the returned function is called, or as often as it says. The fault set last is met first. */
  fault(fault: Fault): () => void
  close(): Promise<void>
}

/** Starts on a free port of the loopback interface. */
export async function startGitHub(options: GitHubOptions = {}): Promise<GitHubDouble> {
  const now = options.now ?? Date.now
  const folder = await mkdtemp(join(tmpdir(), 'kyozo-github-'))
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const webUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const underWay = new Set<Promise<unknown>>()
  const world = createWorld({ webUrl, now, underWay })
  const { access, accounts, repositories } = world
  const service: Service = {
    world,
    limit: createLimiter({ ...githubLimits, ...options.limits }),
    manifests: createManifests(),
    calls: [],
    faults: [],
  }
  listenTo(server, service)
  return {
    apiUrl: world.apiUrl,
    webUrl,
    calls: service.calls,
    problems: () => [
      ...service.calls.flatMap(({ method, path, problems }) => problems.map((problem) => `${method} ${path}: ${problem}`)),
      ...world.mistakes,
    ],
    createRepository: createRepositoriesIn(world, folder),
    hooksOf: (repositoryId) => repositories.find(({ id }) => id === repositoryId)?.hooks ?? [],
    person: accounts.named,
    renamePerson: accounts.rename,
    createToken: access.createToken,
    createApp: access.createApp,
    revoke: access.revoke,
    revokeInstallationTokens: access.revokeInstallationTokens,
    setInstallation: access.setInstallation,
    removeRepository: (id) => removeRepository(repositories, id),
    fault: (fault) => addFault(service, fault),
    async close() {
      server.closeAllConnections()
      const closed = new Promise((resolve) => server.close(resolve))
      while (underWay.size > 0) await Promise.all(underWay)
      await closed
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function addFault({ faults }: Service, fault: Fault): () => void {
  const entry = { ...fault, left: fault.times ?? Number.POSITIVE_INFINITY }
  faults.unshift(entry)
  return () => {
    entry.left = 0
  }
}

interface NewWorld {
  readonly webUrl: string
  readonly now: () => number
  readonly underWay: Set<Promise<unknown>>
}

function createWorld({ webUrl, now, underWay }: NewWorld): World {
  const accounts = createAccounts()
  const mistakes: string[] = []
  let lastId = 1_000_000
  return {
    openApi: loadOpenApi(),
    access: createAccess(now, accounts),
    accounts,
    apiUrl: `${webUrl}/api/v3`,
    webUrl,
    now,
    newId: () => ++lastId,
    repositories: [],
    mistakes,
    later(work) {
      const done = new Promise(setImmediate)
        .then(work)
        .catch((error: Error) => void mistakes.push(String(error.stack)))
        .finally(() => underWay.delete(done))
      underWay.add(done)
    },
  }
}

function listenTo(server: Server, service: Service): void {
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const answer = request.url?.startsWith('/api/v3/') ? answerRest : isForm(request) ? answerForm : answerGit
    answer(service, { request, response }).catch((error: Error) => {
      service.world.mistakes.push(`${request.method} ${request.url}: ${error.stack}`)
      response.destroy()
    })
  })
}

const firstRepositoryId = 100_001

function createRepositoriesIn(world: World, folder: string): (repository: NewRepository) => Promise<GitHubRepository> {
  let nextId = firstRepositoryId
  const create = async (
    { fullName, defaultBranch = 'main', isPrivate = false }: NewRepository,
    parent?: Repository,
  ): Promise<Repository> => {
    // Taken before anything is waited for, so that two made at once get two ids.
    const id = nextId++
    const git = await createGitRepository(join(folder, `${id}.git`), defaultBranch)
    const repository: Repository = { id, fullName, defaultBranch, isPrivate, git, parent, ...emptyRepository() }
    world.repositories.push(repository)
    return repository
  }
  const fork = async (parent: Repository, fullName: string) => {
    const copy = await create({ fullName, defaultBranch: parent.defaultBranch, isPrivate: parent.isPrivate }, parent)
    for (const [ref, sha] of await parent.git.branches()) await copy.git.take(parent.git, sha, ref)
    return copy
  }
  return async (repository) => repositoryHandle({ world, fork }, await create(repository))
}

function emptyRepository() {
  let changed: Promise<unknown> = Promise.resolve()
  const inOrder = <T>(change: () => Promise<T>): Promise<T> => {
    const done = changed.then(change)
    changed = done.catch(() => undefined)
    return done
  }
  return {
    formerNames: [],
    ...{ statuses: [], hooks: [], deliveries: [], comments: [], deployments: [], checkRuns: [], pulls: [], collaborators: [] },
    protectedBranches: new Set<string>(),
    lockedPulls: new Set<number>(),
    inOrder,
  }
}

function removeRepository(repositories: Repository[], id: number): void {
  const at = repositories.findIndex((repository) => repository.id === id)
  if (at < 0) return
  const [gone] = repositories.splice(at, 1)
  for (const pull of repositories.flatMap(({ pulls }) => pulls)) if (pull.headRepository === gone) pull.headRepository = undefined
}
