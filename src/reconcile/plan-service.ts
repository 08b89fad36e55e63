// What must be done for one service, so that what runs of it becomes what should run.
import type { StackService } from '../stack/stack.ts'
import { anotherHost, type Host, isHomeless, isLeftBehind, joinAgain } from './guests.ts'
import type { Cause, ObservedContainer, Operation, PlanContext } from './plan.ts'

export interface Place {
  /** In whose namespace it lives. */
  readonly host: Host | undefined
  readonly isOnNetwork: boolean
}

export interface Found {
  readonly containers: readonly ObservedContainer[]
  readonly place: Place
}

/** One operation a service; the planner never leaves a service without a word. */
export function planService(service: StackService, { containers, place }: Found, context: PlanContext): Operation {
  const { name } = service
  const { stopped, destroyed, redeploy, restart } = context.wishes ?? {}
  const unwanted = destroyed?.get(name)
  if (unwanted !== undefined) return removeService(name, containers, unwanted)
  const rest = stopped?.get(name)
  if (rest !== undefined) return stopService(name, containers, rest)
  const { serving, resting, stale } = sortContainers(service, containers, place)
  const cause = context.services.get(name)
  const anew = redeploy?.get(name)
  if (anew !== undefined && containers.length > 0) return replaceService(service, containers, anew)
  const again = restart?.get(name)
  if (again !== undefined && serving.length > 0 && serving.length === containers.length && serving.length === service.replicas)
    return restartService(service, serving, again)
  const isRight = serving.length + resting.length > 0
  if (!isRight)
    return stale.length === 0 ? startService(service, cause) : replaceService(service, stale, anotherHost(stale, place.host) ?? cause)
  if (resting.length > 0 && serving.length + resting.length === service.replicas && stale.length === 0)
    return { kind: 'restart', service: name, containers: idsOf(resting), cause: sayResting(resting) }
  const isWhole = serving.length === service.replicas && resting.length === 0 && stale.length === 0
  const behind = serving.filter((container) => isLeftBehind(container, place.host))
  if (isWhole && behind.length > 0) return joinAgain(service.name, behind, place.host!)
  if (isWhole) return { kind: 'keep', service: name, containers: idsOf(serving), cause: cause ?? `${service.configHash} runs` }
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

function sortContainers(service: StackService, containers: readonly ObservedContainer[], place: Place): SortedContainers {
  const serving: ObservedContainer[] = []
  const resting: ObservedContainer[] = []
  const stale: ObservedContainer[] = []
  for (const container of containers) {
    const isNamed = container.hasAlias || !place.isOnNetwork
    if (container.configHash !== service.configHash || !isNamed || isHomeless(container, place.host)) stale.push(container)
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

export function idsOf(containers: readonly ObservedContainer[]): readonly string[] {
  return containers.map(({ id }) => id)
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`
}
