// What people decide about a difference: it becomes what is wanted, or what was released comes back.
import { KyozoError } from '../../errors.ts'
import { changedSettings } from '../../stack/settings/check-settings.ts'
import type { Executor } from '../../store/database.ts'
import { type Drift, endDrift, requestRestore } from '../../store/drifts.ts'
import { changeSettings } from '../../store/intents.ts'
import { lockRow } from '../../store/locking.ts'
import { notify } from '../../store/notify.ts'
import type { Viewer } from '../../store/viewer.ts'
import type { ActionContext } from '../resources/action-context.ts'
import type { Action, Resource } from '../resources/resource.ts'
import { audit } from './ask.ts'
import { checkedSettings } from './service-settings.ts'

/** Those that somebody may have meant; everything else is put right by itself. */
const choices = /^(limits\.memory|limits\.cpu|restart policy|networks\.(?!default$).+)$/

const adopt: Action = {
  right: 'drifts.adopt',
  description:
    'Keeps what was found. Memory and CPU become settings of the service, so that later releases keep them; anything else stays until a release replaces the container.',
  attributes: {},
  run: async (context, { viewer, row }) => {
    await context.db.transaction().execute(async (trx) => {
      const drift = await openChoice(trx, viewer, String(row.id))
      await becomeSetting(trx, context, { viewer, drift })
      await endDrift(trx, drift.id, 'adopted')
      await audit(trx, context, { viewer, action: 'drifts.adopt', subject: subjectOf(drift), details: { actual: drift.actual } })
    })
    return { kind: 'done' }
  },
}

const restore: Action = {
  right: 'drifts.restore',
  description:
    'Puts back what was released, while the container goes on running. Done within seconds; the difference then ends as restored.',
  attributes: {},
  run: async (context, { viewer, row }) => {
    await context.db.transaction().execute(async (trx) => {
      const drift = await openChoice(trx, viewer, String(row.id))
      await requestRestore(trx, drift.id)
      await audit(trx, context, { viewer, action: 'drifts.restore', subject: subjectOf(drift), details: { expected: drift.expected } })
      await notify(trx, 'look', drift.environmentId)
    })
    return { kind: 'done' }
  },
}

/** Throws `state_conflict` for one that is over, or that nobody has to decide about. */
async function openChoice(trx: Executor, viewer: Viewer, id: string): Promise<Drift> {
  const drift = await lockRow(trx, viewer, 'drifts', id)
  if (drift.ending !== null) throw new KyozoError('state_conflict', `this difference is over: it was ${drift.ending}`)
  if (!choices.test(drift.field))
    throw new KyozoError('state_conflict', `${drift.field} is put right by itself`, {
      hint: 'limits, the restart policy and networks can be decided about',
    })
  return drift
}

async function becomeSetting(
  trx: Executor,
  context: ActionContext,
  { viewer, drift }: { readonly viewer: Viewer; readonly drift: Drift },
): Promise<void> {
  const limit = /^limits\.(memory|cpu)$/.exec(drift.field)?.[1]
  // No limit at all is nothing that can be set: it stays until a release replaces the container.
  if (limit === undefined || drift.serviceInstanceId === null || drift.actual === 'no limit') return
  const service = await lockRow(trx, viewer, 'serviceInstances', drift.serviceInstanceId)
  const limits = { ...((service.settings.resources ?? {}) as object), [limit]: drift.actual }
  const change = await checkedSettings(trx, context, { viewer, service, attributes: { resource_limits: limits } })
  await changeSettings(trx, service.id, changedSettings(service.settings, change))
}

function subjectOf({ id, service, field }: Drift) {
  return { type: 'drifts', id, name: service === '' ? field : `${service} ${field}` }
}

export const driftActions: Pick<Resource, 'actions'> = { actions: { adopt, restore } }
