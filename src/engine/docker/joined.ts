// Whose namespace a container joins that is about to be created. Compose takes the first container of a host, which may be the one that was
// stopped to give way (2.40): the one that runs is stated.
import type Docker from 'dockerode'
import type { CreateRequest } from '../engine.ts'
import type { DockerContext } from './context.ts'
import { readServiceModel } from './document.ts'
import { composeLabel } from './labels.ts'
import { listContainers } from './observe.ts'

/** By service, what its namespaces are in Compose's words; nothing of services that join none. */
export async function joinedHomes(
  context: DockerContext,
  requests: readonly CreateRequest[],
): Promise<Record<string, Record<string, string>>> {
  const guests = requests
    .map(({ files, service }) => ({ service, hosts: Object.entries(readServiceModel(files, service).hosts) }))
    .filter(({ hosts }) => hosts.length > 0)
  if (guests.length === 0) return {}
  const containers = await listContainers(context, [`${composeLabel.project}=${requests[0]!.files.identity.project}`])
  const homes = (hosts: readonly (readonly [string, string])[]) =>
    hosts.flatMap(([namespace, host]) => {
      const home = homeOf(containers.filter(({ Labels }) => Labels[composeLabel.service] === host))
      return home === undefined ? [] : [[namespace, `container:${home.Id}`]]
    })
  return Object.fromEntries(guests.map(({ service, hosts }) => [service, Object.fromEntries(homes(hosts))]))
}

/** The one that runs, of several the newest. */
function homeOf(containers: readonly Docker.ContainerInfo[]): Docker.ContainerInfo | undefined {
  const number = ({ Labels }: Docker.ContainerInfo) => Number(Labels[composeLabel.number] ?? 0)
  const isRunning = ({ State }: Docker.ContainerInfo) => (State === 'running' ? 1 : 0)
  return containers.toSorted((a, b) => isRunning(b) - isRunning(a) || b.Created - a.Created || number(b) - number(a))[0]
}
