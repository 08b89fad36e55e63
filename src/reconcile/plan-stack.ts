// What must be done so that what runs becomes what should run. A function of the two: repeating it on a stack that matches plans nothing.
import { hostOf, isOnNetwork } from '../stack/lives-in.ts'
import type { StackService, StackSpec } from '../stack/stack.ts'
import { hostAfter } from './guests.ts'
import type { ObservedContainer, ObservedStack, Operation, PlanContext, StackPlan } from './plan.ts'
import { neededVolumes } from './plan-ground.ts'
import { idsOf, planService } from './plan-service.ts'

/**
 * The steps in the order they are applied: images first, so that nothing is stopped for a build that fails; then network and volumes, then
 * services in start order, and removals last.
 */
export function planStack(spec: StackSpec, observed: ObservedStack, context: PlanContext): StackPlan {
  const containers = containersByService(observed)
  const services = planServices(spec, containers, context)
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
  const needed = neededVolumes(spec, (service) => context.wishes?.destroyed?.has(service) === true)
  const missing = needed.filter((volume) => !observed.volumes.includes(volume))
  return missing.map((volume) => {
    const owner = spec.services.find(({ volumes }) => volumes.includes(volume))
    const cause = context.volumes.get(volume) ?? `${owner?.name ?? spec.project} keeps its data there`
    return { kind: 'create_volume', volume, cause }
  })
}

type Containers = ReadonlyMap<string, readonly ObservedContainer[]>

/** In start order, so that what is done to a host is known before its guests are looked at. */
function planServices({ services, document }: StackSpec, containers: Containers, context: PlanContext): Operation[] {
  const planned = new Map<string, Operation>()
  for (const service of services) {
    const definition = document.services[service.name]
    // What has ended well needs no namespace any more.
    const name = service.isOneShot ? undefined : hostOf(definition)
    const rests = name !== undefined && (context.wishes?.stopped?.has(name) || context.wishes?.destroyed?.has(name))
    const host = name === undefined || rests ? undefined : hostAfter(planned.get(name), name, containers.get(name) ?? [])
    const place = { host, isOnNetwork: isOnNetwork(definition) }
    planned.set(service.name, planService(service, { containers: containers.get(service.name) ?? [], place }, context))
  }
  return [...planned.values()]
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
