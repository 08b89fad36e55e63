// Databases that somebody runs outside the repository: what is deployed states an address that no service of it has.
import type { StatedAddress } from '../claim.ts'
import { statementsAbout } from '../declared/statements.ts'
import type { Repository } from '../repository.ts'
import type { Draft } from '../services.ts'
import { hostsIn } from './hosts.ts'
import type { Directory } from './names.ts'
import type { Workload } from './workloads/workload.ts'

export interface ElsewhereContext {
  /** What deployment files run of the service. */
  readonly own: readonly Workload[]
  readonly directory: Directory
  readonly repository: Repository
}

/** Addresses that the service is deployed with and that lead out of the repository. What is only an example leads nowhere. */
export function addressesElsewhere({ name, path, declared }: Draft, { own, directory, repository }: ElsewhereContext): StatedAddress[] {
  const byUser = addressesByUser({ name, declared })
  const byPlatform = statementsAbout(path, repository).flatMap(({ environment = [], evidence }) =>
    environment.flatMap(({ name: variable, value }): StatedAddress[] =>
      value === undefined
        ? []
        : [{ variable, value, from: 'declaration', evidence: { path: evidence.path, fact: `${variable} of ${name}` } }],
    ),
  )
  const byStack = own.flatMap(({ isStack, addresses }) => (isStack ? addresses : []))
  return [...byUser, ...byStack, ...byPlatform].filter(({ variable, value, evidence }) => {
    const hosts = hostsIn(value, variable)
    return hosts.length > 0 && hosts.every(({ host }) => isOutside(host) && directory.find(host, evidence.path) === undefined)
  })
}

/** What kyozo.yaml gives the service. */
export function addressesByUser({ name, declared }: Pick<Draft, 'name' | 'declared'>): StatedAddress[] {
  return Object.entries(declared?.env ?? {}).flatMap(([variable, value]): StatedAddress[] =>
    typeof value === 'string'
      ? [{ variable, value, from: 'declaration', evidence: { path: 'kyozo.yaml', fact: `${variable} of ${name}` } }]
      : [],
  )
}

/** A full name or an address of the network; neither the machine itself, nor a name inside a cluster. */
function isOutside(host: string): boolean {
  const name = host.toLowerCase()
  if (/^(?:127|0)\.|\.localhost$|\.(?:docker|containers)\.internal$|\.svc(?:\.|$)|\.cluster\.local$/.test(name)) return false
  return name.includes('.')
}
