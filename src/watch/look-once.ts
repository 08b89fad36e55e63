// One look at one container by its service's check. Never throws.
import type { Engine } from '../engine/engine.ts'
import { probeFor } from '../health/probes/index.ts'
import { targetOf } from '../health/probes/target.ts'
import type { WatchedContainer } from './watched-containers.ts'

export interface Look {
  /** `unknown`: nobody could look, or there is nothing to say yet. */
  readonly kind: 'passed' | 'failed' | 'unknown'
  readonly words: string
  readonly tookMs: number
}

export async function lookOnce(engine: Pick<Engine, 'exec'>, { container, check }: WatchedContainer): Promise<Look> {
  const begun = performance.now()
  const look = (kind: Look['kind'], words: string): Look => ({ kind, words, tookMs: performance.now() - begun })
  const { spec, pace } = check
  // The engine runs the same command by itself: a second program each time would find the same.
  if (spec.kind === 'docker' || (spec.kind === 'exec' && !check.hasOwnPace && container.health !== 'none'))
    return byEngine(container.health, look)
  const probe = probeFor(spec, { engine, limitMs: pace.timeoutMs })
  const target = probe && targetOf(container, probe)
  if (probe === undefined || target === undefined) return look('unknown', 'it answers on no port that can be asked')
  try {
    const { hasPassed, words, isUnknown } = await probe.look(target)
    if (isUnknown) return look('unknown', words)
    if (hasPassed && container.health === 'unhealthy') return look('failed', `${words}, but its own health check fails`)
    return look(hasPassed ? 'passed' : 'failed', words)
  } catch (error) {
    return look('unknown', `it could not be looked at: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function byEngine(health: WatchedContainer['container']['health'], look: (kind: Look['kind'], words: string) => Look): Look {
  switch (health) {
    case 'healthy':
      return look('passed', 'its own health check passes')
    case 'unhealthy':
      return look('failed', 'its own health check fails')
    case 'starting':
      return look('unknown', 'its own health check has not decided yet')
    case 'none':
      return look('failed', 'its image has no HEALTHCHECK of its own')
  }
}
