// Relays of previews, on the network of the environment whose services they pass connections on to. Nobody there can find one by a service's name: the
// engine itself gives each container there its own name and the beginning of its id, and kyozo gives relays nothing more.
import type Docker from 'dockerode'
import { KyozoError } from '../../errors.ts'
import type { StackIdentity } from '../engine.ts'
import { allEnded } from './all-ended.ts'
import { ask, type DockerContext } from './context.ts'
import { statusOf } from './errors.ts'
import { label, networkName } from './labels.ts'
import { inspectNetwork, removeNetworksOf } from './network.ts'
import { inspectOwned, listContainers, nameOf } from './observe.ts'

/** Connects those that are relays with what they stand for; does nothing to those that are connected, and to everybody else. */
export async function joinBaselines(context: DockerContext, ids: readonly string[]): Promise<void> {
  const infos = await Promise.all(ids.map((id) => inspectOwned(context, id)))
  await allEnded(infos.map((info) => (info === undefined ? undefined : joinBaseline(context, info))))
}

async function joinBaseline(context: DockerContext, info: Docker.ContainerInspectInfo): Promise<void> {
  const project = info.Config.Labels[label.baseline]
  if (project === undefined) return
  const name = networkName(project)
  const network = await inspectNetwork(context, name)
  // It may have been deleted since the stack was made; the next try finds that, and runs what it served.
  if (network === undefined)
    throw new KyozoError('engine_refused', `the network ${name} is gone, so nothing there can serve a preview`, {
      hint: 'push again or comment /kyozo deploy: the preview then runs what was served from there',
      retryable: true,
    })
  if (network.Labels?.[label.instance] !== context.instance || network.Labels[label.workspace] !== info.Config.Labels[label.workspace])
    throw new KyozoError('engine_refused', `the network ${name} is not of the same workspace, so ${nameOf(info)} is not connected with it`)
  if (Object.hasOwn(info.NetworkSettings.Networks, name)) return
  await ask({ tried: `connect container ${nameOf(info)} to network ${name}` }, () =>
    context.docker
      .getNetwork(network.Id)
      .connect({ Container: info.Id, EndpointConfig: { Aliases: [], ...behindItsOwn } })
      .catch(ignoreConnected),
  )
}

/** Its own network is the one that it is published from (engines before 28 decide that by the networks' names). */
const behindItsOwn = { GwPriority: -1 } as const

function ignoreConnected(error: unknown): void {
  if (!/already exists in network|already connected/i.test(String(error))) throw error
}

/** A preview that is being made may connect another relay in between. */
const removalTries = 3

/** Removes a stack's network, and takes the relays of all previews off it first: the engine removes none that anybody is connected to. */
export async function removeSharedNetworks(context: DockerContext, identity: StackIdentity): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await letRelaysGo(context, identity)
    try {
      return await removeNetworksOf(context, identity)
    } catch (error) {
      if (attempt === removalTries || !/active endpoints/i.test(String(error))) throw error
    }
  }
}

async function letRelaysGo(context: DockerContext, { project }: StackIdentity): Promise<void> {
  const relays = await listContainers(context, [`${label.instance}=${context.instance}`, `${label.baseline}=${project}`])
  const network = networkName(project)
  await allEnded(
    relays.map(({ Id, Names }) =>
      ask({ tried: `disconnect container ${Names[0]?.replace(/^\//, '') ?? Id} from network ${network}` }, () =>
        context.docker.getNetwork(network).disconnect({ Container: Id, Force: true }).catch(ignoreGone),
      ),
    ),
  )
}

function ignoreGone(error: unknown): void {
  if (statusOf(error) !== 404 && !/is not connected/i.test(String(error))) throw error
}
