// The composition root: wires the parts, starts them, and stops them in reverse.

import { hostname } from 'node:os'
import path from 'node:path'
import type { Access, Credentials } from './access/access.ts'
import { createAccess } from './access/better-auth.ts'
import { createLimits } from './access/limits.ts'
import { createLive } from './api/live/live.ts'
import { createHttpServer } from './api/server.ts'
import type { Config } from './config.ts'
import { assertFreeSpace, type DataDir, lockDataDir } from './data-dir.ts'
import { createEdge, type Edge } from './edge/edge.ts'
import { createDockerEngine } from './engine/docker/docker-engine.ts'
import type { Engine } from './engine/engine.ts'
import { KyozoError } from './errors.ts'
import type { Connections } from './forge/connections.ts'
import { githubConnection } from './forge/github/connection.ts'
import { createMirrors } from './git/mirror.ts'
import { createLog, type Log } from './log.ts'
import type { Kyozo } from './pipeline/kyozo.ts'
import { openQueue } from './queue/queue.ts'
import { startSchedule } from './queue/schedule.ts'
import { secretKeys } from './secrets/keys.ts'
import { createVault } from './secrets/vault.ts'
import { edgeControl } from './serving/edge-control.ts'
import { greeting } from './serving/greeting.ts'
import { ledger } from './serving/ledger.ts'
import { startOutbox } from './serving/outbox.ts'
import { startResealing } from './serving/reseal.ts'
import { serviceOutput } from './serving/service-output.ts'
import { storedConnections } from './serving/stored-connections.ts'
import { startWorker } from './serving/worker.ts'
import { migrate, type OpenDatabase, openDatabase } from './store/database.ts'
import { startEmbeddedPostgres } from './store/embedded.ts'
import { defaultTeam, instanceId } from './store/instance.ts'
import { listen } from './store/notify.ts'
import { expireClaimsOf } from './store/outbox.ts'
import { checkKeys } from './store/sealing-keys.ts'
import { createToken, hasToken } from './store/tokens.ts'
import { loadTemplates } from './templates.ts'
import { storeTraffic } from './watch/measure.ts'

export interface Serving {
  /** The token made on the first run; undefined on every later one. */
  readonly firstToken: string | undefined
  /** The person made on the first run, with the password; undefined on every later one. */
  readonly firstPerson: Credentials | undefined
  close(): Promise<void>
}

/** Serves until SIGTERM or SIGINT, and says on standard output how to begin. */
export async function serve(config: Config): Promise<void> {
  const start = performance.now()
  const serving = await startServing(config)
  process.stdout.write(greeting(config, serving, performance.now() - start))
  const signal = await new Promise<string>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve(name))
  })
  process.stdout.write(`kyozo: ${signal}, stopping (services keep running)\n`)
  await serving.close()
  process.exit(0)
}

export async function startServing(config: Config): Promise<Serving> {
  const log = createLog(config.logLevel)
  const stops: Stop[] = []
  const close = async () => {
    for (const stop of stops.reverse()) await stop().catch((error: unknown) => log.warn({ error }, 'a part did not stop cleanly'))
  }
  try {
    const parts = await openParts(config, log, stops)
    if (config.role !== 'worker') await startWeb(parts, stops)
    if (config.role !== 'web') await startWork(parts, stops)
    return { firstToken: parts.firstToken, firstPerson: parts.firstPerson, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** What ends a part; run in reverse. */
type Stop = () => Promise<unknown>

interface Parts {
  readonly kyozo: Kyozo
  readonly access: Access
  readonly edge: Edge
  readonly connections: Connections
  readonly teamId: string
  readonly firstToken: string | undefined
  readonly firstPerson: Credentials | undefined
}

async function openParts(config: Config, log: Log, stops: Stop[]): Promise<Parts> {
  const dataDir = await lockDataDir(config.dataDir)
  stops.push(() => dataDir.unlock())
  const keys = await secretKeys(dataDir.path, { active: config.secretKey, older: config.oldSecretKeys })
  const vault = createVault(keys.active, keys.older)
  const { db, url } = await openStore(config, dataDir, stops)
  await checkKeys(db, vault)
  const teamId = await defaultTeam(db)
  const firstToken = await prepareTokens(db, teamId, config.adminToken)
  const access = createAccess({ db, key: keys.active, baseUrl: config.baseUrl, githubSignIn: config.githubSignIn, log })
  const firstPerson = await access.makeFirstPerson(teamId)
  const notifications = await listen(url)
  stops.push(() => notifications.close())
  const queue = await openQueue(url, log)
  stops.push(() => queue.close())
  const edge = createEdge({ log, baseDomain: config.baseDomain })
  const control = await edgeControl({ db, edge, notifications, config, log })
  stops.push(() => control.close())
  const instance = await instanceId(db)
  const own = config.github === undefined ? [] : [githubConnection(config.github)]
  const connections = await storedConnections({ own, db, vault, notifications, log })
  stops.push(() => connections.close())
  const kyozo: Kyozo = {
    config,
    instance,
    owner: `${hostname()} ${dataDir.key}`,
    db,
    queue,
    notifications,
    engine: openEngine(config, { instance, dataDir, log }),
    mirrors: createMirrors(path.join(dataDir.path, 'mirrors')),
    vault,
    templates: await loadTemplates(),
    log,
    edge: config.role === 'worker' ? undefined : control,
    connections,
  }
  return { kyozo, access, edge, connections, teamId, firstToken, firstPerson }
}

function openEngine(
  config: Config,
  { instance, dataDir, log }: { readonly instance: string; readonly dataDir: DataDir; readonly log: Log },
): Engine {
  const stacksDir = path.join(dataDir.path, 'stacks')
  return createDockerEngine({ instance, stacksDir, log, ...(config.dockerHost === undefined ? {} : { dockerHost: config.dockerHost }) })
}

async function startWeb({ kyozo, access, edge, connections, teamId }: Parts, stops: Stop[]): Promise<void> {
  const { config, db, queue, mirrors, notifications, log } = kyozo
  const receiving = { db, queue, baseUrl: config.baseUrl, teamId }
  const live = createLive({ db, notifications, log })
  const server = createHttpServer({
    live,
    output: serviceOutput(kyozo),
    git: { ...receiving, mirrors, notifications, log },
    webhooks: { connections: { find: async ({ forge, name }) => connections.find(forge, name) }, ledger: ledger(receiving), log },
    edge,
    log,
    access,
    vault: kyozo.vault,
    portRules: { ...config.portRange, reserved: new Map([[config.port, 'kyozo itself']]) },
    allowsPrivateForges: config.allowsPrivateForges,
    limits: createLimits({ db, apiRate: config.apiRate, webhookRate: config.webhookRate }),
    corsOrigins: config.corsOrigins,
    trustedProxies: config.trustedProxies,
    githubUrl: config.githubSignIn?.webUrl,
    readiness: {
      database: () => instanceId(db),
      queue: () => queue.check(),
      engine: () => kyozo.engine.check(),
      disk: () => assertFreeSpace(config.dataDir),
    },
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(config.port, config.host, resolve)).catch(
    (error: unknown) => {
      throw new KyozoError(
        'config_invalid',
        `cannot listen on ${config.host}:${config.port}: ${error instanceof Error ? error.message : String(error)}`,
        {
          hint: 'stop what listens there, or set KYOZO_PORT',
          cause: error,
        },
      )
    },
  )
  stops.push(() => closeServer(server))
  const schedule = startSchedule(
    [{ name: 'store traffic', expression: '*/15 * * * * *', run: () => storeTraffic(db, edge.takeTraffic(), config) }],
    log,
  )
  stops.push(() => schedule.stop())
  // Streams never end by themselves: they are ended first, and their clients come back to whoever serves then.
  stops.push(() => live.close())
}

async function startWork({ kyozo, connections }: Parts, stops: Stop[]): Promise<void> {
  const worker = await startWorker(kyozo)
  stops.push(() => worker.stop())
  // The data directory's lock is ours, so whoever made these claims has ended.
  await expireClaimsOf(kyozo.db, kyozo.owner)
  const outbox = startOutbox({ owner: kyozo.owner, db: kyozo.db, notifications: kyozo.notifications, connections, log: kyozo.log })
  stops.push(() => outbox.stop())
  const resealing = startResealing(kyozo)
  stops.push(() => resealing.stop())
}

async function openStore(config: Config, dataDir: DataDir, stops: Stop[]): Promise<OpenDatabase> {
  const embedded = config.databaseUrl === undefined ? await startEmbeddedPostgres(path.join(dataDir.path, 'postgres')) : undefined
  if (embedded) stops.push(() => embedded.close())
  const database = await openDatabase(config.databaseUrl ?? embedded!.url, 'kyozo')
  stops.push(() => database.close())
  await migrate(database.db)
  return database
}

const firstTokenName = 'first run'

/** The operator's token replaces what it was before; without one, the first run makes a token and shows it once. */
async function prepareTokens(db: OpenDatabase['db'], teamId: string, adminToken: string | undefined): Promise<string | undefined> {
  if (adminToken !== undefined) {
    await createToken(db, { teamId, name: 'admin', value: adminToken })
    return undefined
  }
  if (await hasToken(db, { teamId, name: firstTokenName })) return undefined
  return createToken(db, { teamId, name: firstTokenName })
}

/** Requests under way get this long; a push that follows its release may take longer, and goes on without its audience. */
const closeMs = 5_000

function closeServer(server: ReturnType<typeof createHttpServer>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), closeMs)
    server.close(() => {
      clearTimeout(timer)
      resolve()
    })
    server.closeIdleConnections()
  })
}
