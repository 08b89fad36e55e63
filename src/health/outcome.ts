// How waiting for health ends, and how one container stands in between. Pure.
import type { ObservedContainer } from '../reconcile/plan.ts'
import type { StackService } from '../stack/stack.ts'
import { ownCheck } from './probes/docker.ts'

/** What of a service decides about its health. */
export type HealthSubject = Pick<StackService, 'name' | 'port' | 'health' | 'healthDeadlineMs' | 'isOneShot'>

export interface HealthFailure {
  readonly kind: 'failed'
  readonly reason: FailureReason
  readonly container: string
  /** Null while it runs. */
  readonly exitCode: number | null
  readonly wasOutOfMemory: boolean
  /** What the last look at it found. */
  readonly lastProbe: string | null
  readonly afterMs: number
  /** Oldest first. */
  readonly logTail: readonly string[]
}

/** `exited`: it ended, whether or not the engine starts it again. `unhealthy`: its own check says so. `gone`: somebody removed it. */
export type FailureReason = 'exited' | 'unhealthy' | 'deadline' | 'gone'

/** `responseMs` is how long the last answer took; absent where nobody was asked. */
export type HealthOutcome = { readonly kind: 'healthy'; readonly afterMs: number; readonly responseMs?: number } | HealthFailure

/** `probe`: it runs, and a look at it decides. */
export type Standing = 'waits' | 'probe' | 'done' | Exclude<FailureReason, 'deadline'>

/**
 * Where a container stands by what the engine knows of it. One that was started again has failed, however well it does now: a service that
 * needs two tries will need them again. `exitCode` is that of an exit that was noticed, which the engine forgets when it starts it again.
 */
export function standingOf(container: ObservedContainer | undefined, subject: HealthSubject, exitCode: number | undefined): Standing {
  if (!container) return 'gone'
  if (container.state === 'created' && exitCode === undefined) return 'waits'
  const hasExited = exitCode !== undefined || container.restartCount > 0 || ['restarting', 'exited', 'dead'].includes(container.state)
  if (hasExited) return subject.isOneShot && (exitCode ?? container.exitCode) === 0 && container.restartCount === 0 ? 'done' : 'exited'
  if (ownCheck(container) === 'failed') return 'unhealthy'
  return container.state === 'running' && !subject.isOneShot ? 'probe' : 'waits'
}
