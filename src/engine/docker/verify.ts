// A second look at what was created, with the engine's own eyes: whatever slipped through the reading of a compose file must not run.
import type Docker from 'dockerode'
import type { Namespace, ServiceModel } from './document.ts'
import { label } from './labels.ts'

export interface Expectation {
  readonly project: string
  readonly instance: string
  readonly model: ServiceModel
}

/** Sentences about what the container may do beyond its document; empty when it is as it should be. Pure. */
export function dangersOf(info: Docker.ContainerInspectInfo, expected: Expectation): readonly string[] {
  const host = info.HostConfig
  const securityOptions = (host.SecurityOpt ?? []) as readonly string[]
  return [
    ...(info.Config.Labels[label.instance] === expected.instance ? [] : [`it does not carry the label ${label.instance}`]),
    ...(host.Privileged ? ['it is privileged'] : []),
    ...(securityOptions.some(forbidsNewPrivileges) ? [] : ['it may gain new privileges']),
    ...securityOptions.filter((option) => !forbidsNewPrivileges(option)).map((option) => `it has the security option ${option}`),
    ...sharedNamespaces(info, expected),
    ...capabilityDangers(host, expected.model),
    ...mountDangers(info, expected.project),
    ...deviceDangers(host),
    ...portDangers(host, expected.model),
  ]
}

function forbidsNewPrivileges(option: string): boolean {
  return /^no-new-privileges([:=]true)?$/.test(option)
}

function sharedNamespaces(info: Docker.ContainerInspectInfo, { project, model }: Expectation): readonly string[] {
  const host = info.HostConfig
  // Of another service of its stack: Compose puts the id of that service's container for its name.
  const isMeant = (namespace: Namespace, value: string) => value.startsWith('container:') && model.sharedNamespaces.includes(namespace)
  const isOwnNetwork = (network: string) => network === 'none' || network.startsWith(`${project}_`) || isMeant('network_mode', network)
  const foreign = [host.NetworkMode ?? '', ...Object.keys(info.NetworkSettings.Networks)].filter((network) => !isOwnNetwork(network))
  const shares = (namespace: Namespace, value: string | undefined) => value && value !== 'private' && !isMeant(namespace, value)
  return [
    ...[...new Set(foreign)].map((network) => `it is in the network ${network}`),
    ...(shares('pid', host.PidMode) ? [`it shares the processes of ${host.PidMode}`] : []),
    ...(shares('ipc', host.IpcMode) ? [`it shares the memory of ${host.IpcMode}`] : []),
    ...(host.UTSMode ? [`it shares the host name of ${host.UTSMode}`] : []),
    ...(host.UsernsMode ? [`it shares the users of ${host.UsernsMode}`] : []),
  ]
}

function capabilityDangers(host: Docker.HostConfig, model: ServiceModel): readonly string[] {
  const added = capabilityNames(host.CapAdd).filter((name) => !model.addedCapabilities.includes(name))
  const kept = model.droppedCapabilities.filter((name) => !capabilityNames(host.CapDrop).includes(name))
  return [...added.map((name) => `it has the capability ${name}`), ...kept.map((name) => `it did not lose the capability ${name}`)]
}

function capabilityNames(list: unknown): readonly string[] {
  return Array.isArray(list) ? list.map((name) => String(name).replace(/^CAP_/, '')) : []
}

function mountDangers(info: Docker.ContainerInspectInfo, project: string): readonly string[] {
  const binds = (info.HostConfig.Binds ?? []).map((bind) => bind.split(':')[0] ?? '')
  const mounts = (info.HostConfig.Mounts ?? []) as readonly {
    Type?: string
    Source?: string
    VolumeOptions?: { DriverConfig?: { Options?: object } }
  }[]
  const volumes = [...binds, ...mounts.filter((mount) => mount.Type === 'volume').map((mount) => mount.Source ?? '')]
  return [
    ...volumes.filter((source) => source !== '' && !source.startsWith(`${project}_`)).map((source) => `it mounts ${source}`),
    ...mounts
      .filter((mount) => mount.Type !== 'volume' && mount.Type !== 'tmpfs')
      .map((mount) => `it mounts ${mount.Source} as ${mount.Type}`),
    ...mounts
      .filter((mount) => Object.keys(mount.VolumeOptions?.DriverConfig?.Options ?? {}).length > 0)
      .map((mount) => `it mounts ${mount.Source} with driver options`),
    ...(info.HostConfig.VolumesFrom ? ['it mounts the volumes of another container'] : []),
  ]
}

function deviceDangers(host: Docker.HostConfig): readonly string[] {
  const lists: readonly unknown[] = [host.Devices, host.DeviceRequests, host.DeviceCgroupRules]
  return lists.some((list) => Array.isArray(list) && list.length > 0) ? ['it reaches a device of the machine'] : []
}

function portDangers(host: Docker.HostConfig, model: ServiceModel): readonly string[] {
  const bindings = Object.values((host.PortBindings ?? {}) as Record<string, readonly { HostIp?: string; HostPort?: string }[] | null>)
  return bindings
    .flatMap((list) => list ?? [])
    .filter((binding) => binding.HostIp !== '127.0.0.1' && binding.HostIp !== '::1')
    .filter((binding) => !model.heldPorts.includes(`${binding.HostIp}:${binding.HostPort}`))
    .map((binding) => `it listens on ${binding.HostIp || 'every address'} of the machine`)
}
