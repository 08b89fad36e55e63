// The policy: for every key of the compose specification, what happens with it in a team's own branch, in a preview of a pull request, and in a
// preview from a fork. It is data: an operator's settings loosen it by replacing decisions, not by other code.
//
//   allow     read as it is (within the limits of limits.ts)
//   drop      the value is not used, kyozo decides; listed as a difference with `why`
//   ignore    the value means nothing for a server; left out with a warning
//   operator  refused, until the operator of this kyozo allows it
//   deny      refused
//
// Where dropping a value weakens nothing and breaks nothing, previews drop it instead of refusing it, so that a file that production accepts is
// not refused for its preview.
import type { ComposeRule, Trust } from './model.ts'

export type Decision = 'allow' | 'drop' | 'ignore' | 'operator' | 'deny'

export interface PolicyRow {
  readonly rule: ComposeRule
  readonly decisions: Readonly<Record<Trust, Decision>>
  /** What is wrong with the key (refused), or why kyozo decides (dropped), as the end of a sentence that begins with the key. */
  readonly why: string
  /** What to do instead. */
  readonly instead: string
}

function row(rule: ComposeRule, decisions: string, [why, instead]: readonly [string, string] = ['', '']): PolicyRow {
  const [trusted, preview = trusted, fork = preview] = decisions.split(' ') as Decision[]
  return { rule, decisions: { trusted: trusted!, preview: preview!, fork: fork! }, why, instead }
}

const removeIt = 'remove it'
const resourceCapture = ['takes resources of the machine from others', 'limit the service with `deploy.resources.limits` instead'] as const
const hostDevice = ['gives the container a device of the host', 'remove it, or ask the operator of this kyozo to allow it'] as const
const hostNamespace = ['shares a namespace with the host or another project', 'remove it'] as const
const resolver = ['takes name resolution away from the stack', 'remove it; services reach one another by their names'] as const
export const named = ['is chosen by kyozo, because the name belongs to the whole machine', removeIt] as const
const interactive = ['is for work at a terminal and means nothing for a server', removeIt] as const
const previewsAreSmall = ['is decided by kyozo in previews, which are small', removeIt] as const
const allowed = 'allow'

/** Every key of a service. A key that is not here is unknown and refused. */
export const serviceKeys = {
  annotations: row('label', 'drop', ['are for other tools than kyozo', removeIt]),
  attach: row('interactive', 'ignore', interactive),
  blkio_config: row('limit', 'deny', resourceCapture),
  build: row('build_option', allowed),
  cap_add: row('cap_add', 'allow deny', ['gives the container rights that a preview does not get', removeIt]),
  cap_drop: row('cap_add', 'drop', ['is not needed: kyozo drops all capabilities that the service does not ask for', removeIt]),
  cgroup: row('namespace', 'deny', hostNamespace),
  cgroup_parent: row('namespace', 'deny', ['leaves the limits that kyozo sets', removeIt]),
  command: row('schema', allowed),
  configs: row('config', allowed),
  container_name: row('schema', allowed),
  cpu_count: row('limit', 'deny', resourceCapture),
  cpu_percent: row('limit', 'deny', resourceCapture),
  cpu_period: row('limit', 'deny', resourceCapture),
  cpu_quota: row('limit', 'deny', resourceCapture),
  cpu_rt_period: row('limit', 'deny', resourceCapture),
  cpu_rt_runtime: row('limit', 'deny', resourceCapture),
  cpu_shares: row('limit', 'deny', resourceCapture),
  cpus: row('limit', 'allow drop', previewsAreSmall),
  cpuset: row('limit', 'deny', resourceCapture),
  credential_spec: row('credential_spec', 'deny', ['reads a file of the host', removeIt]),
  depends_on: row('dependency', allowed),
  deploy: row('schema', allowed),
  develop: row('interactive', 'ignore', ['is for `docker compose watch` on a developer’s machine', removeIt]),
  device_cgroup_rules: row('device', 'operator deny', hostDevice),
  devices: row('device', 'operator deny', hostDevice),
  dns: row('dns', 'operator deny', resolver),
  dns_opt: row('dns', 'operator deny', resolver),
  dns_search: row('dns', 'operator deny', resolver),
  domainname: row('schema', 'drop', named),
  entrypoint: row('schema', allowed),
  env_file: row('env_file', 'allow allow deny', ['is not read for a fork, which gets no settings of the team', 'write what the preview needs under `environment`']),
  environment: row('schema', allowed),
  expose: row('ports', allowed),
  extends: row('extends', allowed),
  external_links: row('links', 'deny', ['reaches containers of other projects', 'name a service of this file under `depends_on`']),
  extra_hosts: row('extra_hosts', 'deny', ['points a name at the host or at an address outside of the stack', 'reach services by their names']),
  gpus: row('device', 'operator deny', hostDevice),
  group_add: row('group_add', 'allow', ['', '']),
  healthcheck: row('limit', allowed),
  hostname: row('schema', 'allow drop', named),
  image: row('image', allowed),
  init: row('schema', allowed),
  ipc: row('namespace', 'allow deny', hostNamespace),
  isolation: row('runtime', 'operator deny', ['chooses how containers are isolated', removeIt]),
  label_file: row('env_file', 'deny', ['reads labels from a file', 'write them under `labels`']),
  labels: row('label', allowed),
  // Within the stack's own network, which a preview has too.
  links: row('links', allowed),
  logging: row('schema', 'drop', ['is kept by kyozo: JSON files, three of 10 MiB', removeIt]),
  mac_address: row('schema', 'drop', named),
  mem_limit: row('limit', 'allow drop', previewsAreSmall),
  mem_reservation: row('limit', 'allow drop', previewsAreSmall),
  mem_swappiness: row('limit', 'deny', resourceCapture),
  memswap_limit: row('limit', 'drop', ['is the memory limit: a service that swaps slows all others down', removeIt]),
  models: row('models', 'deny', ['starts a model runner outside of the stack', removeIt]),
  network_mode: row('network', allowed),
  networks: row('network', allowed),
  oom_kill_disable: row('limit', 'deny', ['hangs the machine when its memory runs out', removeIt]),
  oom_score_adj: row('limit', 'deny', resourceCapture),
  pid: row('namespace', 'allow deny', hostNamespace),
  pids_limit: row('limit', 'allow drop', previewsAreSmall),
  platform: row('runtime', 'allow drop', ['is that of the machine in previews', removeIt]),
  ports: row('ports', allowed),
  post_start: row('hook', 'deny', ['runs a command that kyozo’s releases do not wait for', 'put it into the entrypoint, or into a service of its own that others depend on with `service_completed_successfully`']),
  pre_stop: row('hook', 'deny', ['runs a command that kyozo’s releases do not wait for', 'let the program handle its stop signal']),
  privileged: row('privileged', 'operator deny', ['gives the container the whole host', 'remove it; name single capabilities under `cap_add` when one is needed']),
  profiles: row('schema', allowed),
  provider: row('provider', 'deny', ['runs a program on the host', removeIt]),
  pull_policy: row('schema', 'drop', ['is decided by kyozo, which resolves every image to a digest', removeIt]),
  pull_refresh_after: row('schema', 'drop', ['is decided by kyozo, which resolves every image to a digest', removeIt]),
  read_only: row('schema', allowed),
  restart: row('schema', 'allow drop', ['is `on-failure:5` in previews, so that a broken one ends', removeIt]),
  runtime: row('runtime', 'operator deny', ['chooses how containers are isolated', removeIt]),
  scale: row('quota', 'allow drop', previewsAreSmall),
  secrets: row('secret', allowed),
  security_opt: row('security_opt', allowed),
  shm_size: row('limit', 'allow', ['', '']),
  stdin_open: row('interactive', 'ignore', interactive),
  stop_grace_period: row('limit', allowed),
  stop_signal: row('schema', allowed),
  storage_opt: row('limit', 'deny', resourceCapture),
  sysctls: row('sysctl', 'allow deny', ['changes the kernel’s settings, which a preview may not', removeIt]),
  tmpfs: row('limit', allowed),
  tty: row('interactive', 'ignore', interactive),
  ulimits: row('limit', 'allow deny', ['asks for more than a preview gets', removeIt]),
  use_api_socket: row('api_socket', 'deny', ['hands the container the engine and its credentials', removeIt]),
  user: row('user', allowed),
  userns_mode: row('namespace', 'deny', hostNamespace),
  uts: row('namespace', 'deny', hostNamespace),
  volumes: row('bind', allowed),
  volumes_from: row('volumes_from', 'allow deny', ['takes the volumes of another container', 'list the volumes of the service itself']),
  working_dir: row('schema', allowed),
} as const satisfies Record<string, PolicyRow> // biome-ignore format: a table

const builderChoice = ['is decided by kyozo’s builder', removeIt] as const
const builderRight = ['gives the build rights on the builder', removeIt] as const

/** Every key of `build`. */
export const buildKeys = {
  additional_contexts: row('build_context', 'deny', ['reads folders or images outside of the build context', 'copy from the repository with a context that holds both']),
  args: row('build_option', allowed),
  cache_from: row('build_option', allowed),
  cache_to: row('build_option', allowed),
  context: row('build_context', allowed),
  dockerfile: row('build_context', allowed),
  dockerfile_inline: row('build_context', allowed),
  entitlements: row('build_option', 'deny', builderRight),
  extra_hosts: row('build_option', 'deny', ['points a name of the build at another address', removeIt]),
  isolation: row('build_option', 'drop', builderChoice),
  labels: row('build_option', 'drop', ['are set by kyozo on the images that it builds', 'use LABEL in the Dockerfile']),
  network: row('build_option', allowed),
  no_cache: row('build_option', 'drop', builderChoice),
  no_cache_filter: row('build_option', 'drop', builderChoice),
  platforms: row('build_option', 'drop', builderChoice),
  privileged: row('build_option', 'deny', builderRight),
  provenance: row('build_option', 'drop', builderChoice),
  pull: row('build_option', 'drop', builderChoice),
  sbom: row('build_option', 'drop', builderChoice),
  secrets: row('build_option', 'operator deny', ['would put a file of the repository into the build as if it were secret', 'COPY the file, which is in the repository anyway']),
  shm_size: row('build_option', 'drop', builderChoice),
  ssh: row('build_option', 'deny', ['lends the build an SSH agent', 'commit what the build needs, or take it from a registry of packages']),
  tags: row('build_option', allowed),
  target: row('build_option', allowed),
  ulimits: row('build_option', 'drop', builderChoice),
} as const satisfies Record<string, PolicyRow> // biome-ignore format: a table

/** Every key of `deploy`. */
export const deployKeys = {
  endpoint_mode: row('placement', 'drop', ['is decided by kyozo, which routes to every container', removeIt]),
  labels: row('label', allowed),
  mode: row('quota', allowed),
  placement: row('placement', 'operator deny', ['chooses the machine that runs the service', removeIt]),
  replicas: row('quota', 'allow drop', previewsAreSmall),
  resources: row('limit', 'allow drop', previewsAreSmall),
  restart_policy: row('schema', 'allow drop', ['is `on-failure:5` in previews, so that a broken one ends', removeIt]),
  rollback_config: row('schema', 'drop', ['is not needed: kyozo keeps the old containers until the new ones are healthy', removeIt]),
  update_config: row('schema', 'drop', ['is not needed: kyozo starts new containers beside the old ones', removeIt]),
} as const satisfies Record<string, PolicyRow> // biome-ignore format: a table

/** Every key at the top of the file. */
export const topKeys = {
  configs: row('config', allowed),
  include: row('include', allowed),
  models: row('models', 'deny', ['starts a model runner outside of the stack', removeIt]),
  name: row('schema', 'drop', ['is chosen by kyozo from the repository and the environment', removeIt]),
  networks: row('network', allowed),
  secrets: row('secret', allowed),
  services: row('schema', allowed),
  version: row('schema', allowed),
  volumes: row('volume_driver', allowed),
} as const satisfies Record<string, PolicyRow>

const otherProjects = ['reaches what belongs to other projects', 'declare it without'] as const

/** Every key of one entry of the top-level `volumes`. */
export const volumeKeys = {
  driver: row('volume_driver', allowed),
  driver_opts: row('volume_driver_opts', 'deny', [
    'can mount any folder of the host under a volume’s name',
    'declare the volume without options',
  ]),
  external: row('volume_name', 'deny', otherProjects),
  labels: row('label', 'drop', ['are set by kyozo on the volumes that it makes', removeIt]),
  name: row('volume_name', 'deny', ['names a volume of the whole machine, maybe somebody else’s', 'remove it; kyozo names volumes itself']),
} as const satisfies Record<string, PolicyRow>

/** What takes the place of `driver_opts` when they name a file system of the network. */
export const foreignFileSystem = row('volume_driver', 'operator deny', [
  'makes the host mount a file system from an address that the file chooses',
  'declare the volume without options',
])

/** Every key of one entry of the top-level `networks`. */
export const networkKeys = {
  attachable: row('network', 'drop', ['is never set: only the stack’s own services join its networks', removeIt]),
  driver: row('network', allowed),
  driver_opts: row('network', 'deny', ['changes how the machine’s network works', removeIt]),
  enable_ipv4: row('network', 'drop', ['is decided by the operator of this kyozo', removeIt]),
  enable_ipv6: row('network', 'drop', ['is decided by the operator of this kyozo', removeIt]),
  external: row('network', 'deny', otherProjects),
  internal: row('network', allowed),
  ipam: row('network', 'deny', ['takes addresses that may belong to others', 'remove it; services reach one another by their names']),
  labels: row('label', 'drop', ['are set by kyozo on the networks that it makes', removeIt]),
  name: row('network', 'deny', ['names a network of the whole machine, maybe somebody else’s', 'remove it; kyozo names networks itself']),
} as const satisfies Record<string, PolicyRow> // biome-ignore format: a table

const kyozoSecrets = 'reads the environment of kyozo itself'

/** Every key of one entry of the top-level `configs` and `secrets`. */
export const fileKeys = {
  content: row('config', allowed),
  driver: row('config', 'deny', ['runs a plugin of the engine', removeIt]),
  driver_opts: row('config', 'deny', ['runs a plugin of the engine', removeIt]),
  environment: row('config', 'deny', [kyozoSecrets, 'write it under `content`, or name a `file` of the repository']),
  external: row('config', 'deny', otherProjects),
  file: row('config', allowed),
  labels: row('label', 'drop', ['are for other tools than kyozo', removeIt]),
  name: row('config', 'deny', ['names something that belongs to the whole machine', removeIt]),
  template_driver: row('config', 'deny', ['runs templates of the file on the engine', removeIt]),
} as const satisfies Record<string, PolicyRow>
