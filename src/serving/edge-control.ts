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
  // Of transactions under way: who reads the database meanwhile reads what was before.
  const ahead = new Map<string, readonly RoutedService[]>()
  let newest: readonly RoutedService[] = []
  const apply = (mine: number, found: readonly RoutedService[]) => {
    // One that began later has read what is newer.
    if (mine > applied) [applied, newest] = [mine, found]
    const others = newest.filter(({ environmentId }) => !ahead.has(environmentId))
    parts.edge.setRoutes([...others, ...[...ahead.values()].flat()].map(({ route }) => route))
  }
  const refresh = async () => {
    const mine = ++begun
    apply(mine, await currentRoutes(parts.db, parts.config))
  }
  await refresh()
  const off = parts.notifications.on('routes', () => {
    refresh().catch((error: unknown) => parts.log.warn({ error }, 'the edge could not read its routes and keeps the ones it has'))
  })
  return {
    refresh,
    async goAhead(transaction, environmentId) {
      const mine = ++begun
      const found = await currentRoutes(transaction, parts.config)
      ahead.set(
        environmentId,
        found.filter((one) => one.environmentId === environmentId),
      )
      apply(mine, found)
    },
    async settled(environmentId) {
      const mine = ++begun
      // Until then it stands: what is read by somebody else may be of before the transaction.
      const found = await currentRoutes(parts.db, parts.config).finally(() => ahead.delete(environmentId))
      apply(mine, found)
    },
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

interface RoutedService {
  readonly environmentId: string
  readonly route: Route
}

/** Every service that has a port is known, so that one without a running container is "unavailable" and not "unknown". */
async function currentRoutes(db: Executor, config: Config): Promise<readonly RoutedService[]> {
  const rows = await listRoutes(db)
  const services = await routedServices(db)
  return services.map(({ service, workspace, environment, environmentId }) => ({
    environmentId,
    route: {
      host: serviceHost({ service, workspace, environment, baseDomain: config.baseDomain }),
      service,
      environment,
      targets: rows
        .filter((row) => row.environmentId === environmentId && row.service === service)
        .map((row) => ({ container: row.containerId, host: '127.0.0.1', port: row.port, state: row.state })),
    },
  }))
}
