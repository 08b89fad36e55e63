// Limits that a workspace gives to services for which nobody states any.
import { guessBinding } from '../../topology/precedence.ts'
import type { ServiceSpec, Topology } from '../../topology/topology.ts'
import type { ResourceLimits } from './resources.ts'

/** Without limits the topology is the same; what kyozo.yaml, a compose file or a person says of a service stays. */
export function withDefaultLimits(topology: Topology, limits: ResourceLimits): Topology {
  if (limits.memory === undefined && limits.cpu === undefined) return topology
  return { ...topology, services: topology.services.map((service) => limited(service, limits)) }
}

function limited(service: ServiceSpec, { memory, cpu }: ResourceLimits): ServiceSpec {
  const given = {
    ...(memory !== undefined && isOnlyUsual(service, 'memory') ? { memory } : {}),
    ...(cpu !== undefined && isOnlyUsual(service, 'cpu') ? { cpu: String(cpu) } : {}),
  }
  const evidence = { path: service.path, fact: 'default_resource_limits of the workspace', weight: guessBinding.usual }
  const because = Object.fromEntries(Object.keys(given).map((name) => [name, evidence]))
  return { ...service, resources: { ...service.resources, ...given }, because: { ...service.because, ...because } }
}

function isOnlyUsual({ because }: ServiceSpec, value: 'memory' | 'cpu'): boolean {
  return (because[value]?.weight ?? 0) <= guessBinding.usual
}
