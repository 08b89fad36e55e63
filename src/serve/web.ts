// What answers over HTTP: webhooks, the API, pages, Git and the services behind the edge.
import { createLimits } from '../access/limits.ts'
import { createLive } from '../api/live/live.ts'
import { createHttpServer } from '../api/server.ts'
import { readiness } from '../disk.ts'
import { KyozoError } from '../errors.ts'
import { startSchedule } from '../queue/schedule.ts'
import { ledger } from '../serving/ledger.ts'
import { serviceOutput } from '../serving/service-output.ts'
import { instanceId } from '../store/instance.ts'
import { storeTraffic } from '../watch/measure.ts'
import type { Parts } from './parts.ts'
import type { Stop } from './stops.ts'

/** `credential` is what the processes of one instance know each other by. */
type WebParts = Parts & { readonly credential: string }

export async function startWeb({ kyozo, gates, access, edge, connections, teamId, credential }: WebParts, stops: Stop[]): Promise<void> {
  const { config, db, queue, mirrors, notifications, log } = kyozo
  const receiving = { db, queue, baseUrl: config.baseUrl, teamId }
  const live = createLive({ db, notifications, log })
  const leaving = new AbortController()
  const server = createHttpServer({
    live,
    gates,
    output: serviceOutput(kyozo),
    git: { ...receiving, mirrors, processId: kyozo.processId, notifications, log, leaving: leaving.signal },
    processGit: { mirrors, credential },
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
      disk: () => readiness(kyozo.disk),
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
  const schedule = startSchedule(
    [{ name: 'store traffic', expression: '*/15 * * * * *', run: () => storeTraffic(db, edge.takeTraffic(), config) }],
    log,
  )
  stops.push(async () => {
    leaving.abort()
    await schedule.stop()
    // Streams never end by themselves: they are ended first, and their clients come back to whoever serves then.
    await live.close().finally(() => closeServer(server))
  })
}

/** Requests under way get this long; a push that follows its release is told that it goes on without its audience. */
const closeMs = 2_000

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
