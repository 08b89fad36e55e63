// One service as one file states it. Every key of the compose specification is either read here or decided by the policy's table.
import { type Readers, readKeys, refuseShape } from '../apply-policy.ts'
import type { ServiceDraft, VolumesFrom } from '../draft.ts'
import { addReference } from '../draft.ts'
import { stopGraceLimitsMs } from '../limits.ts'
import type { Located, LocatedMap } from '../located.ts'
import { named, serviceKeys } from '../policy.ts'
import { differ, refuse, type Scope } from '../scope.ts'
import { durationOf, flagOf, itemsOf, textOf, textsOf } from '../values.ts'
import { shown } from '../wording.ts'
import { splitWords } from '../words.ts'
import { readBuild } from './build.ts'
import { readDependsOn } from './dependencies.ts'
import { readEnvFiles, readEnvironment } from './environment.ts'
import { readFileReferences } from './files.ts'
import { readHealthcheck } from './healthcheck.ts'
import { dropImageName, readImage } from './image.ts'
import { readLabels } from './labels.ts'
import { readMounts } from './mounts.ts'
import { namePattern, readLinks, readNamespace, readNetworkMode, readServiceNetworks } from './network.ts'
import { readExpose, readPorts } from './ports.ts'
import { readDeploy, readReplicas, readRestart, readShmSize, readUlimits, setResource } from './resources.ts'
import { checkSecurityOptions, readCapAdd, readGroupAdd, readSysctls, readUser } from './security.ts'
import { readTmpfs } from './tmpfs.ts'

type ServiceKey = keyof typeof serviceKeys

export function readService(scope: Scope, node: LocatedMap): ServiceDraft {
  const draft: ServiceDraft = { place: node.place }
  const readers = { ...containerReaders(scope, draft), ...stackReaders(scope, { node, draft }), ...machineReaders(scope, draft) }
  readKeys(scope, node, { what: 'a service', policy: serviceKeys, readers })
  return draft
}

/** Sets a property of the draft unless the value is absent. */
function set<Key extends keyof ServiceDraft>(draft: ServiceDraft, key: Key, value: ServiceDraft[Key] | undefined): void {
  if (value !== undefined) draft[key] = value
}

/** What the process in the container is and sees. */
function containerReaders(scope: Scope, draft: ServiceDraft): Readers<ServiceKey> {
  return {
    command: (node) => set(draft, 'command', readCommand(scope, node)),
    entrypoint: (node) => set(draft, 'entrypoint', readCommand(scope, node)),
    // What stands under `environment` wins, wherever in the service it stands.
    env_file: (node) => set(draft, 'environment', { ...readEnvFiles(scope, node), ...draft.environment }),
    environment: (node) => set(draft, 'environment', { ...draft.environment, ...readEnvironment(scope, node) }),
    working_dir: (node) => set(draft, 'workingDir', readWorkingDir(scope, node)),
    user: (node) => set(draft, 'user', readUser(scope, node)),
    init: (node) => set(draft, 'init', flagOf(scope, node)),
    read_only: (node) => set(draft, 'isReadOnly', flagOf(scope, node)),
    healthcheck: (node) => set(draft, 'healthcheck', readHealthcheck(scope, node)),
    stop_signal: (node) => set(draft, 'stopSignal', readStopSignal(scope, node)),
    stop_grace_period: (node) => set(draft, 'stopGraceMs', readStopGrace(scope, node)),
    restart: (node) => set(draft, 'restart', readRestart(scope, node)),
    labels: (node) => set(draft, 'labels', readLabels(scope, node)),
    container_name: (node) => set(draft, 'containerName', readContainerName(scope, node)),
    hostname: (node) => set(draft, 'hostname', readHostname(scope, node)),
    configs: (node) => set(draft, 'files', [...(draft.files ?? []), ...readFileReferences(scope, node, 'configs')]),
    secrets: (node) => set(draft, 'files', [...(draft.files ?? []), ...readFileReferences(scope, node, 'secrets')]),
    volumes: (node) => set(draft, 'mounts', [...(draft.mounts ?? []), ...readMounts(scope, node, draft)]),
    tmpfs: (node) => set(draft, 'mounts', [...(draft.mounts ?? []), ...readTmpfs(scope, node)]),
  }
}

/** How it stands among the other services. */
function stackReaders(scope: Scope, { node: service, draft }: { node: LocatedMap; draft: ServiceDraft }): Readers<ServiceKey> {
  return {
    image: (node) => {
      if (service.entries.has('build')) dropImageName(scope, node.place)
      else set(draft, 'image', readImage(scope, node))
    },
    depends_on: (node) => set(draft, 'dependsOn', readDependsOn(scope, node, draft)),
    links: (node) => set(draft, 'links', readLinks(scope, node, draft)),
    networks: (node) => set(draft, 'networks', readServiceNetworks(scope, node, draft)),
    network_mode: (node) => readNetworkMode(scope, node, draft),
    pid: (node) => readNamespace(scope, node, { draft, key: 'pidService' }),
    ipc: (node) => readNamespace(scope, node, { draft, key: 'ipcService' }),
    ports: (node) => set(draft, 'ports', readPorts(scope, node)),
    expose: (node) => set(draft, 'expose', readExpose(scope, node)),
    profiles: (node) => set(draft, 'profiles', readProfiles(scope, node)),
    volumes_from: (node) => set(draft, 'volumesFrom', readVolumesFrom(scope, node, draft)),
  }
}

/** What it takes of the machine. */
function machineReaders(scope: Scope, draft: ServiceDraft): Readers<ServiceKey> {
  return {
    build: (node) => {
      set(draft, 'build', readBuild(scope, node))
      draft.buildPlace = node.place
    },
    deploy: (node) => readDeploy(scope, node, draft),
    scale: (node) => set(draft, 'replicas', readReplicas(scope, node)),
    mem_limit: (node) => setResource(scope, node, { draft, resource: 'memoryBytes' }),
    mem_reservation: (node) => setResource(scope, node, { draft, resource: 'memoryReservationBytes' }),
    cpus: (node) => setResource(scope, node, { draft, resource: 'cpus' }),
    pids_limit: (node) => setResource(scope, node, { draft, resource: 'pids' }),
    shm_size: (node) => set(draft, 'shmSizeBytes', readShmSize(scope, node)),
    ulimits: (node) => set(draft, 'ulimits', readUlimits(scope, node)),
    sysctls: (node) => set(draft, 'sysctls', readSysctls(scope, node)),
    cap_add: (node) => set(draft, 'capAdd', readCapAdd(scope, node)),
    security_opt: (node) => checkSecurityOptions(scope, node),
    group_add: (node) => set(draft, 'groupAdd', readGroupAdd(scope, node)),
    platform: (node) => set(draft, 'platform', readPlatform(scope, node)),
  }
}

function readCommand(scope: Scope, node: Located): readonly string[] | undefined {
  if (node.kind === 'list') return node.items.map((item) => textOf(scope, item) ?? '')
  const line = textOf(scope, node)
  if (line === undefined) return undefined
  const split = splitWords(line)
  return 'words' in split ? split.words : refuseShape(scope, node.place, split.problem)
}

function readWorkingDir(scope: Scope, node: Located): string | undefined {
  const folder = textOf(scope, node)
  if (folder === undefined || /^[^\0\n]{1,4096}$/.test(folder)) return folder
  return refuseShape(scope, node.place, '`working_dir` is not a path')
}

function readStopSignal(scope: Scope, node: Located): string | undefined {
  const signal = textOf(scope, node)
  if (signal === undefined || /^(?:SIG)?[A-Z0-9+]{1,16}$/.test(signal)) return signal
  return refuseShape(scope, node.place, `${shown(signal)} is not a signal; write it as \`SIGTERM\``)
}

/** A preview stops sooner; only what no environment allows is refused. */
function readStopGrace(scope: Scope, node: Located): number | undefined {
  const asked = durationOf(scope, node, { minimum: 0, maximum: stopGraceLimitsMs.trusted, what: 'a duration for stopping' })
  const limit = stopGraceLimitsMs[scope.trust]
  if (asked === undefined || asked <= limit) return asked
  differ(scope, node.place, { change: `\`stop_grace_period\` is ${limit / 1000} s`, reason: 'previews are not waited for longer' })
  return limit
}

function readHostname(scope: Scope, node: Located): string | undefined {
  const name = textOf(scope, node)
  if (name === undefined || /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(name)) return name
  return refuseShape(scope, node.place, `${shown(name)} is not a host name: letters, digits and dashes only`)
}

/** The name belongs to the whole machine, so kyozo gives the container another one; siblings that use it still reach the service. */
function readContainerName(scope: Scope, node: Located): string | undefined {
  const name = textOf(scope, node)
  if (name === undefined || name === '') return undefined
  const answers = namePattern.test(name)
  const reason = `\`container_name\` ${named[0]}${answers ? `; the service answers to ${shown(name)} on its network` : ''}`
  differ(scope, node.place, { change: '`container_name` is left out', reason })
  return answers ? name : undefined
}

function readProfiles(scope: Scope, node: Located): string[] {
  return itemsOf(scope, node).flatMap((item) => {
    const name = textOf(scope, item)
    if (name !== undefined && namePattern.test(name)) return [name]
    return refuseShape(scope, item.place, 'a profile is a plain word') ?? []
  })
}

function readVolumesFrom(scope: Scope, node: Located, draft: ServiceDraft): VolumesFrom[] {
  return textsOf(scope, node).flatMap(({ text, place }) => {
    const [service = '', mode = 'rw', ...rest] = text.split(':')
    if (service === 'container' || rest.length > 0 || (mode !== 'ro' && mode !== 'rw')) {
      return (
        refuse(scope, place, {
          rule: 'volumes_from',
          message: `${shown(text)} takes the volumes of another project’s container; list the volumes of the service itself`,
        }) ?? []
      )
    }
    addReference(draft, { kind: 'service', text: service, place, isRequired: true })
    return [{ service, isReadOnly: mode === 'ro', place }]
  })
}

function readPlatform(scope: Scope, node: Located): string | undefined {
  const platform = textOf(scope, node)
  if (platform === undefined || /^linux\/(?:amd64|arm64(?:\/v8)?|arm\/v[67]|386|ppc64le|s390x|riscv64)$/.test(platform)) return platform
  return refuse(scope, node.place, {
    rule: 'runtime',
    message: `the platform ${shown(platform)} is not one that kyozo runs; use \`linux/amd64\` or \`linux/arm64\``,
  })
}
