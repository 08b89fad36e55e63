// Which containers answer to a service's name. The engine has no call to change the names of a connected container: it is disconnected and
// connected again, with the address and the hardware address it had, so that open connections inside the network go on.
import { randomInt } from 'node:crypto'
import type Docker from 'dockerode'
import { KyozoError } from '../../errors.ts'
import type { StackIdentity } from '../engine.ts'
import { freeAddresses, upperHalf } from './addresses.ts'
import { allEnded } from './all-ended.ts'
import { ask, type DockerContext } from './context.ts'
import { networkName } from './labels.ts'
import { inspectNetwork } from './network.ts'
import { inspectOwned, nameOf } from './observe.ts'

/** Names that were taken from a container are kept on the engine beside its endpoint, so that giving them back needs no memory of ours. */
const takenNamesOption = 'kyozo.aliases'

export type Visibility = 'named' | 'hidden'

type Endpoint = Docker.EndpointSettings

export function aliasesOf(endpoint: Partial<Endpoint> | undefined): readonly string[] {
  return endpoint?.Aliases ?? []
}

interface Placement {
  readonly identity: StackIdentity
  readonly service: string
  readonly visibility: Visibility
}

/** Connects each container as wanted; one that is so already keeps its published ports. A container that lost its connection gets one. */
export async function placeContainers(context: DockerContext, placement: Placement, ids: readonly string[]): Promise<void> {
  const infos = await Promise.all(ids.map((id) => inspectOwned(context, id)))
  const moves = infos.filter((info) => info !== undefined).filter((info) => !isPlaced(info, placement))
  if (moves.length === 0) return
  const addresses = await pickAddresses(context, placement.identity, moves.length)
  await allEnded(moves.map((info, index) => reconnect(context, placement, { info, spareAddress: addresses[index] ?? '' })))
}

function isPlaced(info: Docker.ContainerInspectInfo, placement: Placement): boolean {
  // Without a network, or in that of another service, it has no names.
  if (info.HostConfig.NetworkMode !== networkName(placement.identity.project)) return true
  const endpoint = endpointOf(info, placement.identity)
  if (!endpoint?.IPAMConfig?.IPv4Address) return false
  return aliasesOf(endpoint).includes(placement.service) === (placement.visibility === 'named')
}

function endpointOf(info: Docker.ContainerInspectInfo, identity: StackIdentity): Endpoint | undefined {
  return info.NetworkSettings.Networks[networkName(identity.project)] as Endpoint | undefined
}

interface Move {
  readonly info: Docker.ContainerInspectInfo
  readonly spareAddress: string
}

async function reconnect(context: DockerContext, placement: Placement, move: Move): Promise<void> {
  const name = networkName(placement.identity.project)
  const network = context.docker.getNetwork(name)
  const endpoint = endpointOf(move.info, placement.identity)
  const tried = `connect container ${nameOf(move.info)} to network ${name}`
  if (endpoint) await ask({ tried }, () => network.disconnect({ Container: move.info.Id }))
  const connect = (address: string) =>
    ask({ tried }, () =>
      network.connect({
        Container: move.info.Id,
        EndpointConfig: endpointConfig({ endpoint, placement, address, name: nameOf(move.info) }),
      }),
    )
  // Containers that Compose made without kyozo have an address of the engine's half; they are moved to one of their own once.
  const own = endpoint?.IPAMConfig?.IPv4Address
  try {
    await connect(own || move.spareAddress)
  } catch (error) {
    if (!own || !(error instanceof KyozoError) || error.code !== 'engine_refused') throw error
    context.log.warn({ container: move.info.Id, address: own, error: error.message }, 'the address was taken; another one is used')
    await connect(move.spareAddress)
  }
}

interface Wish {
  readonly endpoint: Endpoint | undefined
  readonly placement: Placement
  readonly address: string
  readonly name: string
}

function endpointConfig({ endpoint, placement, address, name }: Wish): Endpoint {
  const taken = endpoint?.DriverOpts?.[takenNamesOption]?.split(' ') ?? []
  const names = [...new Set([...aliasesOf(endpoint), ...taken, placement.service])].filter((alias) => alias !== name)
  const { [takenNamesOption]: _, ...driverOptions } = endpoint?.DriverOpts ?? {}
  return {
    Aliases: placement.visibility === 'named' ? [name, ...names] : [name],
    DriverOpts: placement.visibility === 'named' ? driverOptions : { ...driverOptions, [takenNamesOption]: names.join(' ') },
    IPAMConfig: { IPv4Address: address },
    ...(endpoint?.MacAddress ? { MacAddress: endpoint.MacAddress } : {}),
    ...(endpoint?.Links ? { Links: endpoint.Links } : {}),
  }
}

/**
 * Addresses nobody on the network has or, being stopped, will want back. They begin at a random place: a sibling that still remembers the
 * address of a container that went should reach nobody rather than another service.
 */
async function pickAddresses(context: DockerContext, identity: StackIdentity, count: number): Promise<readonly string[]> {
  const name = networkName(identity.project)
  const [network, listed] = await Promise.all([
    inspectNetwork(context, name),
    ask({ tried: `list the containers of network ${name}` }, (abortSignal) =>
      context.docker.listContainers({ all: true, filters: { network: [name] }, abortSignal }),
    ),
  ])
  const subnet = network?.IPAM?.Config?.[0]?.Subnet
  if (!subnet) throw new KyozoError('engine_refused', `the network ${name} is gone`, { retryable: true })
  const endpoints = listed.map((container) => container.NetworkSettings?.Networks?.[name] as Endpoint | undefined)
  const used = new Set(
    endpoints.flatMap((endpoint) => [endpoint?.IPAMConfig?.IPv4Address, endpoint?.IPAddress]).filter((address) => !!address),
  )
  const range = upperHalf(subnet)
  return freeAddresses(range, used as ReadonlySet<string>, { count, start: randomInt(range.last - range.first + 1) })
}
