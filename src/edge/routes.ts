// Which service a host name means. Pure.
import { hostLabel } from '../environment-names.ts'

export interface RouteTarget {
  readonly container: string
  readonly host: string
  readonly port: number
  /** A draining target gets no new requests. */
  readonly state: 'serving' | 'draining'
}

export interface Route {
  readonly host: string
  readonly service: string
  readonly environment: string
  readonly targets: readonly RouteTarget[]
}

export interface ServiceAddress {
  readonly service: string
  readonly workspace: string
  readonly environment: string
  readonly baseDomain: string
}

/** `api.shop.localhost` in production, `api.shop-staging.localhost` elsewhere, `api.shop-pr-12.localhost` for a preview. */
export function serviceHost({ service, workspace, environment, baseDomain }: ServiceAddress): string {
  return `${service}.${hostLabel(workspace, environment)}.${baseDomain}`.toLowerCase()
}

/** A Host header as a name that can be compared: lower case, without port and without the dot that a full name may end in. */
export function hostName(header: string): string {
  return header.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '')
}

export interface RouteTable {
  readonly byHost: ReadonlyMap<string, Route>
}

export function routeTable(routes: readonly Route[]): RouteTable {
  return { byHost: new Map(routes.map((route) => [hostName(route.host), route])) }
}

export type Match = { readonly kind: 'route'; readonly route: Route } | { readonly kind: 'unknown_service' } | { readonly kind: 'not_ours' }

/** A name with a service and a workspace below the base domain is the edge's, known or not; every other name is kyozo's own server's. */
export function matchHost(table: RouteTable, header: string | undefined, baseDomain: string): Match {
  if (header === undefined) return { kind: 'not_ours' }
  const name = hostName(header)
  const route = table.byHost.get(name)
  if (route) return { kind: 'route', route }
  const suffix = `.${hostName(baseDomain)}`
  const isServiceName = name.endsWith(suffix) && name.slice(0, -suffix.length).includes('.')
  return { kind: isServiceName ? 'unknown_service' : 'not_ours' }
}
