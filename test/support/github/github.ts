// A stand-in for GitHub with a memory: REST by GitHub's published description, Git by Git's own server, webhooks signed as GitHub signs them.
// It refuses what GitHub refuses, and it can be told to fail.
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type App, createAccess } from './access.ts'
import { createLimiter, githubLimits, type Limits } from './limits.ts'
import { loadOpenApi } from './openapi.ts'
import { newestPerContext, type World } from './operations.ts'
import { type Change, createGitRepository } from './repositories.ts'
import { answerGit, answerRest, type Service } from './server.ts'
import type { Call, Fault, Hook, Repository, StoredDelivery, StoredStatus } from './state.ts'
import { deliver, payloadOf, pushPayload } from './webhooks.ts'

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

export interface Push {
  /** Default is the default branch. */
  readonly branch?: string
  readonly change: Change
  readonly message?: string
  /** Where the new commit starts from; another than the tip makes it a forced push. Default is the tip. */
  readonly parent?: string | null
}

export interface Pushed {
  readonly sha: string
  /** One a hook, in the order of the hooks. */
  readonly deliveries: readonly StoredDelivery[]
}

export interface GitHubRepository {
  readonly id: number
  readonly fullName: string
  readonly cloneUrl: string
  /** Commits, moves the branch and tells the hooks. */
  push(push: Push): Promise<Pushed>
  /** A push of commits that the repository has already. */
  moveTo(branch: string, sha: string): Promise<Pushed>
  deleteBranch(branch: string): Promise<readonly StoredDelivery[]>
  tag(name: string, sha: string): Promise<readonly StoredDelivery[]>
  tip(branch: string): Promise<string | undefined>
  /** With an app, it is the app's webhook that tells of this repository. */
  addHook(hook: { url: string; secret: string; contentType?: Hook['contentType']; app?: App }): Hook
  /** Sends any recorded event to every hook. */
  send(event: string, changes?: Record<string, unknown>): Promise<readonly StoredDelivery[]>
  redeliver(delivery: StoredDelivery): Promise<StoredDelivery>
  /** Every status ever posted for a commit, oldest first. */
  statuses(sha: string): readonly StoredStatus[]
  /** What GitHub shows beside the commit: the newest status of each context. */
  shown(sha: string): Readonly<Record<string, { readonly state: StoredStatus['state']; readonly description: string | null }>>
  /** From now on the old name is redirected. */
  /** Another branch becomes the default one; nothing is sent of it. */
  setDefaultBranch(branch: string): void
  rename(fullName: string): void
}

export interface GitHubDouble {
  /** For `KYOZO_GITHUB_API_URL`. */
  readonly apiUrl: string
  /** Where repositories are cloned from. */
  readonly webUrl: string
  readonly calls: readonly Call[]
  /** What GitHub's description has against any request or answer so far; a test expects none. */
  problems(): readonly string[]
  createRepository(repository: NewRepository): Promise<GitHubRepository>
  /** The webhooks that tell of a repository, to be cut off and mended. */
  hooksOf(repositoryId: number): readonly Hook[]
  readonly createToken: World['access']['createToken']
  readonly createApp: World['access']['createApp']
  readonly revoke: World['access']['revoke']
  readonly revokeInstallationTokens: World['access']['revokeInstallationTokens']
  readonly setInstallation: World['access']['setInstallation']
  /** Somebody deleted it. */
  removeRepository(id: number): void
  /** Makes requests fail until the returned function is called, or as often as it says. The fault set last is met first. */
  fault(fault: Fault): () => void
  close(): Promise<void>
}

/** Starts on a free port of the loopback interface. */
export async function startGitHub(options: GitHubOptions = {}): Promise<GitHubDouble> {
  const now = options.now ?? Date.now
  const folder = await mkdtemp(join(tmpdir(), 'kyozo-github-'))
  const access = createAccess(now)
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const webUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const apiUrl = `${webUrl}/api/v3`
  const service: Service = {
    world: { openApi: loadOpenApi(), access, apiUrl, now },
    limit: createLimiter({ ...githubLimits, ...options.limits }),
    repositories: [],
    nextId: 100_001,
    calls: [],
    mistakes: [],
    faults: [],
  }
  listenTo(server, service)
  return {
    apiUrl,
    webUrl,
    calls: service.calls,
    problems: () => [
      ...service.calls.flatMap(({ method, path, problems }) => problems.map((problem) => `${method} ${path}: ${problem}`)),
      ...service.mistakes,
    ],
    createRepository: (repository) => createRepository(service, { repository, folder, webUrl }),
    hooksOf: (repositoryId) => service.repositories.find(({ id }) => id === repositoryId)?.hooks ?? [],
    createToken: access.createToken,
    createApp: access.createApp,
    revoke: access.revoke,
    revokeInstallationTokens: access.revokeInstallationTokens,
    setInstallation: access.setInstallation,
    removeRepository(id) {
      const at = service.repositories.findIndex((repository) => repository.id === id)
      if (at >= 0) service.repositories.splice(at, 1)
    },
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
    const answer = request.url?.startsWith('/api/v3/') ? answerRest : answerGit
    answer(service, { request, response }).catch((error: Error) => {
      service.mistakes.push(`${request.method} ${request.url}: ${error.stack}`)
      response.destroy()
    })
  })
}

interface Place {
  readonly repository: NewRepository
  readonly folder: string
  readonly webUrl: string
}

async function createRepository(service: Service, { repository: wanted, folder, webUrl }: Place): Promise<GitHubRepository> {
  const { fullName, defaultBranch = 'main', isPrivate = false } = wanted
  // Taken before anything is waited for, so that two made at once get two ids.
  const id = service.nextId++
  const git = await createGitRepository(join(folder, `${id}.git`), defaultBranch)
  const repository: Repository = { id, fullName, formerNames: [], defaultBranch, isPrivate, git, statuses: [], hooks: [], deliveries: [] }
  service.repositories.push(repository)
  return repositoryHandle(repository, service.world, webUrl)
}

function repositoryHandle(repository: Repository, { now }: World, webUrl: string): GitHubRepository {
  const { git } = repository
  const send = (event: string, payload: unknown) => deliverToAll(repository, { event, payload, nowMs: now() })
  let changed: Promise<unknown> = Promise.resolve()
  /** The repository changes once at a time, in the order of the pushes; what is told of them may arrive in another. */
  const inOrder = <T>(change: () => Promise<T>): Promise<T> => {
    const done = changed.then(change)
    changed = done.catch(() => undefined)
    return done
  }
  /** Gives what the ref was before. */
  const setRef = (ref: string, sha: string | null) =>
    inOrder(async () => {
      const before = (await git.tip(ref)) ?? null
      await git.setRef(ref, sha)
      return before
    })
  return {
    id: repository.id,
    get fullName() {
      return repository.fullName
    },
    get cloneUrl() {
      return `${webUrl}/${repository.fullName}.git`
    },
    async push({ branch = repository.defaultBranch, change, message = 'Change things', parent }) {
      const ref = `refs/heads/${branch}`
      const { before, sha, isForced } = await inOrder(async () => {
        const before = (await git.tip(ref)) ?? null
        const sha = await git.commit({ branch, change, message, ...(parent !== undefined && { parent }) })
        return { before, sha, isForced: before !== null && !(await git.contains(sha, before)) }
      })
      return { sha, deliveries: await send('push', pushPayload(repository, { ref, before, after: sha, isForced })) }
    },
    async moveTo(branch, sha) {
      const ref = `refs/heads/${branch}`
      const before = await setRef(ref, sha)
      return { sha, deliveries: await send('push', pushPayload(repository, { ref, before, after: sha, isForced: false })) }
    },
    async deleteBranch(branch) {
      const ref = `refs/heads/${branch}`
      const before = await setRef(ref, null)
      return send('push', pushPayload(repository, { ref, before, after: null, isForced: false }))
    },
    async tag(name, sha) {
      await inOrder(() => git.setRef(`refs/tags/${name}`, sha))
      return send('push', pushPayload(repository, { ref: `refs/tags/${name}`, before: null, after: sha, isForced: false }))
    },
    tip: (branch) => git.tip(`refs/heads/${branch}`),
    ...hookMethods(repository, now),
    statuses: (sha) => repository.statuses.filter((status) => status.sha === sha),
    shown: (sha) =>
      Object.fromEntries(newestPerContext(repository, sha).map(({ context, state, description }) => [context, { state, description }])),
    setDefaultBranch(branch) {
      repository.defaultBranch = branch
    },
    rename(fullName) {
      repository.formerNames.push(repository.fullName)
      repository.fullName = fullName
    },
  }
}

function hookMethods(repository: Repository, now: () => number): Pick<GitHubRepository, 'addHook' | 'send' | 'redeliver'> {
  return {
    addHook({ url, secret, contentType = 'json', app }) {
      const id = 500 + repository.hooks.length
      const hook: Hook = { id, url, secret, contentType, appId: app?.appId, isUnreachable: false }
      repository.hooks.push(hook)
      return hook
    },
    send: (event, changes) => deliverToAll(repository, { event, payload: payloadOf(event, repository, changes), nowMs: now() }),
    redeliver(delivery) {
      const hook = repository.hooks.find(({ id }) => id === delivery.hookId)
      if (hook === undefined) throw new Error('the hook of that delivery is gone')
      return deliver(repository, { hook, event: delivery.event, payload: delivery.payload, guid: delivery.guid, nowMs: now() })
    },
  }
}

async function deliverToAll(
  repository: Repository,
  message: { event: string; payload: unknown; nowMs: number },
): Promise<StoredDelivery[]> {
  const deliveries: StoredDelivery[] = []
  // One event has one id, however many webhooks tell of it.
  const guid = randomUUID()
  for (const hook of repository.hooks) deliveries.push(await deliver(repository, { hook, guid, ...message }))
  return deliveries
}

async function closeAll(server: Server, folder: string): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}
