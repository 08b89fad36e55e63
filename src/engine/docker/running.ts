// What runs now, from one listing: whoever looks every few seconds must not ask for each container.
import type Docker from 'dockerode'
import type { RunningContainer } from '../engine.ts'
import type { DockerContext } from './context.ts'
import { composeLabel, label, networkName } from './labels.ts'
import { listContainers } from './observe.ts'

export async function runningContainers(context: DockerContext): Promise<readonly RunningContainer[]> {
  const listed = await listContainers(context, [`${label.instance}=${context.instance}`])
  return listed.filter(({ State }) => State === 'running').map(asRunning)
}

function asRunning({ Id, Labels, Ports, NetworkSettings, Status }: Docker.ContainerInfo): RunningContainer {
  const project = Labels[composeLabel.project] ?? ''
  const published = Ports.filter(({ Type, PublicPort }) => Type === 'tcp' && PublicPort)
  // What is published on loopback comes last and stays.
  const ordered = [...published].sort((a, b) => Number(a.IP === '127.0.0.1') - Number(b.IP === '127.0.0.1'))
  return {
    id: Id,
    project,
    service: Labels[composeLabel.service] ?? Labels[label.service] ?? '',
    configHash: Labels[label.configHash] ?? '',
    health: healthIn(Status),
    addressOnNetwork: NetworkSettings?.Networks[networkName(project)]?.IPAddress || null,
    publishedPorts: Object.fromEntries(ordered.map(({ PrivatePort, PublicPort }) => [PrivatePort, PublicPort])),
  }
}

/** A listing has it in words only: `Up 3 minutes (healthy)`, `Up 2 seconds (health: starting)`. */
export function healthIn(status: string): RunningContainer['health'] {
  const [, said] = /\((?:health: )?(starting|healthy|unhealthy)\)$/.exec(status) ?? []
  return (said as RunningContainer['health'] | undefined) ?? 'none'
}
