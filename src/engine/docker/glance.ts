// How every stack of this instance looks from afar: as much as three listings tell, so that a closer look is taken only where something changed.
import type Docker from 'dockerode'
import { ask, type DockerContext } from './context.ts'
import { composeLabel, label } from './labels.ts'
import { listContainers } from './observe.ts'

export async function glanceAtAll(context: DockerContext): Promise<ReadonlyMap<string, string>> {
  const ours = `${label.instance}=${context.instance}`
  const filters = { label: [ours] }
  const [containers, networks, volumes] = await Promise.all([
    listContainers(context, [ours]),
    ask({ tried: 'list networks' }, (abortSignal) => context.docker.listNetworks({ filters, abortSignal })),
    ask({ tried: 'list volumes' }, (abortSignal) => context.docker.listVolumes({ filters, abortSignal })),
  ])
  const seen = [
    ...containers.map((container) => [container.Labels, sayContainer(container)] as const),
    ...networks.map((network) => [network.Labels ?? {}, `network ${network.Id}`] as const),
    ...(volumes.Volumes ?? []).map((volume) => [volume.Labels ?? {}, `volume ${volume.Name}`] as const),
  ]
  const byProject = Map.groupBy(seen, ([labels]) => (labels as Record<string, string>)[composeLabel.project] ?? '')
  return new Map(
    [...byProject].map(([project, lines]) => [
      project,
      lines
        .map(([, line]) => line)
        .sort()
        .join('\n'),
    ]),
  )
}

function sayContainer({ Id, Names, Image, State, Status, Labels, Ports, NetworkSettings }: Docker.ContainerInfo): string {
  const own = Object.entries(Labels).filter(([name]) => name.startsWith('kyozo.'))
  const ports = Ports.map(({ PrivatePort, PublicPort, IP }) => `${IP ?? ''}:${PublicPort ?? ''}:${PrivatePort}`).sort()
  const networks = Object.entries(NetworkSettings?.Networks ?? {}).map(([name, { NetworkID }]) => `${name}=${NetworkID}`)
  const health = /\((?:un)?healthy\)/.exec(Status)?.[0] ?? ''
  return JSON.stringify([Id, Names, Image, State, health, own.sort(), ports, networks.sort()])
}
