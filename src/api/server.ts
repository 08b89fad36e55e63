// The HTTP surface on one port: the edge answers for service names, everything else is kyozo's own. The order of the routes is the order of trust:
// what verifies bytes comes before anything that parses them.
import { createServer, type Server } from 'node:http'
import express, { type Request, type Response } from 'express'
import type { Access } from '../access/access.ts'
import type { Limits } from '../access/limits.ts'
import type { Edge } from '../edge/edge.ts'
import { KyozoError } from '../errors.ts'
import type { Gates } from '../gate.ts'
import type { Log } from '../log.ts'
import type { Queue } from '../queue/queue.ts'
import type { Vault } from '../secrets/vault.ts'
import type { PortRules } from '../stack/settings/ports.ts'
import { answerError } from './answer-error.ts'
import { authRouter } from './auth-routes.ts'
import { identify } from './authenticate.ts'
import { cors } from './cors.ts'
import { type GitHttpContext, gitRouter } from './git-http.ts'
import { graphqlRouter } from './graphql/router.ts'
import { apiRouter } from './jsonapi/router.ts'
import type { Live } from './live/live.ts'
import { deviceRouter } from './pages/device.ts'
import { githubAppRouter } from './pages/github-app.ts'
import { invitationRouter } from './pages/invitation.ts'
import { loginRouter } from './pages/login.ts'
import { stylesheet } from './pages/page.ts'
import { type ProcessGitContext, processGitRouter } from './process-git.ts'
import { createMeasures } from './prometheus.ts'
import { pullRequestPageRouter } from './pull-request-page.ts'
import { releasePageRouter } from './release-page.ts'
import { requireKnownHost } from './same-origin.ts'
import { securityHeaders } from './security-headers.ts'
import type { ServiceOutput } from './service-output.ts'
import { streamRouter } from './streams.ts'
import { type WebhookOptions, webhookRouter } from './webhooks.ts'

/** A part that must work for kyozo to be ready; the promise rejects with the reason when it does not. What works with a warning has `words`. */
export type ReadinessCheck = () => Promise<unknown>

export interface ServerContext {
  readonly git: GitHttpContext & { readonly queue: Queue }
  readonly processGit: ProcessGitContext
  readonly vault: Vault
  /** Which ports of the machine may be given away. */
  readonly portRules: PortRules
  /** Whether teams may connect Git hosts on this machine's own networks. */
  readonly allowsPrivateForges: boolean
  readonly webhooks: WebhookOptions
  /** The ways to what is outside. */
  readonly gates: Gates
  readonly live: Live
  readonly output: ServiceOutput
  readonly edge: Edge
  readonly log: Log
  readonly readiness: Readonly<Record<string, ReadinessCheck>>
  readonly access: Access
  readonly limits: Limits
  /** Origins whose web pages may call the API. */
  readonly corsOrigins: readonly string[]
  /** Addresses whose word about the client's address is taken. */
  readonly trustedProxies: readonly string[]
  /** Where people are sent to sign in with GitHub; undefined when they are not. */
  readonly githubUrl: string | undefined
}

/** Longer than any proxy in front keeps a connection, so that it is never this side that closes one in use. */
const keepAliveMs = 75_000
const headersMs = 30_000
const readinessMs = 3_000

export function createHttpServer(context: ServerContext): Server {
  const app = createApp(context)
  const server = createServer(
    { keepAliveTimeout: keepAliveMs, headersTimeout: headersMs, requestTimeout: 0, shouldUpgradeCallback: context.edge.shouldUpgrade },
    (request, response) => {
      if (context.edge.handle(request, response)) return
      app(request, response)
    },
  )
  server.on('upgrade', (request, socket, head) => {
    if (context.edge.upgrade(request, socket, head)) return
    socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n')
  })
  return server
}

function createApp(context: ServerContext): express.Express {
  const { git, log, limits } = context
  const auth = { access: context.access, limits, baseUrl: git.baseUrl }
  const who = identify({ db: git.db, access: context.access, limits })
  const app = express()
  app.disable('x-powered-by')
  app.set('query parser', 'simple')
  app.set('trust proxy', [...context.trustedProxies])
  const measures = createMeasures(git.db, { operatorTeam: git.teamId, gates: context.gates })
  app.use(measures.observe)
  app.use('/webhooks', webhookRouter({ ...context.webhooks, admit: (sender) => limits.webhook(sender), onRefused: measures.refused }))
  app.use('/processes/git', processGitRouter(context.processGit), answerError('text', log))
  app.use('/git', who, gitRouter(git), answerError('text', log))
  app.use(securityHeaders({ baseUrl: git.baseUrl, githubUrl: context.githubUrl }))
  app.get(['/livez', '/healthz'], (_request: Request, response: Response) => void response.type('text/plain').send('ok\n'))
  app.get('/readyz', async (_request: Request, response: Response) => {
    const parts = await Promise.all(Object.entries(context.readiness).map(async ([name, check]) => [name, await stateOf(check)] as const))
    const isReady = parts.every(([, { isOk }]) => isOk)
    response.status(isReady ? 200 : 503).json(Object.fromEntries(parts.map(([name, { words }]) => [name, words])))
  })
  app.use('/metrics', measures.router)
  app.use(requireKnownHost(git.baseUrl))
  app.use('/api/auth', authRouter(auth), answerError('jsonapi', log))
  app.use('/api/v1', cors(context.corsOrigins), who, answerError('jsonapi', log))
  const origins = [new URL(git.baseUrl).origin, ...context.corsOrigins]
  app.use('/api/v1', streamRouter({ db: git.db, live: context.live, output: context.output, log, origins }), answerError('jsonapi', log))
  const { vault, access, allowsPrivateForges, portRules } = context
  const acting = { db: git.db, baseUrl: git.baseUrl, queue: git.queue, vault, access, allowsPrivateForges, portRules }
  app.use('/api/v1', apiRouter({ ...acting, gates: context.gates }), answerError('jsonapi', log))
  app.use('/graphql', cors(context.corsOrigins), who, graphqlRouter({ acting, live: context.live, log }), answerError('graphql', log))
  app.get('/assets/page.css', (_request, response) => void response.set('Cache-Control', 'max-age=600').type('css').send(stylesheet))
  app.use(loginRouter(auth), deviceRouter(auth), githubAppRouter({ ...auth, db: git.db, vault, allowsPrivateForges }))
  app.use('/invitations', invitationRouter({ ...auth, db: git.db }))
  app.use('/releases', who, releasePageRouter(git.db))
  app.use('/pull-requests', who, pullRequestPageRouter(git.db))
  app.use((request: Request) => {
    throw new KyozoError('not_found', `kyozo answers nothing at ${request.path.slice(0, 200)}`, {
      hint: 'the API is below /api/v1, repositories are below /git',
    })
  })
  app.use(answerError('text', log))
  return app
}

interface PartState {
  readonly isOk: boolean
  readonly words: string
}

async function stateOf(check: ReadinessCheck): Promise<PartState> {
  const late = new Promise<PartState>((resolve) =>
    setTimeout(() => resolve({ isOk: false, words: `no answer within ${readinessMs / 1000} s` }), readinessMs).unref(),
  )
  const answer = check().then(
    (found) => ({ isOk: true, words: String((found as { words?: string } | null | undefined)?.words ?? 'ok') }),
    (error: unknown) => ({ isOk: false, words: error instanceof KyozoError ? error.message : 'failed' }),
  )
  return Promise.race([answer, late])
}
