// What Kubernetes lets requests in by (Ingress, HTTPRoute, IngressRoute, VirtualService), with the services that it sends them to.
import { selects } from '../kubernetes/entrances.ts'
import { findManifestStacks } from '../kubernetes/stacks.ts'
import type { Repository } from '../repository.ts'
import type { Evidence, ServiceSpec } from '../topology.ts'

export interface OpenEntrance {
  /** Names of services of the topology. */
  readonly services: readonly string[]
  readonly evidence: Evidence
}

/** Entrances that are looked at. */
const entrancesLimit = 100

export function findEntrances(services: readonly ServiceSpec[], repository: Repository): OpenEntrance[] {
  const manifests = services.length === 0 ? [] : [...findManifestStacks(repository).values()].flatMap((stack) => stack.manifests)
  const named = manifests.flatMap((manifest) => manifest.services)
  const workloads = manifests.flatMap((manifest) => manifest.workloads)
  const known = new Set(services.filter(({ type }) => type !== 'kubernetes' && type !== 'compose_stack').map(({ name }) => name))
  return manifests
    .flatMap(({ entrances }) => entrances)
    .slice(0, entrancesLimit)
    .flatMap(({ backends, evidence }): OpenEntrance[] => {
      const behind = backends.flatMap((backend) => {
        const name = backend.split('.')[0] ?? backend
        const selectors = named.filter((service) => service.name === name).map(({ selector }) => selector)
        const selected = workloads.filter(({ labels }) => selectors.some((selector) => selects(selector, labels)))
        return [name, ...selected.map((workload) => workload.name)].find((one) => known.has(one)) ?? []
      })
      return behind.length === 0 ? [] : [{ services: [...new Set(behind)], evidence }]
    })
}
