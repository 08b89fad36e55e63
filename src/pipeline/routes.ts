// Where the edge sends each service of an environment: read from what runs, never from what was asked for.

import type { Config } from '../config.ts'
import { serviceHost } from '../edge/routes.ts'
import type { StackIdentity } from '../engine/engine.ts'
import type { ObservedContainer } from '../reconcile/plan.ts'
import type { StackService } from '../stack/stack.ts'
import type { RouteRow } from '../store/routes.ts'

export interface RouteSubject {
  readonly environmentId: string
  readonly identity: StackIdentity
  readonly services: readonly Pick<StackService, 'name' | 'port' | 'configHash'>[]
  readonly containers: readonly ObservedContainer[]
  /** Containers that get no requests while a well one of their service is there. Default is none. */
  readonly sick?: ReadonlyMap<string, unknown>
}

/** One row for each running container that has the service's present configuration and answers to its name; sick ones only where all are. */
export function routeRows(subject: RouteSubject, config: Pick<Config, 'baseDomain'>): RouteRow[] {
  return subject.services.flatMap((service) => {
    const host = hostOf(service.name, subject.identity, config)
    const rows = subject.containers.flatMap((container) => {
      const port = service.port === undefined ? undefined : container.publishedPorts[service.port]
      if (port === undefined || !serves(container, service)) return []
      const { environmentId } = subject
      return [{ environmentId, service: service.name, host, containerId: container.id, port, state: 'serving' as const }]
    })
    const well = rows.filter(({ containerId }) => !isSick(subject, containerId))
    // An answer of the last one, however bad, tells more than none.
    return well.length > 0 ? well : rows
  })
}

function serves(container: ObservedContainer, service: Pick<StackService, 'name' | 'configHash'>): boolean {
  const isOfIt = container.service === service.name && container.configHash === service.configHash
  return isOfIt && container.state === 'running' && container.hasAlias
}

function isSick({ containers, sick }: RouteSubject, id: string): boolean {
  return sick?.has(id) === true || containers.some((container) => container.id === id && container.health === 'unhealthy')
}

/** `http://api.shop.localhost:4400` for every service that answers on a port. */
export function serviceUrls(
  identity: StackIdentity,
  services: readonly Pick<StackService, 'name' | 'port' | 'type'>[],
  config: Pick<Config, 'baseDomain' | 'baseUrl'>,
): ReadonlyMap<string, string> {
  const base = new URL(config.baseUrl)
  const port = base.port === '' ? '' : `:${base.port}`
  return new Map(
    services
      .filter((service) => service.port !== undefined && service.type !== 'backing')
      .map((service) => [service.name, `${base.protocol}//${hostOf(service.name, identity, config)}${port}`]),
  )
}

function hostOf(service: string, identity: StackIdentity, config: Pick<Config, 'baseDomain'>): string {
  return serviceHost({ service, workspace: identity.workspace, environment: identity.environment, baseDomain: config.baseDomain })
}
