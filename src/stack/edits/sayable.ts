// What compose.kyozo.yaml can say. It is the document that runs, so it can say no less than what kyozo runs a service with, and nothing that kyozo
// would have to do in another way: such a thing belongs into the user's own compose file, which kyozo reads and carries out.

import { portsLimit } from '../../topology/compose/limits.ts'
import type { Located, LocatedMap, Place } from '../../topology/compose/located.ts'
import type { ComposeRule } from '../../topology/compose/model.ts'
import { shown } from '../../topology/compose/wording.ts'
import { isSame } from '../committed/values.ts'

export interface Refusal {
  readonly place: Place
  readonly rule: ComposeRule
  readonly message: string
}

/** Refusals of what people wrote; `generated` is what kyozo generates, which is right as it is. */
export function refusalsOf(file: LocatedMap, generated: LocatedMap): readonly Refusal[] {
  const [services, own] = [servicesOf(file), servicesOf(generated)]
  return [
    ...topRefusals(file, generated),
    ...[...services].flatMap(([name, service]) => (service.kind === 'map' ? serviceRefusals(service, mapOf(own.get(name))) : [])),
  ]
}

export function servicesOf(file: LocatedMap): ReadonlyMap<string, Located> {
  return mapOf(file.entries.get('services'))?.entries ?? new Map()
}

function mapOf(node: Located | undefined): LocatedMap | undefined {
  return node?.kind === 'map' ? node : undefined
}

function topRefusals(file: LocatedMap, generated: LocatedMap): readonly Refusal[] {
  return [...file.entries].flatMap(([key, { place }]): Refusal[] => {
    if (key.startsWith('x-') || key === 'services' || key === 'volumes') return []
    if (key !== 'networks') return [{ place, rule: 'schema', message: `${shown(key)} ${elsewhere}` }]
    return isOneNetwork(file.entries.get(key)!, generated.entries.get(key))
      ? []
      : [{ place, rule: 'network', message: 'an environment has one network, `default: {}`; take the change back' }]
  })
}

function isOneNetwork(networks: Located, generated: Located | undefined): boolean {
  if (isSame(networks, generated)) return true
  const [first, ...more] = networks.kind === 'map' ? [...networks.entries] : []
  const isPlain = first?.[1].kind === 'scalar' && first[1].value === null
  return first?.[0] === 'default' && more.length === 0 && isPlain
}

const elsewhere = 'cannot be said in compose.kyozo.yaml; say it in a compose file of your own, which kyozo carries out'

/** Keys of a service that the document may have. */
const serviceKeys: ReadonlySet<string> = new Set([
  'image', 'build', 'platform', 'entrypoint', 'command', 'working_dir', 'user', 'group_add', 'hostname', 'init', 'depends_on',
  'environment', 'ports', 'expose', 'networks', 'network_mode', 'pid', 'ipc', 'volumes', 'tmpfs', 'healthcheck', 'restart', 'stop_signal', 'stop_grace_period',
  'read_only', 'security_opt', 'cap_drop', 'cap_add', 'ulimits', 'sysctls', 'shm_size', 'deploy', 'logging', 'labels',
]) // biome-ignore format: a list

const inside: Readonly<Record<string, ReadonlySet<string>>> = {
  build: new Set(['context', 'dockerfile', 'dockerfile_inline', 'target', 'args']),
  deploy: new Set(['replicas', 'resources']),
}

/** What to say instead of other spellings of the same. */
const instead: Readonly<Record<string, string>> = {
  mem_limit: 'write `deploy.resources.limits.memory`',
  cpus: 'write `deploy.resources.limits.cpus`',
  pids_limit: 'write `deploy.resources.limits.pids`',
  mem_reservation: 'write `deploy.resources.reservations.memory`',
  scale: 'write `deploy.replicas`',
  env_file: 'write the values under `environment`',
  links: 'write the names under `networks.default.aliases` of the other service',
  profiles: 'delete the service here when it is not to run',
  container_name: 'remove it: containers of two releases stand side by side, and have names of their own',
}

/** Keys of which kyozo decides, or which no service of kyozo's is without. */
const forced = ['healthcheck', 'security_opt', 'cap_drop', 'logging'] as const
const limits = ['cpus', 'memory', 'pids'] as const

function serviceRefusals(service: LocatedMap, generated: LocatedMap | undefined): readonly Refusal[] {
  const changed = [...service.entries].filter(([key, node]) => !isSame(node, generated?.entries.get(key)))
  return [
    ...changed.flatMap(([key, node]) => keyRefusals(key, node, generated?.entries.get(key))),
    ...(generated === undefined ? [] : missingRefusals(service, generated)),
  ]
}

function keyRefusals(key: string, node: Located, generated: Located | undefined): readonly Refusal[] {
  const { place } = node
  if (key.startsWith('x-')) return []
  if (!serviceKeys.has(key)) return [{ place, rule: 'schema', message: `${shown(key)} ${instead[key] ?? elsewhere}` }]
  if (key === 'ports') return portRefusals(node, generated)
  if (key === 'volumes') return node.kind === 'list' ? node.items.flatMap(mountRefusals) : []
  if (key === 'healthcheck' && generated !== undefined && isOff(node))
    return [{ place, rule: 'schema', message: 'no service is without the check that kyozo found for it; write another `test` instead' }]
  const known = Object.hasOwn(inside, key) && node.kind === 'map' ? inside[key] : undefined
  const strange = known === undefined || node.kind !== 'map' ? [] : [...node.entries].filter(([inner]) => !known.has(inner))
  return strange.map(([inner, at]) => ({ place: at.place, rule: 'schema', message: `${shown(`${key}.${inner}`)} ${elsewhere}` }))
}

function isOff(check: Located): boolean {
  if (check.kind !== 'map') return true
  const [test, disable] = [check.entries.get('test'), check.entries.get('disable')]
  const word = test?.kind === 'list' ? test.items[0] : test
  const isNone = test === undefined || (word?.kind === 'scalar' && (word.value === 'NONE' || word.value === null || word.value === ''))
  return isNone || (disable?.kind === 'scalar' && disable.value !== false && disable.value !== null)
}

/** The way in which kyozo publishes; also the only one in which `docker compose up` on a laptop opens nothing to the network. */
export const loopbackPort = /^127\.0\.0\.1::(\d{1,5})(?:\/(tcp|udp))?$/

function portRefusals(ports: Located, generated: Located | undefined): readonly Refusal[] {
  const items = ports.kind === 'list' ? ports.items : []
  const known = generated?.kind === 'list' ? generated.items : []
  const wrong = items.filter((item) => !known.some((one) => isSame(one, item)) && !isLoopbackPort(item))
  const message =
    'kyozo publishes ports as `"127.0.0.1::<port>"`, on a port that the engine picks, so that the old and the new container run side by side; ' +
    'write it so, or give the service a port of the machine in its settings'
  return [
    ...wrong.map(({ place }): Refusal => ({ place, rule: 'ports', message })),
    ...(ports.kind !== 'list' ? [{ place: ports.place, rule: 'ports' as const, message }] : []),
    ...(items.length > portsLimit
      ? [{ place: ports.place, rule: 'ports' as const, message: `a service may publish ${portsLimit} ports; list fewer` }]
      : []),
  ]
}

function isLoopbackPort(item: Located): boolean {
  const port = item.kind === 'scalar' && typeof item.value === 'string' ? Number(loopbackPort.exec(item.value)?.[1]) : Number.NaN
  return port >= 1 && port <= 65_535
}

/** What comes from the repository is a part of an image, and no folder of the machine is mounted. */
function mountRefusals(item: Located): readonly Refusal[] {
  const field = (key: string) => (item.kind === 'map' ? item.entries.get(key) : undefined)
  const [type, source] = [field('type'), field('source')]
  const text = item.kind === 'scalar' ? String(item.value) : ''
  const isBind = item.kind === 'map' ? type?.kind === 'scalar' && type.value === 'bind' : /^[./~]/.test(text) && text.includes(':')
  if (!isBind) return []
  return [
    {
      place: source?.place ?? item.place,
      rule: 'bind',
      message:
        'files of the repository are copied into the image: do that in its Dockerfile, or mount them in a compose file of your own, which kyozo carries out',
    },
  ]
}

function missingRefusals(service: LocatedMap, generated: LocatedMap): readonly Refusal[] {
  const missing = forced.filter((key) => generated.entries.has(key) && !service.entries.has(key))
  const loose = forced.filter(
    (key) => key !== 'healthcheck' && service.entries.has(key) && !isSame(service.entries.get(key), generated.entries.get(key)),
  )
  const limited = (node: LocatedMap) => mapOf(mapOf(mapOf(node.entries.get('deploy'))?.entries.get('resources'))?.entries.get('limits'))
  const free = limits.filter((key) => limited(generated)?.entries.has(key) === true && limited(service)?.entries.has(key) !== true)
  return [
    ...missing.map(
      (key): Refusal => ({
        place: service.place,
        rule: 'schema',
        message: `${shown(key)} is missing; no service runs without it, put it back`,
      }),
    ),
    ...loose.map(
      (key): Refusal => ({
        place: service.entries.get(key)!.place,
        rule: 'schema',
        message: `${shown(key)} is decided by kyozo for every service; take the change back`,
      }),
    ),
    ...free.map(
      (key): Refusal => ({
        place: service.place,
        rule: 'limit',
        message: `${shown(`deploy.resources.limits.${key}`)} is missing; no service may take the whole machine, put it back or write another one`,
      }),
    ),
  ]
}
