// What a look has found is stored before anything is done about it: whoever dies in between has told it. That data is gone is told once, with the
// difference that says so.
import { lossOf, lostVolume, sayLost } from '../../reconcile/repair.ts'
import type { StackService } from '../../stack/stack.ts'
import type { Executor } from '../../store/database.ts'
import { type EventSource, recordEvents, type ServiceEvent } from '../../store/deployment-events.ts'
import { type Drift, type DriftsOpened, keyOf, knownDrifts, type Mender, openDrifts, recordDrifts } from '../../store/drifts.ts'
import type { Environment } from '../../store/environments.ts'
import { instancesByName } from '../../store/service-instances.ts'
import { checkTypeOf } from '../instance-facts.ts'
import type { Seen } from './look.ts'

/** In a transaction that proves that nobody else works on the environment. Default of `mender` is that nobody puts anything right. */
export async function recordDifferences(trx: Executor, seen: Seen, mender?: Mender): Promise<void> {
  const { environment, plan, instances, stack } = seen
  const known = await knownDrifts(trx, environment.id)
  const accepted = new Set(known.filter(({ ending }) => ending === 'adopted').map((drift) => `${keyOf(drift)} ${drift.actual}`))
  const found = plan.differences
    .filter((one) => !accepted.has(`${keyOf(one)} ${one.actual}`))
    .map(({ service, container, field, expected, actual }) => ({ service, container, field, expected, actual }))
  const opened = await recordDrifts(trx, { place: placeOf(environment), found, known, instances, mender })
  await recordEvents(trx, sourceOf(environment), lossEvents(opened, { services: stack?.services ?? [], instances }))
}

export interface Loss {
  readonly environment: Environment
  readonly volume: string
  /** Those that may have kept their data there. */
  readonly services: readonly StackService[]
  /** Who makes it again. */
  readonly mender: Mender
  /** Default is kyozo itself. */
  readonly source?: EventSource
}

/** A volume that no look has missed, and that is about to be made. Nothing is told twice. */
export async function recordLoss(trx: Executor, loss: Loss): Promise<void> {
  const { environment, volume, services, mender, source = sourceOf(environment) } = loss
  const instances = await instancesByName(trx, environment.id)
  const { weight: _, ...difference } = lossOf(volume)
  const opened = await openDrifts(trx, { place: placeOf(environment), found: [difference], instances, mender })
  await recordEvents(trx, source, lossEvents(opened, { services, instances }))
}

/** Whose doing it is when nobody asked for it. */
export function sourceOf({ teamId }: Environment): EventSource {
  return { teamId, releaseId: null, triggeredBy: 'kyozo', triggeredById: null }
}

function placeOf({ id, teamId, workspaceId }: Environment): DriftsOpened['place'] {
  return { teamId, workspaceId, environmentId: id }
}

/** Said to every service that kept its data there. */
function lossEvents(
  opened: readonly Drift[],
  { services, instances }: Pick<Loss, 'services'> & Pick<DriftsOpened, 'instances'>,
): ServiceEvent[] {
  const volumes = opened.map(lostVolume).filter((volume) => volume !== undefined)
  return volumes.flatMap((volume) =>
    services.flatMap((spec): ServiceEvent[] => {
      const id = instances.get(spec.name)?.id
      if (id === undefined || !spec.volumes.includes(volume)) return []
      const errorMessage = `${sayLost(volume)}. It is made again, empty`
      return [{ serviceInstanceId: id, type: 'health_check_failed', data: { check: checkTypeOf(spec) }, errorMessage }]
    }),
  )
}
