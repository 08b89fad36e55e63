// Services that die again and again: what is remembered of them, and what people are told.

import { tellingLine } from '../../health/words.ts'
import type { GuardVerdict } from '../../reconcile/flap-guard.ts'
import { createRedactor } from '../../secrets/redact.ts'
import type { Executor } from '../../store/database.ts'
import { recordEvents } from '../../store/deployment-events.ts'
import { type GuardChange, putServiceGuards } from '../../store/service-guards.ts'
import { changeServiceInstance } from '../../store/service-instances.ts'
import { environmentSecrets } from '../environment-secrets.ts'
import { checkTypeOf } from '../instance-facts.ts'
import type { Kyozo } from '../kyozo.ts'
import { keptValues } from '../release-values.ts'
import { reportStanding } from '../report-health.ts'
import type { Seen } from './look.ts'

const lines = 20

/** For those that are held back from now on: how often, why, and until when. */
export async function heldWords(kyozo: Kyozo, seen: Seen): Promise<ReadonlyMap<string, string>> {
  const fresh = [...seen.flapping].filter(([, { isNew }]) => isNew)
  if (fresh.length === 0) return new Map()
  const redact = createRedactor(new Set(await everyValue(kyozo, seen)))
  const said = fresh.map(async ([name, verdict]) => {
    const containers = seen.observed.containers.filter(({ service }) => service === name)
    const last = containers.sort((a, b) => ((a.made?.finishedAt ?? '') < (b.made?.finishedAt ?? '') ? 1 : -1))[0]
    const tail = last === undefined ? [] : await kyozo.engine.logTail(last.id, lines).catch(() => [])
    const telling = tellingLine(tail.map(redact))
    // Docker says 0 of one that runs again.
    const code =
      last === undefined || last.state === 'running'
        ? ''
        : `, last with code ${last.exitCode}${last.wasOutOfMemory ? ', out of memory' : ''}`
    const until = new Date(verdict.memory.heldUntilMs ?? 0).toISOString().slice(11, 16)
    return [name, `ended ${times(verdict)}${code}${telling === undefined ? '' : `: ${telling}`}. Held back until ${until} UTC`] as const
  })
  return new Map(await Promise.all(said))
}

/** Nothing of it may be stored or shown: what containers print may hold any of them. */
export async function everyValue(kyozo: Kyozo, { environment }: Seen): Promise<readonly string[]> {
  const { values } = await environmentSecrets(kyozo, environment)
  return [...values, ...(await keptValues(kyozo, environment.id))]
}

function times({ ends, spanMs }: GuardVerdict): string {
  const span = spanMs < 60_000 ? `${Math.max(1, Math.round(spanMs / 1000))} s` : `${Math.round(spanMs / 60_000)} min`
  return ends <= 1 ? 'again' : `${ends} times in ${span}`
}

/** In the transaction that settles a look. What is as it was is not written. */
export async function recordGuards(
  trx: Executor,
  kyozo: Kyozo,
  { seen, words }: { readonly seen: Seen; readonly words: ReadonlyMap<string, string> },
): Promise<void> {
  const changes: GuardChange[] = []
  for (const [name, verdict] of seen.flapping) {
    const instance = seen.instances.get(name)
    if (instance === undefined) continue
    const known = seen.guards.get(instance.id)
    const said = verdict.isFreed ? null : (words.get(name) ?? known?.words ?? null)
    if (verdict.isHeld && instance.statusReason !== said)
      await changeServiceInstance(trx, instance.id, { status: 'error', healthStatus: 'unhealthy', statusReason: said })
    if (verdict.isNew || verdict.isFreed)
      await tell(trx, kyozo, { seen, service: name, words: said ?? 'stays up again', isWell: verdict.isFreed })
    const { heldUntilMs } = verdict.memory
    if (JSON.stringify(known?.memory) === JSON.stringify(verdict.memory) && known?.words === said) continue
    const place = { serviceInstanceId: instance.id, teamId: instance.teamId, environmentId: instance.environmentId }
    changes.push({ ...place, memory: verdict.memory, heldUntil: heldUntilMs === null ? null : new Date(heldUntilMs), words: said })
  }
  await putServiceGuards(trx, changes)
}

interface Told {
  readonly seen: Seen
  readonly service: string
  readonly words: string
  readonly isWell: boolean
}

async function tell(trx: Executor, kyozo: Kyozo, { seen, service, words, isWell }: Told): Promise<void> {
  const instance = seen.instances.get(service)
  const live = seen.live.get(service)
  if (instance === undefined || live === undefined) return
  const source = { teamId: instance.teamId, releaseId: null, triggeredBy: 'kyozo', triggeredById: null }
  const data = { check: checkTypeOf(live.spec) }
  await recordEvents(trx, source, [
    isWell
      ? { serviceInstanceId: instance.id, type: 'health_check_passed', data }
      : { serviceInstanceId: instance.id, type: 'health_check_failed', data, errorMessage: words },
  ])
  const { workspace, environment } = seen
  await reportStanding(trx, { workspace, environment, service, words, isWell }, kyozo.config.baseUrl)
}
