// What the document says of a service that the user's own compose file declares: its settings, without what would let it leave its limits.
import type { ComposeModelHealthcheck, ComposeModelMount, ComposeModelService, ComposeModelTmpfs } from '../topology/compose/model.ts'
import { isBaked } from './baked-files.ts'
import type { ComposeServiceInput } from './compose-service.ts'
import type { ComposeMap, ComposeValue } from './compose-value.ts'
import { confine, defaultResources, entrypointCapabilities, limit, publish, supervise } from './defaults.ts'
import { startsUnprivileged } from './dockerfile.ts'
import { composeContext } from './folder-service.ts'
import { pathBetween } from './relative-path.ts'
import type { BuildInput } from './stack.ts'
import { composeCpus, composeMemory } from './units.ts'

export interface ComposeDefinition extends ComposeServiceInput {
  readonly name: string
  readonly build: BuildInput | undefined
  readonly port: number | undefined
  readonly isOneShot: boolean
}

export function defineComposeService(source: ComposeDefinition): ComposeMap {
  const { service } = source
  return {
    ...imageOrBuild(source),
    platform: service.platform,
    entrypoint: service.entrypoint,
    command: service.command,
    working_dir: service.workingDir,
    user: service.user,
    group_add: unlessEmpty(service.groupAdd),
    hostname: service.hostname,
    init: service.init,
    ...publishedPorts(source),
    ...namespacesOf(source),
    volumes: unlessEmpty(service.mounts.flatMap(volumeOf)),
    healthcheck: service.healthcheck === undefined ? undefined : healthcheckOf(service.healthcheck),
    ...supervise(),
    restart: restartOf(source),
    stop_signal: service.stopSignal,
    ...(service.stopGraceMs === undefined ? {} : { stop_grace_period: duration(service.stopGraceMs) }),
    ...confine({
      capabilities: capabilitiesOf(service, source.build),
      ...(service.isReadOnly === undefined ? {} : { isReadOnly: service.isReadOnly }),
    }),
    tmpfs: unlessEmpty(service.mounts.flatMap((mount) => (mount.kind === 'tmpfs' ? [tmpfsOf(mount)] : []))),
    ulimits: Object.keys(service.ulimits).length === 0 ? undefined : service.ulimits,
    sysctls: Object.keys(service.sysctls).length === 0 ? undefined : service.sysctls,
    shm_size: service.shmSizeBytes === undefined ? undefined : `${service.shmSizeBytes}b`,
    ...limitsOf(source),
    labels: Object.keys(service.labels).length === 0 ? undefined : service.labels,
  }
}

/** An image that files were added to is built; what was read from a Dockerfile of the repository is named, not repeated. */
function imageOrBuild({ service, build }: ComposeDefinition): ComposeMap {
  if (build === undefined) return { image: service.image ?? '' }
  const own = service.build
  const isFromFile = own?.dockerfile !== undefined && !service.mounts.some(isBaked)
  return {
    build: {
      context: composeContext(build.context),
      ...(isFromFile ? { dockerfile: pathBetween(build.context, own.dockerfile ?? '') } : { dockerfile_inline: build.dockerfile }),
      target: build.target,
      args: Object.keys(build.args).length === 0 ? undefined : build.args,
    },
  }
}

/** Every port that the file publishes, and the one that kyozo probes and routes to. */
function publishedPorts({ service, port, spec }: ComposeDefinition): ComposeMap {
  if (service.networkMode !== undefined) return {}
  const wanted = service.ports.map(({ target, protocol }) => publish(target, protocol))
  if (spec?.port !== undefined && port !== undefined) wanted.push(publish(port))
  const expose = service.expose.map(({ target, protocol }) => (protocol === 'udp' ? `${target}/udp` : String(target)))
  return { ports: unlessEmpty([...new Set(wanted)]), expose: unlessEmpty([...new Set(expose)]) }
}

/** One network an environment: the further names that it answers to on the file's networks it has on that one. */
function namespacesOf({ model, key, service, names, name }: ComposeDefinition): ComposeMap {
  const inStack = (other: string) => `service:${names.get(other) ?? other}`
  const shared = {
    pid: service.pidService === undefined ? undefined : inStack(service.pidService),
    ipc: service.ipcService === undefined ? undefined : inStack(service.ipcService),
  }
  if (service.networkMode?.kind === 'none') return { network_mode: 'none', ...shared }
  if (service.networkMode?.kind === 'service') return { network_mode: inStack(service.networkMode.service), ...shared }
  const linked = Object.values(model.services).flatMap(({ links }) =>
    links.filter((link) => link.service === key).map((link) => link.alias),
  )
  const onNetworks = Object.values(service.networks).flatMap((network) => network.aliases)
  const aliases = new Set([key, ...linked, ...onNetworks, ...ownNames(service, names)])
  aliases.delete(name)
  return { ...(aliases.size === 0 ? {} : { networks: { default: { aliases: [...aliases].sort() } } }), ...shared }
}

/** Names of the container itself, by which Docker's networks know it too; none that is another service's. */
function ownNames({ containerName, hostname }: ComposeModelService, names: ReadonlyMap<string, string>): string[] {
  const taken = new Set([...names.keys(), ...names.values()])
  return [containerName, hostname].flatMap((own) => (own === undefined || taken.has(own) ? [] : [own]))
}

function volumeOf(mount: ComposeModelMount): ComposeMap[] {
  switch (mount.kind) {
    case 'volume': {
      const subpath = mount.subpath === undefined ? {} : { volume: { subpath: mount.subpath } }
      return [{ type: 'volume', source: mount.volume, target: mount.target, ...readOnly(mount.isReadOnly), ...subpath }]
    }
    case 'anonymous':
      return [{ type: 'volume', target: mount.target, ...readOnly(mount.isReadOnly) }]
    case 'tmpfs':
    case 'file':
    case 'folder':
      return []
  }
}

function readOnly(isReadOnly: boolean): ComposeMap {
  return isReadOnly ? { read_only: true } : {}
}

function tmpfsOf({ target, sizeBytes, mode, uid, gid, isExecutable }: ComposeModelTmpfs): string {
  const options = [
    ...(sizeBytes === undefined ? [] : [`size=${sizeBytes}`]),
    ...(mode === undefined ? [] : [`mode=${mode}`]),
    ...(uid === undefined ? [] : [`uid=${uid}`]),
    ...(gid === undefined ? [] : [`gid=${gid}`]),
    ...(isExecutable ? ['exec'] : []),
  ]
  return options.length === 0 ? target : `${target}:${options.join(',')}`
}

function healthcheckOf(check: ComposeModelHealthcheck): ComposeMap {
  if (check.isDisabled) return { disable: true }
  const times = {
    interval: check.intervalMs,
    timeout: check.timeoutMs,
    start_period: check.startPeriodMs,
    start_interval: check.startIntervalMs,
  }
  return {
    test: check.test,
    retries: check.retries,
    ...Object.fromEntries(Object.entries(times).map(([key, ms]) => [key, ms === undefined ? undefined : duration(ms)])),
  }
}

function restartOf({ service, isOneShot }: ComposeDefinition): ComposeValue {
  return service.restart ?? (isOneShot ? 'no' : 'unless-stopped')
}

/** What the file adds, and what images need that start as root; with a user of its own a process needs nothing of that. */
export function capabilitiesOf({ user, capAdd }: ComposeModelService, build: BuildInput | undefined): readonly string[] {
  const isRoot = user === undefined ? build === undefined || !startsUnprivileged(build.dockerfile) : /^(root|0+)(:|$)/.test(user)
  return [...new Set([...capAdd, ...(isRoot ? entrypointCapabilities : [])])]
}

function limitsOf({ service, spec }: ComposeDefinition): ComposeMap {
  const { memoryBytes, memoryReservationBytes, cpus, pids } = service.resources
  const fallback = spec?.resources ?? defaultResources
  return limit({
    memory: composeMemory(memoryBytes === undefined ? fallback.memory : String(memoryBytes)),
    cpus: composeCpus(cpus === undefined ? fallback.cpu : String(cpus)),
    replicas: service.replicas,
    ...(pids === undefined ? {} : { pids }),
    ...(memoryReservationBytes === undefined ? {} : { memoryReservation: composeMemory(String(memoryReservationBytes)) }),
  })
}

function duration(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`
}

function unlessEmpty(list: readonly ComposeValue[]): readonly ComposeValue[] | undefined {
  return list.length === 0 ? undefined : list
}
