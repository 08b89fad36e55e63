// A stack's network and volumes, made before Compose sees them. Compose would let the engine choose the network's addresses, and the engine
// lets nobody ask for a fixed address on such a network; so the subnet that the engine would choose is read and then stated.
import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type Docker from 'dockerode'
import { KyozoError } from '../../errors.ts'
import type { ComposeFiles, StackIdentity } from '../engine.ts'
import { lowerHalf } from './addresses.ts'
import { allEnded } from './all-ended.ts'
import { ask, type DockerContext } from './context.ts'
import { composeLabel, label, labelsOf, networkName, volumeName } from './labels.ts'
import { ignoreMissing } from './observe.ts'

/** Another network can take the subnet between reading and stating it; more often than this it does not happen by chance. */
const subnetAttempts = 10

export async function prepareStack(context: DockerContext, files: ComposeFiles, volumes: readonly string[]): Promise<void> {
  await allEnded([prepareNetwork(context, files.identity), ...volumes.map((volume) => prepareVolume(context, files.identity, volume))])
}

async function prepareNetwork(context: DockerContext, identity: StackIdentity): Promise<void> {
  if (!(await networkStands(context, identity))) await context.inTurn('subnets', () => createOnFreeSubnet(context, identity))
}

async function networkStands(context: DockerContext, identity: StackIdentity): Promise<boolean> {
  const name = networkName(identity.project)
  const existing = await inspectNetwork(context, name)
  if (existing) refuseForeign(context, existing.Labels, `network ${name}`)
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

/** The subnet that the engine picks for a throw-away network, which is gone again afterwards. */
async function proposedSubnet(context: DockerContext, identity: StackIdentity): Promise<string> {
  const name = `${identity.project}_subnet`
  await removeNetwork(context, name)
  await ask({ tried: `create network ${name}` }, (abortSignal) =>
    context.docker.createNetwork({ Name: name, Labels: { ...labelsOf(identity) }, abortSignal }),
  )
  const subnet = (await inspectNetwork(context, name))?.IPAM?.Config?.find((config) => config.Subnet?.includes('.'))?.Subnet
  await removeNetwork(context, name)
  if (!subnet) throw new KyozoError('engine_refused', `the engine gave the network ${name} no IPv4 address range`)
  return subnet
}

async function createNetwork(context: DockerContext, identity: StackIdentity, subnet: string): Promise<void> {
  const name = networkName(identity.project)
  await ask({ tried: `create network ${name}` }, (abortSignal) =>
    context.docker.createNetwork({
      Name: name,
      Driver: 'bridge',
      IPAM: { Driver: 'default', Config: [{ Subnet: subnet, IPRange: lowerHalf(subnet) }] },
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
  refuseForeign(context, existing.Labels, `network ${name}`)
  await ask({ tried: `remove network ${name}` }, () => context.docker.getNetwork(existing.Id).remove().catch(ignoreMissing))
}

async function prepareVolume(context: DockerContext, identity: StackIdentity, volume: string): Promise<void> {
  const name = volumeName(identity.project, volume)
  const existing = await ask({ tried: `inspect volume ${name}` }, () => context.docker.getVolume(name).inspect().catch(ignoreMissing))
  if (existing) return refuseForeign(context, existing.Labels, `volume ${name}`)
  // The engine answers with the volume that exists when another process was faster.
  await ask({ tried: `create volume ${name}` }, (abortSignal) =>
    context.docker.createVolume({
      Name: name,
      Labels: { ...labelsOf(identity), [composeLabel.project]: identity.project, [composeLabel.volume]: volume },
      abortSignal,
    }),
  )
}

function refuseForeign(context: DockerContext, labels: Readonly<Record<string, string>> | null | undefined, thing: string): void {
  if (labels?.[label.instance] === context.instance) return
  throw new KyozoError('engine_refused', `${thing} exists and does not belong to this kyozo, so it is left alone`, {
    hint: `it does not carry the label ${label.instance}=${context.instance}; rename the workspace or remove it yourself`,
  })
}

export async function removeNetworksOf(context: DockerContext, identity: StackIdentity): Promise<void> {
  const networks = await ask({ tried: 'list networks' }, (abortSignal) =>
    context.docker.listNetworks({
      filters: { label: [`${label.instance}=${context.instance}`, `${composeLabel.project}=${identity.project}`] },
      abortSignal,
    }),
  )
  const names = [...networks.map((network) => network.Name), `${identity.project}_subnet`]
  await allEnded(names.map((name) => removeNetwork(context, name)))
}
