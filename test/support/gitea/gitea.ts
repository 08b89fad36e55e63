// A stand-in for Gitea and Forgejo with a memory: REST by Gitea's published description, Git by Git's own server, webhooks signed as Gitea signs them.
// It refuses what Gitea refuses, and it can be told to fail.
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApiDescription } from '../api-description.ts'
import type { Fault } from '../github/state.ts'
import { unchecked } from '../unchecked.ts'
import { createAccess, type NewToken } from './access.ts'
import type { World } from './life.ts'
import { createRepository, type GiteaRepository, type NewRepository } from './repositories.ts'
import { answerGit, answerRest, apiPrefix, type Service } from './server.ts'
import type { Call, Flavour, User } from './state.ts'

export type { Pushed } from './life.ts'
export type { GiteaPullRequest } from './pull-requests.ts'
export type { GiteaRepository } from './repositories.ts'

export interface GiteaOptions {
  /** Default is the newest Gitea. */
  readonly flavour?: Flavour
  /** Epoch milliseconds. Default is the machine's clock. */
  readonly now?: () => number
}

export interface GiteaDouble {
  /** For `KYOZO_GITEA_API_URL`; so is `webUrl`. */
  readonly apiUrl: string
  /** Where repositories are cloned from. */
  readonly webUrl: string
  readonly calls: readonly Call[]
  /** What Gitea's description has against any request or answer so far; a test expects none. */
  problems(): readonly string[]
  createRepository(repository: NewRepository): Promise<GiteaRepository>
  /** A person; the same for the same login. */
  user(login: string): User
  createToken(token?: NewToken): string
  revoke(token: string): void
  /** Somebody deleted it. */
  removeRepository(id: number): void
  /** Makes requests fail until the returned function is called, or as often as it says. The fault set last is met first. */
  fault(fault: Fault): () => void
  /** Webhooks that follow from requests are sent when those are answered: waits until all are. */
  idle(): Promise<void>
  close(): Promise<void>
}

const descriptionFile = new URL('../../../fixtures/api/gitea.json', import.meta.url)

/** Starts on a free port of the loopback interface. */
export async function startGitea({ flavour = 'gitea', now = Date.now }: GiteaOptions = {}): Promise<GiteaDouble> {
  const folder = await mkdtemp(join(tmpdir(), 'kyozo-gitea-'))
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const webUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  unchecked.add(webUrl)
  const underWay = new Set<Promise<unknown>>()
  const service: Service = { world: createWorld({ flavour, now, webUrl }, underWay), calls: [], mistakes: [], faults: [] }
  const { world } = service
  listenTo(server, service)
  return {
    apiUrl: `${webUrl}${apiPrefix}`,
    webUrl,
    calls: service.calls,
    problems: () => [
      ...service.calls.flatMap(({ method, path, problems }) => problems.map((problem) => `${method} ${path}: ${problem}`)),
      ...service.mistakes,
    ],
    createRepository: (repository) => createRepository(world, folder, repository),
    user: (login) => world.access.user(login),
    createToken: world.access.createToken,
    revoke: world.access.revoke,
    removeRepository: (id) => removeRepository(world, id),
    fault(fault) {
      const entry = { ...fault, left: fault.times ?? Number.POSITIVE_INFINITY }
      service.faults.unshift(entry)
      return () => {
        entry.left = 0
      }
    },
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay)
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      // What follows a push reads the repository.
      while (underWay.size > 0) await Promise.allSettled(underWay)
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function createWorld(sender: { flavour: Flavour; now: () => number; webUrl: string }, underWay: Set<Promise<unknown>>): World {
  let lastId = 100_000
  return {
    ...sender,
    description: createApiDescription(JSON.parse(readFileSync(descriptionFile, 'utf8'))),
    access: createAccess(sender.now),
    repositories: [],
    nextId: () => ++lastId,
    later(work) {
      const kept: Promise<unknown> = work.finally(() => underWay.delete(kept))
      underWay.add(kept)
    },
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

function removeRepository({ repositories }: World, id: number): void {
  const at = repositories.findIndex((repository) => repository.id === id)
  const [gone] = at < 0 ? [] : repositories.splice(at, 1)
  for (const { pullRequests } of repositories) for (const pull of pullRequests) if (pull.head === gone) pull.head = undefined
}
