// Reads what runs. Everything is found by labels; a name says nothing about whose a container is.
import type Docker from 'dockerode'
import { KyozoError } from '../../errors.ts'
import type { ContainerMake, ObservedContainer, ObservedStack } from '../../reconcile/plan.ts'
import type { StackIdentity } from '../engine.ts'
import { aliasesOf } from './alias.ts'
import { ask, type DockerContext } from './context.ts'
import { statusOf } from './errors.ts'
import { composeLabel, type Labels, label, networkName, volumeName } from './labels.ts'

export async function observeStack(context: DockerContext, identity: StackIdentity, images: readonly string[]): Promise<ObservedStack> {
  const [containers, hasNetwork, volumes, existing] = await Promise.all([
    observeProject(context, identity.project),
    networkExists(context, identity.project),
    volumesOf(context, identity.project),
    existingImages(context, images),
  ])
  return { project: identity.project, containers, hasNetwork, ...volumes, images: existing }
}

async function observeProject(context: DockerContext, project: string): Promise<readonly ObservedContainer[]> {
  const listed = await listContainers(context, [`${label.instance}=${context.instance}`, `${composeLabel.project}=${project}`])
  return observeContainers(
    context,
    listed.map((container) => container.Id),
  )
}

/** In the order asked; what is gone is left out, and what is not this instance's is refused. */
export async function observeContainers(context: DockerContext, ids: readonly string[]): Promise<readonly ObservedContainer[]> {
  const inspected = await Promise.all(ids.map((id) => inspectOwned(context, id)))
  return inspected.filter((info) => info !== undefined).map(asObserved)
}

export function listContainers(context: DockerContext, labels: readonly string[]): Promise<Docker.ContainerInfo[]> {
  return ask({ tried: 'list containers' }, (abortSignal) =>
    context.docker.listContainers({ all: true, filters: { label: [...labels] }, abortSignal }),
  )
}

/** The container, or nothing when it is gone. Throws `engine_refused` when it is not this instance's. */
export async function inspectOwned(context: DockerContext, id: string): Promise<Docker.ContainerInspectInfo | undefined> {
  const info = await ask({ tried: `inspect container ${id.slice(0, 12)}` }, (abortSignal) =>
    context.docker.getContainer(id).inspect({ abortSignal }).catch(ignoreMissing),
  )
  if (info && info.Config.Labels[label.instance] !== context.instance)
    throw new KyozoError('engine_refused', `container ${nameOf(info)} does not belong to this kyozo, so it is left alone`, {
      hint: `it does not carry the label ${label.instance}=${context.instance}`,
    })
  return info
}

export function ignoreMissing(error: unknown): undefined {
  if (statusOf(error) !== 404) throw error
}

async function networkExists(context: DockerContext, project: string): Promise<boolean> {
  const networks = await ask({ tried: 'list networks' }, (abortSignal) =>
    context.docker.listNetworks({
      filters: { label: [`${label.instance}=${context.instance}`, `${composeLabel.project}=${project}`] },
      abortSignal,
    }),
  )
  return networks.some((network) => network.Name === networkName(project))
}

/** The names that the compose document gives them. */
async function volumesOf(context: DockerContext, project: string): Promise<Required<Pick<ObservedStack, 'volumes' | 'takenVolumes'>>> {
  const prefix = volumeName(project, '')
  const { Volumes } = await ask({ tried: 'list volumes' }, (abortSignal) =>
    context.docker.listVolumes({ filters: { name: [prefix] }, abortSignal }),
  )
  const named = Volumes.filter(({ Name }) => Name.startsWith(prefix))
  const [own, taken] = [true, false].map((isOwn) => named.filter(({ Labels }) => (Labels?.[label.instance] === context.instance) === isOwn))
  const short = (volumes: typeof named = []) => volumes.map(({ Name }) => Name.slice(prefix.length)).sort()
  return { volumes: short(own), takenVolumes: short(taken) }
}

async function existingImages(context: DockerContext, images: readonly string[]): Promise<ReadonlySet<string>> {
  const found = await Promise.all(
    [...new Set(images)].map((image) =>
      ask({ tried: `look for image ${image}` }, () =>
        context.docker
          .getImage(image)
          .inspect()
          .then(({ Config }) => (isRightlyNamed(image, Config.Labels ?? {}) ? image : undefined), ignoreMissing),
      ),
    ),
  )
  return new Set(found.filter((image) => image !== undefined))
}

/** Something else that somebody gave the name of a built image to is as good as none. Images from before the label have none. */
export function isRightlyNamed(image: string, labels: Labels): boolean {
  const [, workspace, service] = /^kyozo\/([^/:]+)\/([^/:]+):/.exec(image) ?? []
  if (workspace === undefined) return true
  const isOf = labels[label.workspace] === workspace && labels[label.service] === service
  return isOf && (labels[label.image] ?? image) === image
}

export function nameOf(info: Docker.ContainerInspectInfo): string {
  return info.Name.replace(/^\//, '')
}

export function asObserved(info: Docker.ContainerInspectInfo): ObservedContainer {
  const labels = info.Config.Labels
  const service = labels[composeLabel.service] ?? labels[label.service] ?? ''
  const endpoint = info.NetworkSettings.Networks[networkName(labels[composeLabel.project] ?? '')]
  const home = joinedBy(info)
  return {
    id: info.Id,
    name: nameOf(info),
    service,
    image: info.Config.Image,
    state: info.State.Status as ObservedContainer['state'],
    health: (info.State.Health?.Status ?? 'none') as ObservedContainer['health'],
    ...failedCheckOutput(info.State.Health),
    exitCode: info.State.ExitCode,
    wasOutOfMemory: info.State.OOMKilled,
    restartCount: info.RestartCount,
    startedAt: info.State.StartedAt.startsWith('0001-') ? null : info.State.StartedAt,
    hasAlias: aliasesOf(endpoint).includes(service),
    addressOnNetwork: endpoint?.IPAddress || null,
    publishedPorts: publishedPorts(info.NetworkSettings.Ports),
    ...(home === undefined ? {} : { livesIn: home }),
    configHash: labels[label.configHash] ?? '',
    release: labels[label.release] ?? '',
    revision: labels[label.revision] ?? '',
    generation: Number(labels[label.generation] ?? 0),
    made: makeOf(info),
  }
}

/** The engine's own, for one that says nothing. */
const defaultStopSeconds = 10

/** Go's time of nothing. */
const never = '0001-'

function makeOf({ Config, HostConfig, Created, State, NetworkSettings }: Docker.ContainerInspectInfo): ContainerMake {
  const number = Number(Config.Labels[composeLabel.number])
  return {
    labels: Object.fromEntries(Object.entries(Config.Labels).filter(([name]) => name.startsWith('kyozo.'))),
    number: Number.isInteger(number) && number > 0 ? number : null,
    environment: Object.fromEntries((Config.Env ?? []).map((line) => [line.split('=')[0] ?? '', line.slice(line.indexOf('=') + 1)])),
    memoryBytes: HostConfig.Memory ?? 0,
    nanoCpus: HostConfig.NanoCpus ?? 0,
    restartPolicy: HostConfig.RestartPolicy?.Name || 'no',
    networks: Object.keys(NetworkSettings.Networks ?? {}).sort(),
    boundPorts: Object.keys((HostConfig.PortBindings ?? {}) as object)
      .filter((inside) => inside.endsWith('/tcp'))
      .map((inside) => Number.parseInt(inside, 10)),
    createdAt: Created,
    finishedAt: State.FinishedAt.startsWith(never) ? null : State.FinishedAt,
    stopGraceMs: ((Config as { readonly StopTimeout?: number }).StopTimeout ?? defaultStopSeconds) * 1000,
  }
}

/** The container whose namespace it joins: of several the first decides. */
export function joinedBy({ HostConfig }: Pick<Docker.ContainerInspectInfo, 'HostConfig'>): string | undefined {
  const modes = [HostConfig.NetworkMode, HostConfig.PidMode, HostConfig.IpcMode]
  return modes.map((mode) => /^container:(.+)$/.exec(mode ?? '')?.[1]).find((id) => id !== undefined)
}

function failedCheckOutput(health: Docker.ContainerInspectInfo['State']['Health']): { readonly healthOutput?: string } {
  if (health?.Status !== 'unhealthy') return {}
  const output = health.Log?.at(-1)?.Output?.trim().split('\n')[0]
  return output ? { healthOutput: output } : {}
}

function publishedPorts(ports: Docker.ContainerInspectInfo['NetworkSettings']['Ports']): Record<number, number> {
  const published: Record<number, number> = {}
  for (const [inside, bindings] of Object.entries(ports ?? {})) {
    const onLoopback = bindings?.find((binding) => binding.HostIp === '127.0.0.1') ?? bindings?.[0]
    if (inside.endsWith('/tcp') && onLoopback) published[Number.parseInt(inside, 10)] = Number(onLoopback.HostPort)
  }
  return published
}
