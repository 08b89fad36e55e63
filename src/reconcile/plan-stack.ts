// What must be done so that what runs becomes what should run. A function of the two: repeating it on a stack that matches plans nothing.
import type { StackService, StackSpec } from '../stack/stack.ts'
import type { Cause, ObservedContainer, ObservedStack, Operation, StackPlan } from './plan.ts'

/** Why services and volumes are as they are, by name; see explainChanges. What is not named gets a cause from the observation itself. */
export interface PlanContext {
  readonly services: ReadonlyMap<string, Cause>
  readonly volumes: ReadonlyMap<string, Cause>
  readonly wishes?: Wishes
}

/** What people want of single services, each with who and why as a cause. Default is nothing. */
export interface Wishes {
  /** They rest: nothing is built or started for them. */
  readonly stopped?: ReadonlyMap<string, Cause>
  /** No container of them is left; their volumes are. */
  readonly destroyed?: ReadonlyMap<string, Cause>
  /** New containers although nothing changed. */
  readonly redeploy?: ReadonlyMap<string, Cause>
  /** The same, one container after the other. */
  readonly restart?: ReadonlyMap<string, Cause>
}

/**
 * The steps in the order they are applied: images first, so that nothing is stopped for a build that fails; then network and volumes, then
 * services in start order, and removals last.
 */
export function planStack(spec: StackSpec, observed: ObservedStack, context: PlanContext): StackPlan {
  const containers = containersByService(observed)
  const services = spec.services.map((service) => planService(service, containers.get(service.name) ?? [], context))
  const changed = spec.services.filter((service) => services.some((operation) => needsImage(operation, service)))
  return {
    operations: [
      ...planImages(changed, observed, context),
      ...planNetwork(spec, observed),
      ...planVolumes(spec, observed, context),
      ...services,
      ...planRemovals(spec, containers, context),
      ...keepVolumes(spec, observed, context),
    ],
  }
}

function planImages(services: readonly StackService[], observed: ObservedStack, context: PlanContext): Operation[] {
  const planned = new Map<string, Operation>()
  for (const service of services) {
    const { name, image } = service
    if (observed.images.has(image) || planned.has(image)) continue
    const cause = context.services.get(name) ?? `${image} is not on this machine`
    planned.set(image, { kind: service.build === undefined ? 'pull' : 'build', service: name, image, cause })
  }
  return [...planned.values()]
}

function planNetwork(spec: StackSpec, observed: ObservedStack): Operation[] {
  if (observed.hasNetwork || spec.services.length === 0) return []
  return [{ kind: 'create_network', network: 'default', cause: `${spec.project} has none yet` }]
}

function planVolumes(spec: StackSpec, observed: ObservedStack, context: PlanContext): Operation[] {
  const missing = spec.volumes.filter((volume) => !observed.volumes.includes(volume))
  return missing.map((volume) => {
    const owner = spec.services.find(({ volumes }) => volumes.includes(volume))
    const cause = context.volumes.get(volume) ?? `${owner?.name ?? spec.project} keeps its data there`
    return { kind: 'create_volume', volume, cause }
  })
}

/** One operation a service; the planner never leaves a service without a word. */
function planService(service: StackService, containers: readonly ObservedContainer[], context: PlanContext): Operation {
  const { name } = service
  const { stopped, destroyed, redeploy, restart } = context.wishes ?? {}
  const unwanted = destroyed?.get(name)
  if (unwanted !== undefined) return removeService(name, containers, unwanted)
  const rest = stopped?.get(name)
  if (rest !== undefined) return stopService(name, containers, rest)
  const { serving, resting, stale } = sortContainers(service, containers)
  const cause = context.services.get(name)
  const anew = redeploy?.get(name)
  if (anew !== undefined && containers.length > 0) return replaceService(service, containers, anew)
  const again = restart?.get(name)
  if (again !== undefined && serving.length > 0 && serving.length === containers.length && serving.length === service.replicas)
    return restartService(service, serving, again)
  const isRight = serving.length + resting.length > 0
  if (!isRight) return stale.length === 0 ? startService(service, cause) : replaceService(service, stale, cause)
  if (resting.length > 0 && serving.length + resting.length === service.replicas && stale.length === 0)
    return { kind: 'restart', service: name, containers: idsOf(resting), cause: sayResting(resting) }
  if (serving.length === service.replicas && resting.length === 0 && stale.length === 0)
    return { kind: 'keep', service: name, containers: idsOf(serving), cause: cause ?? `${service.configHash} runs` }
  return scaleService(service, { serving, leftOver: [...resting, ...stale] })
}

function removeService(service: string, containers: readonly ObservedContainer[], cause: Cause): Operation {
  return { kind: containers.length === 0 ? 'keep' : 'remove', service, containers: idsOf(containers), cause }
}

function stopService(service: string, containers: readonly ObservedContainer[], cause: Cause): Operation {
  const up = containers.filter(({ state }) => state === 'running' || state === 'restarting' || state === 'paused')
  return up.length === 0
    ? { kind: 'keep', service, containers: idsOf(containers), cause }
    : { kind: 'stop', service, containers: idsOf(up), cause }
}

/** A new container beside each old one answers without a gap; where two cannot hold what it holds, the same one is started again. */
function restartService(service: StackService, serving: readonly ObservedContainer[], cause: Cause): Operation {
  const { name, replicas, replacement } = service
  if (replacement.kind === 'beside')
    return { kind: 'replace_beside', service: name, replicas, retire: idsOf(serving), pace: 'one_by_one', cause }
  return { kind: 'restart_in_place', service: name, containers: idsOf(serving), reason: replacement.reason, cause }
}

interface SortedContainers {
  /** Those that should run, and do. */
  readonly serving: readonly ObservedContainer[]
  /** Those that should run, and only have to be started. */
  readonly resting: readonly ObservedContainer[]
  /** Those of another configuration, and those that an interrupted release left half-made. */
  readonly stale: readonly ObservedContainer[]
}

function sortContainers(service: StackService, containers: readonly ObservedContainer[]): SortedContainers {
  const serving: ObservedContainer[] = []
  const resting: ObservedContainer[] = []
  const stale: ObservedContainer[] = []
  for (const container of containers) {
    if (container.configHash !== service.configHash || !container.hasAlias) stale.push(container)
    else if (container.state === 'running' || isDone(service, container)) serving.push(container)
    else if (container.state === 'created' || container.state === 'exited' || container.state === 'restarting') resting.push(container)
    else stale.push(container)
  }
  return { serving, resting, stale }
}

/** A one-shot container has served when it ended well. */
function isDone({ isOneShot }: StackService, { state, exitCode }: ObservedContainer): boolean {
  return isOneShot && state === 'exited' && exitCode === 0
}

function startService({ name, replicas, configHash }: StackService, cause: Cause | undefined): Operation {
  if (replicas === 0) return { kind: 'keep', service: name, containers: [], cause: 'no copy of it is asked for' }
  return { kind: 'start', service: name, replicas, cause: cause ?? `no container of it exists with ${configHash}` }
}

function replaceService(service: StackService, old: readonly ObservedContainer[], known: Cause | undefined): Operation {
  const { name, replicas, replacement, configHash } = service
  const cause = known ?? `${old[0]?.configHash || 'an unknown configuration'} runs, ${configHash} should`
  const retire = idsOf(old)
  if (replicas === 0) return { kind: 'scale', service: name, replicas, retire, cause: 'no copy of it is asked for' }
  if (replacement.kind === 'beside') return { kind: 'replace_beside', service: name, replicas, retire, cause }
  return { kind: 'replace_stop_first', service: name, replicas, retire, reason: replacement.reason, cause }
}

interface Copies {
  readonly serving: readonly ObservedContainer[]
  /** Goes in any case. */
  readonly leftOver: readonly ObservedContainer[]
}

/** The number of copies is wrong, or an earlier release left some behind. The oldest ones stay: they have proved themselves longest. */
function scaleService({ name, replicas }: StackService, { serving, leftOver }: Copies): Operation {
  const surplus = [...serving].sort(byAge).slice(replicas)
  const cause =
    serving.length === replicas
      ? `${count(leftOver.length, 'container')} of an earlier release ${leftOver.length === 1 ? 'is' : 'are'} left`
      : `${serving.length} ${serving.length === 1 ? 'copy runs' : 'copies run'}, ${replicas} ${replicas === 1 ? 'is' : 'are'} asked for`
  return { kind: 'scale', service: name, replicas, retire: idsOf([...surplus, ...leftOver]), cause }
}

function planRemovals(spec: StackSpec, containers: ReadonlyMap<string, readonly ObservedContainer[]>, context: PlanContext): Operation[] {
  const wanted = new Set(spec.services.map(({ name }) => name))
  return [...containers].flatMap(([service, found]) => {
    if (wanted.has(service)) return []
    const cause = context.services.get(service) ?? `nothing declares ${service} any more`
    return [{ kind: 'remove', service, containers: idsOf(found), cause } as const]
  })
}

function keepVolumes(spec: StackSpec, observed: ObservedStack, context: PlanContext): Operation[] {
  const unused = observed.volumes.filter((volume) => !spec.volumes.includes(volume)).sort()
  return unused.map((volume) => ({
    kind: 'keep_volume',
    volume,
    cause: context.volumes.get(volume) ?? 'no service mounts it any more; kyozo never removes data',
  }))
}

function needsImage(operation: Operation, { name }: StackService): boolean {
  if (!('service' in operation) || operation.service !== name) return false
  return !imageless.has(operation.kind)
}

/** What is done with containers that are there. */
const imageless: ReadonlySet<Operation['kind']> = new Set(['keep', 'restart', 'restart_in_place', 'stop', 'remove'])

/** Sorted by service. A container that the engine is removing already is as good as gone. */
function containersByService({ containers }: ObservedStack): ReadonlyMap<string, readonly ObservedContainer[]> {
  const found = Map.groupBy(
    containers.filter(({ state }) => state !== 'removing'),
    ({ service }) => service,
  )
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function sayResting(containers: readonly ObservedContainer[]): Cause {
  const states = new Set(containers.map(({ state, exitCode }) => (state === 'exited' ? `exited with code ${exitCode}` : `is ${state}`)))
  return `${count(containers.length, 'container')} ${[...states].join(', ')}`
}

function byAge(a: ObservedContainer, b: ObservedContainer): number {
  return a.generation - b.generation || compare(a.startedAt ?? '', b.startedAt ?? '') || compare(a.id, b.id)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function idsOf(containers: readonly ObservedContainer[]): readonly string[] {
  return containers.map(({ id }) => id)
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`
}
