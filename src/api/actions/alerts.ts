// What people ask of an alert.
import { KyozoError } from '../../errors.ts'
import { acknowledgeAlert } from '../../store/alerts.ts'
import { lockRow } from '../../store/locking.ts'
import type { Action, Resource } from '../resources/resource.ts'
import { audit } from './ask.ts'

const acknowledge: Action = {
  right: 'alerts.acknowledge',
  description: 'Says that somebody takes care of it. Done at once: the alert is answered.',
  attributes: {},
  run: async (context, { viewer, row }) => {
    await context.db.transaction().execute(async (trx) => {
      const alert = await lockRow(trx, viewer, 'alerts', String(row.id))
      if (alert.state === 'acknowledged') return
      if (alert.state === 'resolved') throw new KyozoError('state_conflict', 'this alert is resolved; only an open one can be acknowledged')
      await acknowledgeAlert(trx, viewer, alert.id)
      await audit(trx, context, { viewer, action: 'alerts.acknowledge', subject: { type: 'alerts', id: alert.id, name: alert.words } })
    })
    return { kind: 'done' }
  },
}

export const alertActions: Pick<Resource, 'actions'> = { actions: { acknowledge } }
