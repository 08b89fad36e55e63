// Back to the last live state: what a failed or interrupted release left is taken away, and what served before serves again. The live release in
// the database is the commit point, so the same function ends a failure and begins the attempt after a crash.
import type { ObservedContainer, ObservedStack } from './plan.ts'

/** What the environment's live release says of a service. */
export interface LiveServiceFacts {
  readonly configHash: string
  /** A container that is meant to end is not started again. */
  readonly isOneShot: boolean
  readonly replicas: number
  /** A person wants it to rest: nothing of it is started, and what runs is stopped. Default is no. */
  readonly isStopped?: boolean
  /** The service in whose namespace it lives. Default is none. */
  readonly livesIn?: string
  /** The generation of the live release where that release made all its containers anew: older ones are left over. Default is any. */
  readonly sinceGeneration?: number
}

export interface Recovery {
  /** Containers that no live release knows, of a service whose own are started again: two must never hold one volume. */
  readonly makeWay: readonly string[]
  /** Other containers that no live release knows. */
  readonly remove: readonly string[]
  /** Containers of services that a person stopped. */
  readonly stop: readonly string[]
  /** Containers of the live release that do not run. */
  readonly start: readonly string[]
  /** Containers of the live release that lost the service's name, by service. */
  readonly rename: readonly { readonly service: string; readonly containers: readonly string[] }[]
}

export function planRecovery(observed: Pick<ObservedStack, 'containers'>, live: ReadonlyMap<string, LiveServiceFacts>): Recovery {
  const makeWay: string[] = []
  const remove: string[] = []
  const stop: string[] = []
  const start: string[] = []
  const rename: { service: string; containers: string[] }[] = []
  const ids = new Set(observed.containers.map(({ id }) => id))
  for (const [service, containers] of byService(observed.containers)) {
    const facts = live.get(service)
    const proven = provenOf(containers, facts)
    // A live service of which no container is left keeps whatever stands in for it: the plan replaces that.
    const isStandIn = facts !== undefined && proven.length === 0
    const resting = facts === undefined || facts.isOneShot || facts.isStopped ? [] : proven.filter((container) => !isUp(container))
    const unknown = containers.filter((container) => !proven.includes(container) && !(isStandIn && container.hasAlias))
    const going = resting.length > 0 ? makeWay : remove
    going.push(...unknown.map((container) => container.id))
    if (facts?.isStopped)
      stop.push(...containers.filter((container) => isUp(container) && !unknown.includes(container)).map(({ id }) => id))
    if (facts === undefined || facts.isOneShot || facts.isStopped) continue
    // One whose host's container is gone can be started no more: whoever plans next makes another.
    start.push(...resting.filter(({ livesIn }) => livesIn === undefined || ids.has(livesIn)).map((container) => container.id))
    const nameless = proven.filter((container) => !container.hasAlias).map((container) => container.id)
    if (nameless.length > 0) rename.push({ service, containers: nameless })
  }
  return { makeWay, remove, stop, start, rename }
}

/** The containers that requests may be sent to, as far as they run. */
export function servingContainers(
  observed: Pick<ObservedStack, 'containers'>,
  live: ReadonlyMap<string, LiveServiceFacts>,
): readonly ObservedContainer[] {
  return [...byService(observed.containers)].flatMap(([service, containers]) => {
    const facts = live.get(service)
    return facts?.isStopped ? [] : provenOf(containers, facts)
  })
}

/**
 * The containers of the live release. A copy that has no name yet and is one too many never proved itself: a release that wanted more left it. Of
 * too many with a name the oldest are it, since a release that was to make them anew came to no end; unless it did, and only those it made count.
 */
function provenOf(containers: readonly ObservedContainer[], facts: LiveServiceFacts | undefined): readonly ObservedContainer[] {
  const right = containers.filter((container) => container.configHash === facts?.configHash)
  const oldest = right.filter((container) => container.hasAlias).sort((a, b) => a.generation - b.generation)
  const made = oldest.filter(({ generation }) => generation >= (facts?.sinceGeneration ?? 0))
  const named = (made.length > 0 ? made : oldest).slice(0, facts?.replicas ?? 0)
  const missing = Math.max(0, (facts?.replicas ?? 0) - named.length)
  return [...named, ...right.filter((container) => !container.hasAlias).slice(0, missing)]
}

export function isEmptyRecovery(recovery: Recovery): boolean {
  return Object.values(recovery).every((part: Recovery[keyof Recovery]) => part.length === 0)
}

export function isUp(container: ObservedContainer): boolean {
  return container.state === 'running' || container.state === 'restarting' || container.state === 'paused'
}

function byService(containers: readonly ObservedContainer[]): Map<string, ObservedContainer[]> {
  const found = new Map<string, ObservedContainer[]>()
  for (const container of containers) found.set(container.service, [...(found.get(container.service) ?? []), container])
  return found
}
