// A stack's network and volumes, made before Compose sees them. Compose would let the engine choose the network's addresses, and the engine
// lets nobody ask for a fixed address on such a network; so a free range is found and stated.
import { createHash, randomInt, randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type Docker from 'dockerode'
import { KyozoError } from '../../errors.ts'
import type { ComposeFiles, StackIdentity } from '../engine.ts'
import { freeSubnet, lowerHalf } from './addresses.ts'
import { allEnded } from './all-ended.ts'
import { ask, type DockerContext } from './context.ts'
import { composeLabel, type Labels, label, labelsOf, networkName, volumeName } from './labels.ts'
import { ignoreMissing } from './observe.ts'
import { routedRanges } from './routed-ranges.ts'

/** Another network can take the subnet between reading and stating it; more often than this it does not happen by chance. */
const subnetAttempts = 10

interface Volumes {
  readonly volumes: readonly string[]
  /** Hears of each that is missing, before it is made. */
  readonly making: ((volume: string) => Promise<void>) | undefined
}

/** Returns the volumes that were not there. */
export async function prepareStack(context: DockerContext, { identity }: ComposeFiles, volumes: Volumes): Promise<readonly string[]> {
  const made: string[] = []
  const prepareOne = async (volume: string) => {
    const wanted = { name: volumeName(identity.project, volume), labels: volumeLabels(identity, volume) }
    if (await volumeStands(context, wanted)) return
    await volumes.making?.(volume)
    await createVolume(context, wanted)
    made.push(volume)
  }
  await allEnded([prepareNetwork(context, identity), ...volumes.volumes.map(prepareOne)])
  return made.sort()
}

async function prepareNetwork(context: DockerContext, identity: StackIdentity): Promise<void> {
  if (!(await networkStands(context, identity))) await context.inTurn('subnets', () => createOnFreeSubnet(context, identity))
}

async function networkStands(context: DockerContext, identity: StackIdentity): Promise<boolean> {
  const name = networkName(identity.project)
  const existing = await inspectNetwork(context, name)
  if (existing) refuseForeign(context, existing.Labels, { thing: `network ${name}`, instead: networkInstead })
  return existing !== undefined
}

async function createOnFreeSubnet(context: DockerContext, identity: StackIdentity): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await createNetwork(context, identity, await proposedSubnet(context, identity))
    } catch (error) {
      if (attempt === subnetAttempts || !isRace(error)) throw error
      if (await networkStands(context, identity)) return
      // Two that met once would meet again if they went on at the same pace.
      await delay(randomInt(100 * attempt))
    }
  }
}

/** Somebody took the subnet, or made the same network, in between. */
function isRace(error: unknown): boolean {
  return error instanceof KyozoError && /pool overlaps|networks have overlapping|already exists/i.test(error.message)
}

/**
 * A range of kyozo's own pool that neither another network nor a route of this machine uses. The engine's own pools hold thirty networks, for
 * everybody on the machine.
 */
async function proposedSubnet(context: DockerContext, identity: StackIdentity): Promise<string> {
  const networks = await ask({ tried: 'list networks' }, (abortSignal) => context.docker.listNetworks({ abortSignal }))
  const used = networks.flatMap((network) => network.IPAM?.Config?.flatMap(({ Subnet }) => (Subnet === undefined ? [] : [Subnet])) ?? [])
  const start = createHash('sha256').update(identity.project).digest().readUInt32BE()
  const subnet = freeSubnet(context.networkPool, [...used, ...(await routedRanges())], start)
  if (subnet !== undefined) return subnet
  throw new KyozoError(
    'engine_refused',
    `all of ${context.networkPool} is used by networks, so there is no address range for another stack`,
    {
      hint: 'set KYOZO_NETWORK_POOL to a wider range that nothing else on your networks uses, or remove environments that are not needed',
    },
  )
}

async function createNetwork(context: DockerContext, identity: StackIdentity, subnet: string): Promise<void> {
  const name = networkName(identity.project)
  await ask({ tried: `create network ${name}` }, (abortSignal) =>
    context.docker.createNetwork({
      Name: name,
      Driver: 'bridge',
      IPAM: { Driver: 'default', Config: [{ Subnet: subnet, IPRange: lowerHalf(subnet) }] },
      // Without an address of the machine nothing that it sends finds its way back.
      ...(identity.isConfined ? { Options: { 'com.docker.network.bridge.enable_ip_masquerade': 'false' } } : {}),
      Labels: { ...labelsOf(identity), [composeLabel.project]: identity.project, [composeLabel.network]: 'default' },
      abortSignal,
    }),
  )
}

export function inspectNetwork(context: DockerContext, name: string): Promise<Docker.NetworkInspectInfo | undefined> {
  return ask({ tried: `inspect network ${name}` }, () => context.docker.getNetwork(name).inspect().catch(ignoreMissing))
}

/** Removes a network of this instance; one that is gone is no error. */
export async function removeNetwork(context: DockerContext, name: string): Promise<void> {
  const existing = await inspectNetwork(context, name)
  if (!existing) return
  refuseForeign(context, existing.Labels, { thing: `network ${name}`, instead: networkInstead })
  await ask({ tried: `remove network ${name}` }, () => context.docker.getNetwork(existing.Id).remove().catch(ignoreMissing))
}

interface WantedVolume {
  readonly name: string
  readonly labels: Labels
}

function volumeLabels(identity: StackIdentity, volume: string): Labels {
  return {
    ...labelsOf(identity),
    ...(identity.isTransient ? { [label.transient]: 'true' } : {}),
    [composeLabel.project]: identity.project,
    [composeLabel.volume]: volume,
  }
}

/** Removes the volumes of a stack that were made to go with it, and names them; those of anybody else, and those that are meant to stay, stay. */
export async function removeTransientVolumes(context: DockerContext, identity: StackIdentity): Promise<readonly string[]> {
  if (!identity.isTransient) return []
  const owner = Object.entries(labelsOf(identity)).map(([name, value]) => `${name}=${value}`)
  const { Volumes: found } = await ask({ tried: 'list volumes' }, (abortSignal) =>
    context.docker.listVolumes({
      filters: { label: [...owner, `${label.transient}=true`, `${composeLabel.project}=${identity.project}`] },
      abortSignal,
    }),
  )
  for (const { Name } of found)
    await ask({ tried: `remove volume ${Name}` }, () => context.docker.getVolume(Name).remove().catch(ignoreMissing))
  return found.map(({ Labels, Name }) => Labels?.[composeLabel.volume] ?? Name).sort()
}

async function volumeStands(context: DockerContext, { name, labels }: WantedVolume): Promise<boolean> {
  const existing = await ask({ tried: `inspect volume ${name}` }, () => context.docker.getVolume(name).inspect().catch(ignoreMissing))
  if (existing) refuseForeign(context, existing.Labels, { thing: `volume ${name}`, instead: volumeInstead(name, labels) })
  return existing !== undefined
}

/** The engine answers with the volume that exists when another process was faster. */
async function createVolume(context: DockerContext, { name, labels }: WantedVolume): Promise<void> {
  await ask({ tried: `create volume ${name}` }, (abortSignal) =>
    context.docker.createVolume({ Name: name, Labels: { ...labels, [label.mark]: randomUUID() }, abortSignal }),
  )
}

function refuseForeign(
  context: DockerContext,
  labels: Labels | null | undefined,
  { thing, instead }: { readonly thing: string; readonly instead: string },
): void {
  if (labels?.[label.instance] === context.instance) return
  throw new KyozoError('engine_refused', `${thing} exists and does not belong to this kyozo, so it is left alone`, {
    hint: `it does not carry the label ${label.instance}=${context.instance}; rename the workspace, or ${instead}`,
  })
}

const networkInstead = 'remove it yourself, and kyozo makes its own'

/** An engine gives no volume another label. */
function volumeInstead(name: string, labels: Labels): string {
  const given = Object.entries(labels).map(([key, value]) => `--label ${key}=${value}`)
  return `remove it yourself; to keep its data copy that into a volume made by: docker volume create ${given.join(' ')} ${name}`
}

export async function removeNetworksOf(context: DockerContext, identity: StackIdentity): Promise<void> {
  const networks = await ask({ tried: 'list networks' }, (abortSignal) =>
    context.docker.listNetworks({
      filters: { label: [`${label.instance}=${context.instance}`, `${composeLabel.project}=${identity.project}`] },
      abortSignal,
    }),
  )
  await allEnded(networks.map((network) => removeNetwork(context, network.Name)))
}
