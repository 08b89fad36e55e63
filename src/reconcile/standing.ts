// How a container of the live release stands: whether it runs, is connected, and can be reached.
import { type Difference, isApart } from './differences.ts'
import { type Host, isLeftBehind, leftBehindDifference } from './guests.ts'
import type { ObservedContainer } from './plan.ts'
import { isUp } from './recover.ts'
import type { DesiredService } from './repair.ts'

export function standingDifferences(service: DesiredService, container: ObservedContainer, host: Host | undefined): Difference[] {
  const differs = (field: string, expected: string, actual: string): Difference[] => [
    { service: service.name, container: container.id, field, weight: 'place', expected, actual },
  ]
  const { state, exitCode, hasAlias } = container
  if (!isUp(container)) return differs('state', 'running', state === 'exited' ? `exited with code ${exitCode}` : state)
  if (state === 'paused') return differs('state', 'running', 'paused')
  if (service.needsNetwork && !hasAlias) return differs('networks.default', `connected as ${service.name}`, 'not connected by this name')
  if (host !== undefined && isLeftBehind(container, host)) return [leftBehindDifference(container, host)]
  return isDeaf(container) ? differs('ports', 'published', 'not published') : []
}

/** It does not answer to its name, or is a relay without a way to what it stands for. */
export function isUnconnected({ needsNetwork, expected }: DesiredService, { hasAlias, made }: ObservedContainer): boolean {
  return needsNetwork && (!hasAlias || (made !== undefined && isApart(made, expected)))
}

export function sayUnconnected(containers: readonly ObservedContainer[]): string {
  return containers.every(({ hasAlias }) => hasAlias)
    ? 'its relay was disconnected from what serves it'
    : 'its container does not answer to its name on the network'
}

/** It runs and is connected, and nothing of the machine leads to it any more. */
export function isDeaf({ state, made, publishedPorts, hasAlias }: ObservedContainer): boolean {
  return state === 'running' && hasAlias && (made?.boundPorts ?? []).some((port) => publishedPorts[port] === undefined)
}
