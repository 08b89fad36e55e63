// What a service is on one side of a change, in values that people compare.
import { portsOfStack } from '../stack/fixed-ports.ts'
import type { ComposeService, StackService } from '../stack/stack.ts'
import { kubernetesMemory } from '../stack/units.ts'
import type { HealthSpec } from '../topology/topology.ts'
import type { FactChange, Link, Mount, ReviewedSide, ServiceFacts } from './review.ts'

/** By name, in start order. */
export function factsOf(side: ReviewedSide): ReadonlyMap<string, ServiceFacts> {
  return new Map(side.stack.services.map((service) => [service.name, factsOfService(service, side)]))
}

function factsOfService(service: StackService, side: ReviewedSide): ServiceFacts {
  const { name, folder, type, image, build, port, replicas, health } = service
  const definition = side.stack.document.services[name] ?? {}
  const limits = mapIn(mapIn(mapIn(definition, 'deploy'), 'resources'), 'limits')
  return {
    ...{ name, type, image, replicas },
    folder: folder ?? null,
    isBuilt: build !== undefined,
    port: port ?? null,
    machinePorts: machinePorts(name, side),
    mounts: mountsOf(definition),
    memory: limits.memory === undefined ? null : kubernetesMemory(String(limits.memory)),
    cpu: limits.cpus === undefined ? null : String(limits.cpus),
    health: healthWords(health),
    variables: Object.keys(mapIn(definition, 'environment')).sort(),
    links: linksOf(service, side),
    confidence: side.topology.services.find((spec) => spec.name === name)?.confidence ?? null,
  }
}

function mapIn(map: ComposeService, key: string): ComposeService {
  const value = map[key]
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as ComposeService) : {}
}

function machinePorts(name: string, { stack }: ReviewedSide): readonly string[] {
  const held = portsOfStack(stack).filter(({ service }) => service === name)
  return held.map(({ address, host, container, protocol }) => `${address}:${host} → ${container}${protocol === 'udp' ? '/udp' : ''}`)
}

function mountsOf({ volumes }: ComposeService): readonly Mount[] {
  if (!Array.isArray(volumes)) return []
  return volumes.flatMap((mount: unknown) => {
    const { type, source, target } = (mount ?? {}) as Readonly<Record<string, unknown>>
    return type === 'volume' && typeof source === 'string' && typeof target === 'string' ? [{ volume: source, target }] : []
  })
}

/** Whom it waits for, and whom it reaches without waiting. */
function linksOf({ name, dependsOn }: StackService, { topology }: ReviewedSide): readonly Link[] {
  const needed = topology.services.find((spec) => spec.name === name)?.dependsOn ?? []
  const links = new Map<string, Link['kind']>()
  for (const { service, kind } of needed) if (kind !== 'conflicts') links.set(service, kind)
  for (const { service } of dependsOn) links.set(service, 'requires')
  return [...links].map(([service, kind]) => ({ service, kind })).sort((a, b) => (a.service < b.service ? -1 : 1))
}

export function healthWords(health: HealthSpec): string {
  const on = 'port' in health && health.port !== undefined ? ` on ${health.port}` : ''
  switch (health.kind) {
    case 'http':
      return `GET ${health.path}${on}`
    case 'tcp':
      return `port ${health.port ?? ''} accepts connections`.replace('  ', ' ')
    case 'exec':
      return health.command.join(' ')
    case 'grpc':
      return `gRPC health${health.service === undefined ? '' : ` of ${health.service}`}${on}`
    case 'docker':
      return 'the check of its image'
    case 'none':
      return 'not checked'
  }
}

/** In which facts the two differ. Of a built image only that it is one: what is in it is said by the cause. */
export function changedFacts(before: ServiceFacts, after: ServiceFacts): readonly FactChange[] {
  const single = (fact: string, value: (facts: ServiceFacts) => string | number | null): FactChange[] =>
    compared(fact, [value(before), value(after)].map((one) => (one === null ? [] : [String(one)])) as [string[], string[]])
  const several = (fact: string, values: (facts: ServiceFacts) => readonly string[]): FactChange[] =>
    compared(fact, [values(before), values(after)])
  return [
    ...single('type', ({ type }) => type),
    ...single('image', ({ image, isBuilt }) => (isBuilt ? 'built here' : image)),
    ...single('port', ({ port }) => port),
    ...several('port of the machine', ({ machinePorts }) => machinePorts),
    ...several('volume', ({ mounts }) => mounts.map(({ volume, target }) => `${volume} at ${target}`)),
    ...single('copies', ({ replicas }) => replicas),
    ...single('memory', ({ memory }) => memory),
    ...single('CPU', ({ cpu }) => cpu),
    ...single('health', ({ health }) => health),
    ...several('needs', ({ links }) => links.map(({ service, kind }) => (kind === 'requires' ? service : `${service} (optional)`))),
    ...several('variable', ({ variables }) => variables),
  ]
}

function compared(fact: string, [old, young]: readonly [readonly string[], readonly string[]]): FactChange[] {
  const removed = old.filter((value) => !young.includes(value))
  const added = young.filter((value) => !old.includes(value))
  return removed.length + added.length === 0 ? [] : [{ fact, removed, added }]
}
