// Whether a service that was well is so no longer, or the other way round, by what the engine and the looks say of its containers. Pure.
import { sickWords } from '../health/hysteresis.ts'
import type { ObservedContainer } from '../reconcile/plan.ts'
import type { StackService } from '../stack/stack.ts'
import type { Sickness } from '../store/container-health.ts'
import type { ServiceInstance } from '../store/service-instances.ts'

export interface Seen {
  readonly spec: Pick<StackService, 'isOneShot' | 'replicas'>
  /** The service's own of the live release. */
  readonly containers: readonly ObservedContainer[]
  /** Containers whose looks say that they are sick, and why. */
  readonly sick: ReadonlyMap<string, Sickness>
  readonly now: Date
}

export interface HealthNews {
  readonly trouble: string | undefined
  /** `quiet`: what nobody could look at for a while, and was well all the time, is known again. */
  readonly news: 'none' | 'quiet' | 'told'
}

/** What comes up between two crashes is not well: it must have run this long. */
export const steadyMs = 10_000

/**
 * What was well, or was so when it was seen last, and was started again is not called sick before looks at it have failed: after a release that failed,
 * the service that it had stopped comes back, and a commit should not turn red and green for the seconds that takes. Nor is it called well before it answered.
 */
export function healthNews({ healthStatus, status }: Pick<ServiceInstance, 'healthStatus' | 'status'>, seen: Seen): HealthNews {
  const wasWell = healthStatus === 'healthy' && status === 'running'
  const wasSick = healthStatus === 'unhealthy' || status !== 'running'
  const trouble = troubleOf(seen, wasSick ? seen.sick : withoutUnproven(seen.sick))
  if (trouble !== undefined) return { trouble, news: wasSick ? 'none' : 'told' }
  const isProven = ({ id }: ObservedContainer) => seen.sick.get(id)?.isUnproven !== true
  const isWell = seen.spec.isOneShot || seen.containers.every((container) => isProven(container) && isSteady(container, seen.now))
  if (!isWell || wasWell) return { trouble, news: 'none' }
  return { trouble, news: wasSick ? 'told' : 'quiet' }
}

function withoutUnproven(sick: Seen['sick']): Seen['sick'] {
  return new Map([...sick].filter(([, { isUnproven }]) => !isUnproven))
}

function troubleOf({ spec, containers }: Seen, sick: Seen['sick']): string | undefined {
  return spec.isOneShot ? failureOf(containers) : sicknessOf(containers, { sick, copies: spec.replicas })
}

/** A container that was meant to end is done when it ended with 0, and while it runs nobody judges it. */
function failureOf(containers: readonly ObservedContainer[]): string | undefined {
  const failed = containers.find(({ state, exitCode }) => (state === 'exited' || state === 'dead') && exitCode !== 0)
  if (failed === undefined) return undefined
  return `it ended with code ${failed.exitCode}${failed.wasOutOfMemory ? ', out of memory' : ''} where 0 is success`
}

interface Checked {
  readonly sick: Seen['sick']
  readonly copies: number
}

/** What the engine says comes first: an answer of something that has ended is nobody's. */
function sicknessOf(containers: readonly ObservedContainer[], { sick: checked, copies }: Checked): string | undefined {
  if (containers.length === 0) return 'its containers are gone'
  const down = containers.find(({ state }) => state !== 'running' && state !== 'created')
  if (down !== undefined) {
    const because = down.wasOutOfMemory ? ', out of memory' : ''
    return down.state === 'paused' ? 'its container is paused' : `its container ended with code ${down.exitCode}${because}`
  }
  const sick = containers.flatMap(({ id, health }) =>
    health === 'unhealthy' ? ['its own health check fails'] : (checked.get(id)?.words ?? []),
  )
  return sick.length === 0 ? undefined : sickWords(sick, copies)
}

function isSteady({ state, startedAt }: ObservedContainer, now: Date): boolean {
  return state === 'running' && startedAt !== null && now.getTime() - Date.parse(startedAt) >= steadyMs
}
