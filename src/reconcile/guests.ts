// A container that lives in another's namespace, as it stands to that one: it has nothing to live in any more once the other is gone or was started
// again, and runs on all the same.
import type { Difference } from './differences.ts'
import type { Cause, ObservedContainer, Operation } from './plan.ts'

/** A service in whose namespace another lives, and what is done to it. */
export interface Host {
  readonly name: string
  /** Those that may be joined, once everything is done. */
  readonly containers: readonly ObservedContainer[]
  /** Those of them that are started on the way. */
  readonly started: ReadonlySet<string>
}

/** What it joined is none of its host's containers any more, so it cannot be started. */
export function isHomeless({ livesIn }: ObservedContainer, host: Host | undefined): boolean {
  return host !== undefined && livesIn !== undefined && !host.containers.some(({ id }) => id === livesIn)
}

/** It runs in a namespace that ended. */
export function isLeftBehind({ livesIn, startedAt }: ObservedContainer, host: Host | undefined): boolean {
  if (host === undefined || livesIn === undefined) return false
  const home = host.containers.find(({ id }) => id === livesIn)
  return host.started.has(livesIn) || Date.parse(home?.startedAt ?? '') > Date.parse(startedAt ?? '')
}

export function homelessDifference({ id: container, service }: ObservedContainer, host: Host): Difference {
  const actual = 'that of a container that is gone'
  return { service, container, field: 'namespace', weight: 'identity', expected: `that of ${host.name}`, actual }
}

export function leftBehindDifference({ id: container, service }: ObservedContainer, { name }: Host): Difference {
  const actual = `that of ${name} before it was started again`
  return { service, container, field: 'namespace', weight: 'place', expected: `that of ${name}`, actual }
}

/** Undefined where it rests: what lives in it waits then, as it is. */
export function hostAfter(operation: Operation | undefined, name: string, containers: readonly ObservedContainer[]): Host | undefined {
  const those = (ids: readonly string[]) => containers.filter(({ id }) => ids.includes(id))
  const none: ReadonlySet<string> = new Set()
  switch (operation?.kind) {
    case 'start':
    case 'replace_beside':
    case 'replace_stop_first':
      return { name, containers: [], started: none }
    case 'scale':
      return { name, containers: containers.filter(({ id }) => !operation.retire.includes(id)), started: none }
    case 'restart':
    case 'restart_in_place':
      return { name, containers: those(operation.containers), started: new Set(operation.containers) }
    case 'keep':
      return { name, containers: those(operation.containers), started: none }
    default:
      return undefined
  }
}

/** The cause of making anew what is right but for what it joined; undefined where something else is wrong. */
export function anotherHost(containers: readonly ObservedContainer[], host: Host | undefined): Cause | undefined {
  return host !== undefined && containers.every((container) => isHomeless(container, host))
    ? `${host.name}, in whose namespace it lives, is another container`
    : undefined
}

export function joinAgain(service: string, behind: readonly ObservedContainer[], { name }: Host): Operation {
  const containers = behind.map(({ id }) => id)
  const reason = `it lives in the namespace of ${name}`
  return { kind: 'restart_in_place', service, containers, reason, cause: `${name} is started again` }
}
