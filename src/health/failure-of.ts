// What is said of a container that did not become healthy: whether it ended, how, what its checks found last, and the end of its log.
import type { Engine } from '../engine/engine.ts'
import type { ObservedContainer } from '../reconcile/plan.ts'
import type { FailureReason, HealthFailure } from './outcome.ts'

const logTailLines = 20

export interface Failing {
  readonly id: string
  readonly observed: ObservedContainer | undefined
  readonly found: FailureReason
  /** As it was noticed when it ended; the engine forgets it when it starts the container again. */
  readonly noticedExit: number | undefined
  /** What the last probe found. */
  readonly lastWords: string | undefined
  readonly afterMs: number
}

export interface FailureMeans {
  readonly engine: Pick<Engine, 'inspect' | 'logTail'>
  readonly pause: (ms: number) => Promise<void>
}

export async function failureOf(failing: Failing, means: FailureMeans): Promise<HealthFailure> {
  const { id, observed, found } = failing
  const [[seen], logTail] = await Promise.all([means.engine.inspect([id]), means.engine.logTail(id, logTailLines)])
  const exitCode = found === 'exited' ? (failing.noticedExit ?? exitCodeOf(observed) ?? exitCodeOf(seen)) : null
  const wasOutOfMemory = (observed?.wasOutOfMemory ?? false) || (seen?.wasOutOfMemory ?? false)
  const latest = exitCode === killed && !wasOutOfMemory ? await afterRemoval(id, means) : seen
  const reason = found === 'exited' && latest === undefined ? 'gone' : found
  return {
    kind: 'failed',
    reason,
    container: id,
    exitCode: reason === 'exited' ? exitCode : null,
    // The engine may notice it a moment after the end.
    wasOutOfMemory: wasOutOfMemory || (latest?.wasOutOfMemory ?? false),
    lastProbe: reason === 'unhealthy' ? ownCheckWords(latest ?? observed) : (failing.lastWords ?? null),
    afterMs: failing.afterMs,
    logTail,
  }
}

/** By SIGKILL, as shells count. */
const killed = 128 + 9
/** Whoever removes a running container kills it first. */
const removalMs = 1_000
const longestRemovals = 10

async function afterRemoval(id: string, { engine, pause }: FailureMeans): Promise<ObservedContainer | undefined> {
  for (let looks = 1; ; looks++) {
    await pause(removalMs)
    const [latest] = await engine.inspect([id])
    if (latest?.state !== 'removing' || looks === longestRemovals) return latest
  }
}

/** A container that runs, be it again, has none. */
function exitCodeOf(observed: ObservedContainer | undefined): number | null {
  return observed && observed.state !== 'running' && observed.state !== 'created' ? observed.exitCode : null
}

function ownCheckWords(observed: ObservedContainer | undefined): string {
  return ['its own health check failed', observed?.healthOutput].filter(Boolean).join(': ')
}
