// Keeps the edge's table equal to the routes in the database, whichever process wrote them.
import type { Config } from '../config.ts'
import type { Edge } from '../edge/edge.ts'
import { type Route, serviceHost } from '../edge/routes.ts'
import type { Log } from '../log.ts'
import type { EdgeControl } from '../pipeline/kyozo.ts'
import type { Database, Executor } from '../store/database.ts'
import type { Notifications } from '../store/notify.ts'
import { listRoutes, routedServices } from '../store/routes.ts'

export interface EdgeControlParts {
  readonly db: Database
  readonly edge: Edge
  readonly notifications: Notifications
  readonly config: Config
  readonly log: Log
}

export async function edgeControl(parts: EdgeControlParts): Promise<EdgeControl & { close(): Promise<void> }> {
  let begun = 0
  let applied = 0
  const refresh = async (db: Executor = parts.db) => {
    const mine = ++begun
    const routes = await currentRoutes(db, parts.config)
    // One that began later has read what is newer.
    if (mine < applied) return
    applied = mine
    parts.edge.setRoutes(routes)
  }
  await refresh()
  const off = parts.notifications.on('routes', () => {
    refresh().catch((error: unknown) => parts.log.warn({ error }, 'the edge could not read its routes and keeps the ones it has'))
  })
  return {
    refresh,
    async drain(containers, deadlineMs) {
      const left = await parts.edge.drain(containers, deadlineMs)
      if (left > 0) parts.log.warn({ containers, left }, 'requests were still under way when their container had to go')
    },
    async close() {
      off()
      await parts.edge.close()
    },
  }
}

/** Every service that has a port is known, so that one without a running container is "unavailable" and not "unknown". */
async function currentRoutes(db: Executor, config: Config): Promise<Route[]> {
  const rows = await listRoutes(db)
  const services = await routedServices(db)
  return services.map((service) => ({
    host: serviceHost({
      service: service.service,
      workspace: service.workspace,
      environment: service.environment,
      baseDomain: config.baseDomain,
    }),
    service: service.service,
    environment: service.environment,
    targets: rows
      .filter((row) => row.environmentId === service.environmentId && row.service === service.service)
      .map((row) => ({ container: row.containerId, host: '127.0.0.1', port: row.port, state: row.state })),
  }))
}
