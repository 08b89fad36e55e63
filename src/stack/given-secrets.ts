// Which service gets which of the secrets that people set. One that was set for a service is given to it. Others are given to the services that
// read a variable of that name, so that no service sees what it does not ask for.
import type { ServiceSpec } from '../topology/topology.ts'
import { byCodeUnit } from './canonical.ts'

/** From the least specific to the most: of one name the last that there is wins. */
export const secretLayers = ['file', 'service_file', 'workspace', 'environment', 'service', 'service_in_environment'] as const

export type SecretLayer = (typeof secretLayers)[number]

/** A secret that an environment has, without its value. */
export interface AvailableSecret {
  readonly name: string
  /** The service that it was set for; null for every service that reads it. */
  readonly service: string | null
  readonly layer: SecretLayer
  /** Another one whenever the value is another; tells nothing of the value. */
  readonly version: string
}

export interface Reader {
  readonly name: string
  /** What the code, the Dockerfile and the files beside it read. */
  readonly spec?: Pick<ServiceSpec, 'environment'> | undefined
  /** Variables that it is started with anyway. */
  readonly environment: Readonly<Record<string, unknown>>
}

/** Names of them for one service, sorted, each with the one that wins. */
export function secretsFor(reader: Reader, available: readonly AvailableSecret[]): readonly AvailableSecret[] {
  const own = available.filter(({ service }) => service === reader.name)
  const read = new Set([...(reader.spec?.environment ?? []), ...own].map(({ name }) => name).concat(Object.keys(reader.environment)))
  return strongestOf(available.filter(({ name, service }) => read.has(name) && (service === null || service === reader.name)))
}

/** Of each name the one that wins, sorted by name. */
export function strongestOf(mine: readonly AvailableSecret[]): readonly AvailableSecret[] {
  const chosen = new Map<string, AvailableSecret>()
  for (const secret of [...mine].sort((a, b) => secretLayers.indexOf(a.layer) - secretLayers.indexOf(b.layer)))
    chosen.set(secret.name, secret)
  return [...chosen.values()].sort((a, b) => byCodeUnit(a.name, b.name))
}

/** For the hash of a container's configuration: it changes exactly when the service would get another value. */
export function versionsOf(secrets: readonly AvailableSecret[]): Readonly<Record<string, string>> {
  return Object.fromEntries(secrets.map(({ name, layer, version }) => [name, `${layer}:${version}`]))
}
