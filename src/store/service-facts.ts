// What is known of services beside their rows: since when they run, which commit, how many copies serve, what they use. One query for many services.
import { sql } from 'kysely'
import type { Executor } from './database.ts'
import type { Viewer } from './viewer.ts'

export interface StoredFacts {
  readonly id: string
  readonly startedAt: Date | null
  readonly sha: string | null
  /** Null when no route leads to it. */
  readonly servingCopies: number | null
  readonly cpuPercent: number | null
  readonly memoryBytes: number | null
  readonly recordedAt: Date | null
}

/** Figures older than this say nothing about now. */
const freshMinutes = 10

export async function readServiceFacts(db: Executor, viewer: Viewer, ids: readonly string[]): Promise<readonly StoredFacts[]> {
  if (ids.length === 0) return []
  const found = await sql<StoredFacts>`
    select s.id, coalesce(start.occurred_at, s.deployed_at) as started_at, coalesce(verdict.since_sha, live.sha) as sha,
      serving.copies as serving_copies, cpu.value as cpu_percent, memory.value as memory_bytes,
      greatest(cpu.recorded_at, memory.recorded_at) as recorded_at
    from service_instances s
    join environments e on e.id = s.environment_id
    left join releases live on live.id = e.live_release_id
    left join release_services verdict on verdict.release_id = live.id and verdict.service = s.name
    left join lateral (
      select occurred_at from deployment_events
      where service_instance_id = s.id and event_type in ('service_started', 'service_restarted', 'deployment_completed')
      order by occurred_at desc limit 1
    ) start on true
    left join lateral (
      select count(*) filter (where state = 'serving' and not exists (
        select from container_health h where h.container_id = routes.container_id and h.status = 'unhealthy'))::int as copies
      from routes where environment_id = s.environment_id and service = s.name having count(*) > 0
    ) serving on true
    left join lateral (${newest('cpu')}) cpu on true
    left join lateral (${newest('memory')}) memory on true
    where s.team_id = ${viewer.teamId} and s.id = any(${[...ids]})`.execute(db)
  return found.rows
}

function newest(metric: 'cpu' | 'memory') {
  return sql`select value, recorded_at from service_metrics
    where service_instance_id = s.id and metric_type = ${metric} and recorded_at > now() - make_interval(mins => ${freshMinutes})
    order by recorded_at desc limit 1`
}
