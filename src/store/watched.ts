// What alert rules look at: services, their figures, and the newest releases of environments.
import { sql } from 'kysely'
import type { Observation } from '../release/alerts.ts'
import type { StoredAlertRule } from './alerts.ts'
import type { Executor } from './database.ts'
import { watchedUntold } from './untold.ts'

export interface Watched extends Observation {
  readonly workspaceId: string
  readonly environmentId: string
  readonly serviceInstanceId: string | null
  readonly releaseId: string | null
}

const watchedLimit = 20_000

/** What the rule looks at now: services, or the newest releases of environments. */
export function watchedBy(db: Executor, rule: StoredAlertRule): Promise<Watched[]> {
  switch (rule.condition) {
    case 'release_failed':
      return watchedReleases(db, rule)
    case 'host_not_told':
      return watchedUntold(db, rule)
    case 'service_unhealthy':
    case 'service_stopped':
      return watchedStatuses(db, rule)
    case 'metric_above':
    case 'metric_below':
      return watchedMetrics(db, rule)
  }
}

function placesOf(db: Executor, rule: StoredAlertRule) {
  return db
    .selectFrom('serviceInstances as s')
    .innerJoin('environments as e', 'e.id', 's.environmentId')
    .innerJoin('workspaces as w', 'w.id', 's.workspaceId')
    .select(['s.id', 's.workspaceId', 's.environmentId'])
    .select(sql<string>`s.name || ' of ' || w.name || ' ' || e.name`.as('about'))
    .where('s.teamId', '=', rule.teamId)
    .where('s.removedAt', 'is', null)
    .$if(rule.workspaceId !== null, (query) => query.where('s.workspaceId', '=', rule.workspaceId!))
    .$if(rule.environmentId !== null, (query) => query.where('s.environmentId', '=', rule.environmentId!))
    .$if(rule.serviceInstanceId !== null, (query) => query.where('s.id', '=', rule.serviceInstanceId!))
    .orderBy('s.id')
    .limit(watchedLimit)
}

const unhealthySince = sql<Date>`(select min(h.checked_at) from health_checks h where h.service_instance_id = s.id and h.status = 'unhealthy'
  and h.checked_at > coalesce((select max(g.checked_at) from health_checks g where g.service_instance_id = s.id and g.status = 'healthy'), '-infinity'))`
const stoppedSince = sql<Date>`(select max(d.occurred_at) from deployment_events d where d.service_instance_id = s.id
  and d.event_type in ('service_stopped', 'deployment_failed', 'health_check_failed'))`

/** How long a status has held is told by the health check or event that made it so. */
async function watchedStatuses(db: Executor, rule: StoredAlertRule): Promise<Watched[]> {
  const holds =
    rule.condition === 'service_unhealthy'
      ? sql<boolean>`s.desired_state = 'running' and s.health_status = 'unhealthy'`
      : sql<boolean>`s.desired_state = 'running' and s.status in ('stopped', 'error')`
  const since = rule.condition === 'service_unhealthy' ? unhealthySince : stoppedSince
  const rows = await placesOf(db, rule)
    .select([
      's.statusReason',
      holds.as('holds'),
      sql<number>`extract(epoch from now() - coalesce(${since}, s.updated_at))::float8`.as('heldSeconds'),
    ])
    .execute()
  return rows.map(({ id, workspaceId, environmentId, about, statusReason, holds, heldSeconds }) => ({
    ...{ workspaceId, environmentId, about, holds, heldSeconds },
    serviceInstanceId: id,
    releaseId: null,
    value: null,
    unit: null,
    reason: statusReason,
    isKnown: true,
  }))
}

/** Holds when every measurement of the time was beyond the threshold, and there were measurements from its beginning to its end. */
async function watchedMetrics(db: Executor, rule: StoredAlertRule): Promise<Watched[]> {
  const isAbove = rule.condition === 'metric_above'
  const windowSeconds = Math.max(rule.forSeconds, newestSeconds)
  const rows = await placesOf(db, rule)
    .innerJoinLateral(
      (from) =>
        from
          .selectFrom('serviceMetrics as m')
          .select(isAbove ? sql<number>`min(m.value)`.as('nearest') : sql<number>`max(m.value)`.as('nearest'))
          .select([
            sql<number>`count(*)::int`.as('samples'),
            sql<string | null>`max(m.unit)`.as('unit'),
            sql<number>`(array_agg(m.value order by m.recorded_at desc))[1]`.as('newest'),
            sql<number>`coalesce(extract(epoch from now() - min(m.recorded_at)), 0)::float8`.as('spanSeconds'),
          ])
          .whereRef('m.serviceInstanceId', '=', 's.id')
          .where('m.metricType', '=', rule.metricType!)
          .where('m.recordedAt', '>', sql<Date>`now() - make_interval(secs => ${windowSeconds + sampleSeconds})`)
          .as('m'),
      (join) => join.onTrue(),
    )
    .select(['m.nearest', 'm.samples', 'm.unit', 'm.newest', 'm.spanSeconds'])
    .execute()
  return rows.map(({ id, workspaceId, environmentId, about, nearest, samples, unit, newest, spanSeconds }) => {
    const isBeyond = (value: number) => (isAbove ? value > rule.threshold! : value < rule.threshold!)
    return {
      ...{ workspaceId, environmentId, about, unit },
      serviceInstanceId: id,
      releaseId: null,
      holds: samples > 0 && isBeyond(newest),
      heldSeconds: samples > 0 && isBeyond(nearest) ? spanSeconds : 0,
      value: samples === 0 ? null : newest,
      reason: null,
      isKnown: samples > 0,
    }
  })
}

/** How far apart samples may be: without one in this time nothing is known. */
const newestSeconds = 60
const sampleSeconds = 30

async function watchedReleases(db: Executor, rule: StoredAlertRule): Promise<Watched[]> {
  const rows = await db
    .selectFrom('environments as e')
    .innerJoin('workspaces as w', 'w.id', 'e.workspaceId')
    .innerJoinLateral(
      (from) =>
        from
          .selectFrom('releases as r')
          .select(['r.id as releaseId', 'r.state', 'r.reason'])
          .select(sql<number>`coalesce(extract(epoch from now() - r.finished_at), 0)::float8`.as('heldSeconds'))
          .whereRef('r.environmentId', '=', 'e.id')
          .where('r.state', 'in', ['live', 'unchanged', 'failed', 'replaced'])
          .orderBy('r.sequence', 'desc')
          .limit(1)
          .as('r'),
      (join) => join.onTrue(),
    )
    .select(['e.id', 'e.workspaceId', 'r.releaseId', 'r.state', 'r.reason', 'r.heldSeconds'])
    .select(sql<string>`w.name || ' ' || e.name`.as('about'))
    .where('e.teamId', '=', rule.teamId)
    .$if(rule.workspaceId !== null, (query) => query.where('e.workspaceId', '=', rule.workspaceId!))
    .$if(rule.environmentId !== null, (query) => query.where('e.id', '=', rule.environmentId!))
    .limit(watchedLimit)
    .execute()
  return rows.map(({ id, workspaceId, releaseId, state, reason, heldSeconds, about }) => ({
    ...{ workspaceId, releaseId, about, reason, heldSeconds },
    environmentId: id,
    serviceInstanceId: null,
    holds: state === 'failed',
    value: null,
    unit: null,
    isKnown: true,
  }))
}
