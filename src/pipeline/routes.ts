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
}

/** One row for each running container that has the service's present configuration and answers to its name. */
export function routeRows(subject: RouteSubject, config: Pick<Config, 'baseDomain'>): RouteRow[] {
  return subject.services.flatMap((service) => {
    const host = hostOf(service.name, subject.identity, config)
    return subject.containers.flatMap((container) => {
      const port = service.port === undefined ? undefined : container.publishedPorts[service.port]
      const serves =
        container.service === service.name &&
        container.configHash === service.configHash &&
        container.state === 'running' &&
        container.hasAlias
      return serves && port !== undefined
        ? [
            {
              environmentId: subject.environmentId,
              service: service.name,
              host,
              containerId: container.id,
              port,
              state: 'serving' as const,
            },
          ]
        : []
    })
  })
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
