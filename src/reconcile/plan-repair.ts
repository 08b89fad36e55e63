// What must be done so that an environment runs its live release again, step by step and each with what was found. A function of what is seen and
// what is live: of an environment that is as it should be it plans nothing.
import { type Difference, differencesOf } from './differences.ts'
import { type Host, homelessDifference, isHomeless, isLeftBehind } from './guests.ts'
import type { ObservedContainer, ObservedStack } from './plan.ts'
import { planGround } from './plan-ground.ts'
import { isUp } from './recover.ts'
import {
  type Desired,
  type DesiredService,
  isIdentity,
  type RepairPlan,
  type RepairStep,
  sayMissing,
  sayOthers,
  sayResting,
} from './repair.ts'
import { isDeaf, isUnconnected, sayUnconnected, standingDifferences } from './standing.ts'

export function planRepair(observed: ObservedStack, desired: Desired): RepairPlan {
  const present = observed.containers.filter(({ state }) => state !== 'removing')
  const services = lookAtAll(present, desired)
  const known = new Set(desired.services.map(({ name }) => name))
  const strangers = present.filter(({ service }) => !known.has(service))
  const ground = planGround(observed, desired)
  const proven = services.flatMap((one) => (one.service.isStopped ? [] : one.proven))
  const going = present.filter((container) => !proven.includes(container))
  return {
    steps: [
      ...ground.steps,
      ...services.flatMap(({ makeWay }) => makeWay),
      ...services.flatMap((service) => [...service.mend, ...planCreation(service, observed)]),
      ...services.flatMap(({ sweep }) => sweep),
      ...services.flatMap(({ rename }) => rename),
      ...removal(
        'sweep',
        strangers.filter((one) => isOurs(one, desired)),
        'nothing of the live release',
      ),
    ],
    differences: [...ground.differences, ...services.flatMap(({ differences }) => differences)],
    proven,
    drainsForMs: Math.max(0, ...going.map((container) => drainsForMs(container, desired))),
  }
}

/** In start order, so that what is done to a host is known before its guests are looked at. */
function lookAtAll(present: readonly ObservedContainer[], desired: Desired): readonly Looked[] {
  const looked = new Map<string, Looked>()
  for (const service of desired.services) {
    const own = present.filter((one) => one.service === service.name)
    looked.set(
      service.name,
      lookAt(service, own, { desired, host: service.isOneShot ? undefined : hostIn(looked.get(service.livesIn ?? '')) }),
    )
  }
  return [...looked.values()]
}

/** Undefined where it rests. */
function hostIn(looked: Looked | undefined): Host | undefined {
  if (looked === undefined || looked.rests || looked.service.replicas === 0) return undefined
  const starts = looked.mend.filter(({ kind }) => kind === 'start' || kind === 'restart')
  return {
    name: looked.service.name,
    containers: looked.proven,
    started: new Set(starts.flatMap((step) => ('containers' in step ? step.containers : []))),
  }
}

interface Looked {
  readonly service: DesiredService
  /** Nothing of it is started now. */
  readonly rests: boolean
  readonly proven: readonly ObservedContainer[]
  readonly missing: number
  readonly because: string
  readonly makeWay: readonly RepairStep[]
  readonly mend: readonly RepairStep[]
  readonly sweep: readonly RepairStep[]
  readonly rename: readonly RepairStep[]
  readonly differences: readonly Difference[]
}

interface Looking {
  readonly desired: Desired
  /** In whose namespace it lives. */
  readonly host: Host | undefined
}

function lookAt(service: DesiredService, containers: readonly ObservedContainer[], { desired, host }: Looking): Looked {
  const checked = containers.map((container) => {
    const homeless = isHomeless(container, host) ? [homelessDifference(container, host!)] : []
    return { container, differences: [...differencesOf(container, service.expected), ...homeless] }
  })
  const right = checked.filter(({ container, differences }) => container.state !== 'dead' && !differences.some(isIdentity))
  const proven = provenOf(
    right.map(({ container }) => container),
    service,
  )
  const others = containers.filter((container) => !proven.includes(container))
  const leftOver = others.filter((one) => isOurs(one, desired))
  // What its host rests for, it waits for: it could join nothing.
  const waits = service.livesIn !== undefined && host === undefined
  const rests = waits || service.isStopped || service.isOneShot || desired.held.has(service.name)
  const missing = rests ? 0 : service.replicas - proven.length
  const differences = checked
    .filter(({ container }) => proven.includes(container) || leftOver.includes(container))
    .flatMap((one) => (proven.includes(one.container) ? one.differences : one.differences.filter(isIdentity)))
  const isBlocked = missing > 0 || proven.some((container) => !isUp(container))
  // Two never hold one volume or port: what is not right goes before the right one comes.
  const goesFirst = service.isSingle && !rests && isBlocked
  const swept = goesFirst ? [] : leftOver
  return {
    service,
    rests,
    proven,
    missing,
    because:
      missing > 0
        ? sayMissing(
            service,
            others,
            checked.flatMap((one) => one.differences),
          )
        : '',
    makeWay: goesFirst ? removal('remove', others, 'not what the live release runs') : [],
    rename: renamesOf(service, differences),
    mend: mendingOf(service, proven, { differences, rests, desired, host }),
    sweep: removal('sweep', swept, sayOthers(swept, differences)),
    differences: [
      ...differences,
      ...(rests ? [] : proven.flatMap((container) => standingDifferences(service, container, host))),
      ...countDifference(service, { proven, others: leftOver, missing }),
    ],
  }
}

/** Longer than requests are waited for and names are taken. */
const settlingMs = 50_000
const defaultStopGraceMs = 10_000

/** Containers from before the release that has just gone live are drained and taken away by who made it. */
function isOurs(container: ObservedContainer, desired: Desired): boolean {
  return drainsForMs(container, desired) === 0
}

/** At most, of one that is not of the live release. */
function drainsForMs({ made, startedAt }: ObservedContainer, { liveSince }: Desired): number {
  // A clock that was put back says nothing of when that was.
  if (liveSince === undefined || liveSince.ageMs < 0) return 0
  // What somebody made or started since is nothing that the release drains.
  if ([made?.createdAt, startedAt].some((at) => (at ?? '') > liveSince.at)) return 0
  return Math.max(0, settlingMs + (made?.stopGraceMs ?? defaultStopGraceMs) - liveSince.ageMs)
}

/** The ones that kyozo made count: of too many those with a name, then the oldest. One that a person copied is younger. */
function provenOf(right: readonly ObservedContainer[], { replicas, sinceGeneration = 0 }: DesiredService): readonly ObservedContainer[] {
  const isCurrent = (container: ObservedContainer) => container.hasAlias && container.generation >= sinceGeneration
  const named = right.filter(({ hasAlias }) => hasAlias)
  const pool = named.some(isCurrent) ? named.filter(isCurrent) : named
  const chosen = [...pool].sort(byAge).slice(0, replicas)
  const nameless = right.filter(({ hasAlias }) => !hasAlias).sort(byAge)
  return [...chosen, ...nameless.slice(0, Math.max(0, replicas - chosen.length))]
}

function byAge(a: ObservedContainer, b: ObservedContainer): number {
  const born = (container: ObservedContainer) => container.made?.createdAt ?? ''
  return a.generation - b.generation || (born(a) < born(b) ? -1 : born(a) > born(b) ? 1 : 0)
}

interface Mending {
  readonly differences: readonly Difference[]
  readonly rests: boolean
  readonly desired: Desired
  readonly host: Host | undefined
}

function mendingOf(
  service: DesiredService,
  proven: readonly ObservedContainer[],
  { differences, rests, desired, host }: Mending,
): readonly RepairStep[] {
  const step = (
    kind: Extract<RepairStep, { containers: readonly string[] }>['kind'],
    which: readonly ObservedContainer[],
    because: string,
  ): RepairStep[] => (which.length === 0 ? [] : [{ kind, service: service.name, containers: which.map(({ id }) => id), because }])
  const restored = differences.filter(({ container, field, weight }) => weight === 'choice' && desired.restore.has(`${container} ${field}`))
  const restores = restored.map(
    (difference): RepairStep => ({ kind: 'restore', service: service.name, difference, because: 'somebody asked for it' }),
  )
  if (service.isOneShot) return []
  const isHeld = desired.held.has(service.name)
  const stops = step(
    'stop',
    // What a release that has just gone live lets rest, it stops itself.
    proven.filter((container) => isUp(container) && (isHeld || isOurs(container, desired))),
    isHeld ? 'it dies again and again' : 'somebody stopped it',
  )
  if (rests) return service.isStopped || isHeld ? stops : []
  const resting = proven.filter((container) => !isUp(container))
  const paused = proven.filter(({ state }) => state === 'paused')
  const unconnected = proven.filter((container) => isUnconnected(service, container))
  const behind = proven.filter((container) => isUp(container) && isLeftBehind(container, host))
  const deaf = proven.filter((container) => isDeaf(container) && !unconnected.includes(container) && !behind.includes(container))
  return [
    ...restores,
    ...step('unpause', paused, 'its container was paused'),
    ...step('connect', unconnected, sayUnconnected(unconnected)),
    ...step('start', resting, sayResting(resting)),
    ...step('restart', behind, `it lives in the namespace of ${host?.name}, which was started again`),
    ...step('restart', deaf, 'its container lost its port on the machine'),
  ]
}

/** Last of all, since nobody needs a name to serve: somebody else may have it. */
function renamesOf({ name: service, isOneShot }: DesiredService, differences: readonly Difference[]): readonly RepairStep[] {
  const renamed = isOneShot ? [] : differences.filter(({ field }) => field === 'name')
  return renamed.map(({ container, expected: name, actual }) => {
    return { kind: 'rename', service, container, name, because: `its container was renamed to ${actual}` }
  })
}

function planCreation({ service, missing, because, sweep }: Looked, { images }: ObservedStack): RepairStep[] {
  if (missing <= 0) return []
  if (!images.has(service.image))
    return [{ kind: 'release', service: service.name, because: `${because}, and its image ${service.image} is gone` }]
  return [{ kind: 'create', service: service.name, count: missing, isBeside: sweep.length > 0 || !service.isSingle, because }]
}

interface Counted {
  readonly proven: readonly ObservedContainer[]
  readonly others: readonly ObservedContainer[]
  readonly missing: number
}

function countDifference({ name, replicas, isOneShot }: DesiredService, { proven, others, missing }: Counted): readonly Difference[] {
  const surplus = isOneShot ? 0 : others.length
  if (missing <= 0 && surplus === 0) return []
  const actual = missing > 0 ? proven.length : proven.length + surplus
  return actual === replicas
    ? []
    : [{ service: name, container: '', field: 'containers', weight: 'place', expected: String(replicas), actual: String(actual) }]
}

function removal(kind: 'remove' | 'sweep', containers: readonly ObservedContainer[], because: string): RepairStep[] {
  const services = Map.groupBy(containers, ({ service }) => service)
  return [...services].map(([service, ones]) => ({ kind, service, containers: ones.map(({ id }) => id), because }))
}
