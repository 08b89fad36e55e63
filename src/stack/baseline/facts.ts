// What the decision on sharing goes by, read from the services of a preview: what uses what, and what could be passed on through one port.
import type { ComposeValue } from '../compose-value.ts'
import type { LinkedService } from '../link-services.ts'
import { isOnNetwork } from '../lives-in.ts'
import type { Baseline } from './baseline.ts'
import type { ShareableService } from './decide.ts'

export function shareableServices(services: readonly LinkedService[], baseline: Baseline): readonly ShareableService[] {
  const hosts = new Set(services.flatMap(({ livesIn }) => livesIn ?? []))
  return services.map((service) => ({
    name: service.name,
    uses: usesOf(service, services),
    ...(service.livesIn === undefined ? {} : { livesIn: service.livesIn }),
    shape: shapeOf(service, hosts),
    there: thereOf(service, baseline),
  }))
}

function thereOf({ name }: LinkedService, { live, wouldRun }: Baseline): ShareableService['there'] {
  const there = live.get(name)
  if (there === undefined) return 'nothing'
  if (there.configHash !== wouldRun.get(name)) return 'other'
  return there.isWell ? 'same' : 'unwell'
}

function shapeOf(service: LinkedService, hosts: ReadonlySet<string>): ShareableService['shape'] {
  const { type, volumes, definition, isOneShot, port, name } = service
  if (isOneShot) return 'job'
  const keepsData = volumes.length > 0 || listOf(definition.volumes).length > 0
  if (keepsData || type === 'backing' || type === 'database') return 'data'
  if (port === undefined || service.livesIn !== undefined || !isOnNetwork({ network_mode: definition.network_mode })) return 'no port'
  // Whoever lives in its namespace answers there too.
  if (hosts.has(name) || portsOf(service).some((one) => one !== String(port)) || asksElsewhere(service)) return 'several ports'
  return 'reachable'
}

/** `127.0.0.1::8080`, `8080` and `53/udp` as `8080`, `8080` and `53/udp`. */
function portsOf({ definition }: LinkedService): readonly string[] {
  return [...listOf(definition.ports), ...listOf(definition.expose)].map((port) => String(port).slice(String(port).lastIndexOf(':') + 1))
}

function asksElsewhere({ health, port }: LinkedService): boolean {
  return 'port' in health && health.port !== undefined && health.port !== port
}

function listOf(value: ComposeValue | undefined): readonly ComposeValue[] {
  return Array.isArray(value) ? value : []
}

/** What the topology found that it needs, and what its variables lead to. */
function usesOf(service: LinkedService, all: readonly LinkedService[]): readonly string[] {
  const stated = new Set([...service.needs, ...service.dependsOn].map((need) => need.service))
  const others = all.filter((other) => other !== service)
  return others.filter((other) => stated.has(other.name) || namesOf(other).some((name) => isNamedBy(service, name))).map(({ name }) => name)
}

/** Its own, and those that its compose file gives it besides. */
function namesOf({ name, definition }: LinkedService): readonly string[] {
  const { default: network } = mapOf(definition.networks)
  return [name, ...listOf(mapOf(network).aliases).map(String)]
}

function mapOf(value: ComposeValue | undefined): Readonly<Record<string, ComposeValue | undefined>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, ComposeValue | undefined>) : {}
}

const namesAddress = /HOST|UR[LI]|ADDR|ENDPOINT|SERVER|UPSTREAM|ORIGIN|BROKER|DSN|PROXY/i

/** `http://api:8080/v1`, `api:8080`, and `api` where the variable's name speaks of an address. A word such as a mode's or a database's name leads nowhere. */
function isNamedBy({ environment }: LinkedService, host: string): boolean {
  return Object.entries(environment).some(([variable, value]) => {
    if (typeof value !== 'string') return false
    const isAddress = value.includes('://') || namesAddress.test(variable)
    return value.split(/[/@=,;\s]+/).some((piece) => {
      const port = piece.startsWith(`${host}:`) ? piece.slice(host.length) : undefined
      return (port !== undefined && /^:\d{1,5}\b/.test(port)) || (isAddress && piece === host)
    })
  })
}
