// Looks at every alert rule: opens an alert for what it finds, and resolves it when it is over. Several processes may look at once.
import type { Log } from '../log.ts'
import { decideAlert } from '../release/alerts.ts'
import { enabledAlertRules, openAlert, openAlerts, resolveAlert, resolveDisabledAlerts, type StoredAlertRule } from '../store/alerts.ts'
import type { Database } from '../store/database.ts'
import { type Watched, watchedBy } from '../store/watched.ts'

const rulesAtOnce = 200
const beforeAll = '00000000-0000-0000-0000-000000000000'

export async function lookAtAlerts({ db, log }: { readonly db: Database; readonly log: Log }): Promise<void> {
  await resolveDisabledAlerts(db)
  for (let after = beforeAll; ; ) {
    const rules = await enabledAlertRules(db, { after, limit: rulesAtOnce })
    for (const rule of rules)
      await lookAt(db, rule).catch((error: unknown) => log.warn({ error, rule: rule.id }, 'an alert rule could not be looked at'))
    const last = rules.at(-1)
    if (last === undefined || rules.length < rulesAtOnce) return
    after = last.id
  }
}

async function lookAt(db: Database, rule: StoredAlertRule): Promise<void> {
  const watched = await watchedBy(db, rule)
  const open = new Map((await openAlerts(db, rule.id)).map((alert) => [subjectOf(alert), alert]))
  for (const at of watched) {
    const known = open.get(subjectOf(at))
    open.delete(subjectOf(at))
    const decision = decideAlert(rule, at, known !== undefined)
    if (decision.kind === 'open') await openAlert(db, rule, { at, ...decision })
    if (decision.kind === 'resolve' && known !== undefined) await resolveAlert(db, known.id)
  }
  // What it was about is gone, or the rule is about something else.
  for (const alert of open.values()) await resolveAlert(db, alert.id)
}

function subjectOf({
  serviceInstanceId,
  environmentId,
}: Pick<Watched, 'serviceInstanceId'> & { readonly environmentId: string | null }): string {
  return serviceInstanceId ?? environmentId ?? ''
}
