// What a container is, held against what the live release says of its service: every difference with the field that differs.
import { networkOf } from '../environment-names.ts'
import { bytesOf } from '../stack/settings/resources.ts'
import type { StackService, StackSpec } from '../stack/stack.ts'
import { kubernetesMemory } from '../stack/units.ts'
import type { ContainerMake, ObservedContainer } from './plan.ts'

export interface Difference {
  readonly service: string
  /** Empty for what no container is. */
  readonly container: string
  readonly field: string
  readonly expected: string
  readonly actual: string
  /**
   * `identity`: it is not what kyozo made, and is replaced. `place`: it is put right where it is. `choice`: somebody may have meant it, so it stays
   * until a person decides.
   */
  readonly weight: 'identity' | 'place' | 'choice'
}

/** A service of the live release, as far as its containers can differ from it. */
export interface Expected {
  readonly service: string
  readonly image: string
  readonly configHash: string
  readonly labels: Readonly<Record<string, string>>
  /** Values that are no secrets. */
  readonly environment: Readonly<Record<string, string>>
  readonly memoryBytes: number
  readonly nanoCpus: number
  readonly restartPolicy: string
  /** Undefined for one that is in no network of its own. */
  readonly network: string | undefined
  /** The other one that a relay is in. Default is none. */
  readonly baseline?: string
  readonly project: string
}

export interface ExpectedOf {
  readonly project: string
  readonly labels: Readonly<Record<string, string>>
  /** Variables that the service was started with beyond the stack: what a person set wins over what the stack says. Undefined when that is not known. */
  readonly given: readonly string[] | undefined
  /** Whether the environment that serves what it does not run itself is there. Default is yes. */
  readonly hasBaseline?: boolean
}

export function expectedOf({ name, image, configHash, build, servedFrom }: StackService, stack: StackSpec, options: ExpectedOf): Expected {
  const { project, labels, given, hasBaseline = true } = options
  const definition = (stack.document.services[name] ?? {}) as Definition
  const { memory, cpus } = definition.deploy?.resources?.limits ?? {}
  const hasNetwork = definition.network_mode === undefined
  return {
    service: name,
    image: build === undefined && typeof definition.image === 'string' ? definition.image : image,
    configHash,
    labels: { ...labels, 'kyozo.service': name, ...(servedFrom === undefined ? {} : { 'kyozo.baseline': servedFrom.project }) },
    environment: given === undefined ? {} : without(literalsOf(definition.environment), given),
    memoryBytes: memory === undefined ? 0 : (bytesOf(kubernetesMemory(String(memory))) ?? 0),
    nanoCpus: cpus === undefined ? 0 : Math.round(Number(cpus) * 1e9),
    restartPolicy: typeof definition.restart === 'string' ? (definition.restart.split(':')[0] ?? 'no') : 'no',
    network: hasNetwork ? networkOf(project) : undefined,
    ...(servedFrom === undefined || !hasBaseline ? {} : { baseline: networkOf(servedFrom.project) }),
    project,
  }
}

interface Definition {
  readonly image?: unknown
  readonly environment?: unknown
  readonly restart?: unknown
  readonly network_mode?: unknown
  readonly deploy?: { readonly resources?: { readonly limits?: { readonly memory?: unknown; readonly cpus?: unknown } } }
}

function without(values: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)))
}

function literalsOf(environment: unknown): Record<string, string> {
  if (typeof environment !== 'object' || environment === null || Array.isArray(environment)) return {}
  const entries = Object.entries(environment as Readonly<Record<string, unknown>>)
  // What stands in braces is a value that kyozo made or a person set.
  const literals = entries.filter(([, value]) => value !== null && !/(^|[^$])(\$\$)*\$\{/.test(String(value)))
  return Object.fromEntries(literals.map(([name, value]) => [name, String(value).replaceAll('$$', '$')]))
}

/** Of one that was not looked at closely, only what every look tells. */
export function differencesOf(container: ObservedContainer, expected: Expected): readonly Difference[] {
  const found = (field: string, weight: Difference['weight'], values: readonly [string, string]): Difference[] =>
    values[0] === values[1]
      ? []
      : [{ service: expected.service, container: container.id, field, weight, expected: values[0], actual: values[1] }]
  const { made } = container
  return [
    ...found('image', 'identity', [expected.image, container.image]),
    ...found('labels.kyozo.config-hash', 'identity', [expected.configHash, container.configHash]),
    ...(made === undefined ? [] : differencesOfMake(made, expected, found)),
    ...(made?.number == null ? [] : found('name', 'place', [`${expected.project}-${expected.service}-${made.number}`, container.name])),
  ]
}

type Found = (field: string, weight: Difference['weight'], values: readonly [expected: string, actual: string]) => Difference[]

function differencesOfMake(made: ContainerMake, expected: Expected, found: Found): Difference[] {
  const wrong = Object.entries(expected.labels).flatMap(([name, value]) =>
    found(`labels.${name}`, 'identity', [value, made.labels[name] ?? 'none']),
  )
  // Values are never told: a person may have put a secret there.
  const changed = Object.entries(expected.environment).flatMap(([name, value]) =>
    made.environment[name] === value
      ? []
      : found(`env.${name}`, 'identity', ['as released', made.environment[name] === undefined ? 'not set' : 'another value']),
  )
  const own = [expected.network, expected.baseline]
  const extra = made.networks.filter((network) => expected.network !== undefined && !own.includes(network))
  return [
    ...wrong,
    ...changed,
    ...found('limits.memory', 'choice', [sayBytes(expected.memoryBytes), sayBytes(made.memoryBytes)]),
    ...found('limits.cpu', 'choice', [sayCpus(expected.nanoCpus), sayCpus(made.nanoCpus)]),
    ...found('restart policy', 'choice', [expected.restartPolicy, made.restartPolicy]),
    ...(isApart(made, expected) ? found(`networks.${expected.baseline}`, 'place', ['connected', 'not connected']) : []),
    ...extra.flatMap((network) => found(`networks.${network}`, 'choice', ['not connected', 'connected'])),
  ]
}

/** A relay without the network of what it passes connections on to. */
export function isApart({ networks }: Pick<ContainerMake, 'networks'>, { baseline }: Pick<Expected, 'baseline'>): boolean {
  return baseline !== undefined && !networks.includes(baseline)
}

/** In the units of kyozo.yaml, so that it can become a setting. */
export function sayBytes(bytes: number): string {
  if (bytes === 0) return 'no limit'
  const [unit, size] = [
    ['Gi', 1024 ** 3],
    ['Mi', 1024 ** 2],
    ['Ki', 1024],
  ].find(([, one]) => bytes % (one as number) === 0) ?? ['', 1]
  return `${bytes / (size as number)}${unit}`
}

export function sayCpus(nanoCpus: number): string {
  return nanoCpus === 0 ? 'no limit' : String(nanoCpus / 1e9)
}
