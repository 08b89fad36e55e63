// What a repair has made must prove itself, as in a release.
import { KyozoError } from '../../errors.ts'
import { waitUntilHealthy } from '../../health/wait-until-healthy.ts'
import { healthWords, tellingLine } from '../../health/words.ts'
import type { StackService } from '../../stack/stack.ts'
import type { Work } from './act.ts'

export async function prove({ kyozo, signal, redact }: Work, spec: StackService, containers: readonly string[]): Promise<void> {
  const outcome = await waitUntilHealthy({ service: spec, containers }, { engine: kyozo.engine, signal })
  if (outcome.kind === 'healthy') return
  const telling = tellingLine(outcome.logTail.map(redact))
  const words = healthWords(spec, { ...outcome, lastProbe: outcome.lastProbe === null ? null : redact(outcome.lastProbe) })
  throw new KyozoError('not_healthy', `${words}${telling === undefined ? '' : `: ${telling}`}`, { service: spec.name })
}
