// Alert rules, and the alerts that they found.
import type { Insertable, Selectable, Updateable } from 'kysely'
import { newId } from '../ids.ts'
import type { Executor } from './database.ts'
import { databaseNow } from './instance.ts'
import type { AlertRuleTable, AlertTable } from './tables/alerts.ts'
import type { Viewer } from './viewer.ts'
import type { Watched } from './watched.ts'

export type StoredAlertRule = Selectable<AlertRuleTable>

export async function addAlertRule(db: Executor, rule: Omit<Insertable<AlertRuleTable>, 'id'>): Promise<string> {
  const id = newId()
  await db
    .insertInto('alertRules')
    .values({ ...rule, id })
    .execute()
  return id
}

export async function changeAlertRule(db: Executor, id: string, change: Updateable<AlertRuleTable>): Promise<void> {
  await db
    .updateTable('alertRules')
    .set({ ...change, updatedAt: databaseNow })
    .where('id', '=', id)
    .execute()
}

export async function dropAlertRule(db: Executor, id: string): Promise<void> {
  await db.deleteFrom('alertRules').where('id', '=', id).execute()
}

export async function acknowledgeAlert(db: Executor, viewer: Viewer, id: string): Promise<void> {
  await db
    .updateTable('alerts')
    .set({ state: 'acknowledged', acknowledgedById: viewer.userId, acknowledgedAt: databaseNow })
    .where('id', '=', id)
    .where('state', '=', 'open')
    .execute()
}

/** Rules that are looked at, a page at a time by id, for every team. */
export function enabledAlertRules(db: Executor, page: { readonly after: string; readonly limit: number }): Promise<StoredAlertRule[]> {
  return db
    .selectFrom('alertRules')
    .selectAll()
    .where('isEnabled', '=', true)
    .where('id', '>', page.after)
    .orderBy('id')
    .limit(page.limit)
    .execute()
}

/** Alerts whose rule is looked at no more are over. Returns how many. */
export async function resolveDisabledAlerts(db: Executor): Promise<number> {
  const resolved = await db
    .updateTable('alerts')
    .set({ state: 'resolved', resolvedAt: databaseNow })
    .where('state', '!=', 'resolved')
    .where('alertRuleId', 'in', (from) => from.selectFrom('alertRules').select('id').where('isEnabled', '=', false))
    .returning('id')
    .execute()
  return resolved.length
}

export type OpenAlert = Selectable<AlertTable>

export function openAlerts(db: Executor, ruleId: string): Promise<OpenAlert[]> {
  return db.selectFrom('alerts').selectAll().where('alertRuleId', '=', ruleId).where('state', '!=', 'resolved').execute()
}

/** One alert for a rule and what it is about, whoever finds it first. */
export async function openAlert(
  db: Executor,
  rule: StoredAlertRule,
  found: { readonly at: Watched; readonly words: string; readonly value: number | null },
): Promise<void> {
  const { workspaceId, environmentId, serviceInstanceId, releaseId } = found.at
  await db
    .insertInto('alerts')
    .values({
      id: newId(),
      teamId: rule.teamId,
      alertRuleId: rule.id,
      workspaceId,
      environmentId,
      serviceInstanceId,
      releaseId,
      words: found.words,
      value: found.value,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function resolveAlert(db: Executor, id: string): Promise<void> {
  await db
    .updateTable('alerts')
    .set({ state: 'resolved', resolvedAt: databaseNow })
    .where('id', '=', id)
    .where('state', '!=', 'resolved')
    .execute()
}
