// A platform that has run for a while: workspaces, services, releases, events, operations, and a day of what services used. Rows go in as they would
// stand there, without the triggers that number and tell of them: 29 million samples are to be read here, not written.
import type { Client } from 'pg'

export const workspaceCount = 100
export const servicesEach = 100
export const releasesEach = 20
export const eventsEach = 20
export const operationsEach = 50
/** A sample a minute of processor and memory for a day. */
export const minutes = Number(process.env.KYOZO_BENCH_MINUTES ?? 1_440)

export interface Seeded {
  readonly workspaces: readonly string[]
  readonly services: readonly string[]
  readonly releases: readonly string[]
}

/** Into a migrated database without workspaces, for the team that there is. */
export async function seed(client: Client): Promise<Seeded> {
  await client.query(`set session_replication_role = replica`)
  await client.query(`set maintenance_work_mem = '256MB'`)
  for (const statement of statements) await client.query(statement)
  await seedMetrics(client)
  await client.query(`set session_replication_role = default`)
  await client.query('analyze')
  return {
    workspaces: await idsOf(client, 'workspaces'),
    services: await idsOf(client, 'service_instances'),
    releases: await idsOf(client, 'releases'),
  }
}

/** An id that sorts by time, as kyozo's own do. */
const idAt = (time: string) =>
  `(lpad(to_hex((extract(epoch from ${time}) * 1000)::bigint), 12, '0') || '7' || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid`
const team = '(select id from teams limit 1)'
/** A document as large as that of a stack of so many services. */
const documentText = `repeat('  service-name:\\n    image: kyozo/workspace/service:2b92a9534eb5dbc428438d4b\\n    mem_limit: 512m\\n    ports: ["127.0.0.1:0:3000"]\\n', ${servicesEach})`
const sha = `md5(random()::text) || substr(md5(random()::text), 1, 8)`

const statements: readonly string[] = [
  `insert into workspaces (id, team_id, name, forge, service_topology, created_at, updated_at)
    select ${idAt('t')}, ${team}, 'workspace-' || n, 'git', jsonb_build_object('services', (select jsonb_agg(jsonb_build_object('name', 'service-' || i, 'type', 'nodejs', 'port', 3000)) from generate_series(1, ${servicesEach}) i)), t, t
    from (select n, now() - interval '30 days' + n * interval '1 hour' as t from generate_series(1, ${workspaceCount}) n) w`,
  `insert into environments (id, team_id, workspace_id, name, ref, kind, project, host_label, created_at, updated_at)
    select ${idAt('created_at')}, team_id, id, 'production', 'refs/heads/main', 'branch', 'kyozo-' || name || '-production', name, created_at, created_at from workspaces`,
  `insert into releases (id, team_id, workspace_id, environment_id, ref, sha, tree, state, reason, generation, topology, stack_spec, plan, plan_text, timings, triggered_by, created_at, started_at, finished_at)
    select ${idAt('t')}, e.team_id, e.workspace_id, e.id, e.ref, ${sha}, ${sha}, case when n = ${releasesEach} then 'live' else 'replaced' end, '1 live, ${servicesEach - 1} unchanged', n,
      w.service_topology, jsonb_build_object('documentText', ${documentText}, 'overlayText', ${documentText}, 'differences', '[]'::jsonb),
      jsonb_build_object('operations', (select jsonb_agg(jsonb_build_object('kind', 'keep', 'service', 'service-' || i, 'cause', 'nothing that it reads changed')) from generate_series(1, ${servicesEach}) i)),
      repeat('  keep service-name: nothing that it reads changed\\n', ${servicesEach}), '{"fetch": 120, "build": 4000}', 'ada', t, t, t + interval '20 seconds'
    from environments e join workspaces w on w.id = e.workspace_id, lateral (select n, now() - interval '10 days' + n * interval '11 hours' + random() * interval '1 hour' as t from generate_series(1, ${releasesEach}) n) r`,
  `update environments e set live_release_id = (select id from releases r where r.environment_id = e.id and r.state = 'live')`,
  `insert into release_services (team_id, release_id, service, folder_path, verdict, words, since_sha, url)
    select r.team_id, r.id, 'service-' || i, 'services/service-' || i, 'unchanged', 'unchanged since ' || substr(r.sha, 1, 7), r.sha, 'http://service-' || i || '.workspace.localhost:4400'
    from releases r, generate_series(1, ${servicesEach}) i`,
  `insert into service_instances (id, team_id, workspace_id, environment_id, name, folder_path, service_type, status, health_status, container_id, resource_limits, scaling_config, health_check_config, url, memory_usage_mb, cpu_usage_percent, created_at, updated_at, deployed_at, event_sequence)
    select ${idAt('e.created_at')}, e.team_id, e.workspace_id, e.id, 'service-' || i, 'services/service-' || i, 'nodejs', 'running', 'healthy', md5(random()::text) || md5(random()::text),
      '{"memory": "512Mi", "cpu": "0.5"}', '{"replicas": 1}', '{"kind": "http", "path": "/healthz"}', 'http://service-' || i || '.' || e.host_label || '.localhost:4400', 128, 2.5, e.created_at, now(), now() - interval '1 day', ${eventsEach}
    from environments e, generate_series(1, ${servicesEach}) i`,
  `insert into deployment_events (id, team_id, service_instance_id, event_type, event_data, duration_ms, triggered_by, occurred_at, sequence_number)
    select ${idAt('t')}, s.team_id, s.id, case n % 4 when 0 then 'deployment_started' when 1 then 'image_built' when 2 then 'health_check_passed' else 'deployment_completed' end,
      '{"revision": "3bfc541"}', 1200, 'ada', t, n
    from service_instances s, lateral (select n, now() - interval '10 days' + n * interval '11 hours' as t from generate_series(1, ${eventsEach}) n) e`,
  `insert into health_checks (id, team_id, service_instance_id, check_type, status, response_time_ms, checked_at)
    select ${idAt('t')}, s.team_id, s.id, 'http', 'healthy', 12, t from service_instances s, lateral (select now() - n * interval '1 hour' as t from generate_series(1, 5) n) c`,
  `insert into operations (id, team_id, workspace_id, environment_id, service_instance_id, kind, state, words, requested_by, created_at, started_at, finished_at)
    select ${idAt('t')}, e.team_id, e.workspace_id, e.id, (select s.id from service_instances s where s.environment_id = e.id limit 1), 'restart_service', 'succeeded', 'restarted after 1.2 s', 'ada', t, t, t + interval '2 seconds'
    from environments e, lateral (select now() - n * interval '1 hour' - random() * interval '1 hour' as t from generate_series(1, ${operationsEach}) n) o`,
]

/** In the order of time, as samples come; the indexes are made when all are there. */
async function seedMetrics(client: Client): Promise<void> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select indexname as name, indexdef as definition from pg_indexes where tablename = 'service_metrics' and indexname <> 'service_metrics_pkey'`,
  )
  for (const { name } of rows) await client.query(`drop index ${name}`)
  const hour = 60
  for (let from = minutes; from > 0; from -= hour) {
    const until = Math.max(0, from - hour)
    await client.query(
      `insert into service_metrics (team_id, service_instance_id, metric_type, value, unit, recorded_at)
        select s.team_id, s.id, m.type, random() * m.most, m.unit, now() - n * interval '1 minute'
        from generate_series(${from}, ${until + 1}, -1) n, service_instances s, (values ('cpu', 50, 'percent'), ('memory', 500000000, 'bytes')) m (type, most, unit)`,
    )
  }
  for (const { definition } of rows) await client.query(definition)
}

async function idsOf(client: Client, table: string): Promise<string[]> {
  return (await client.query<{ id: string }>(`select id from ${table} order by md5(id::text) limit 2000`)).rows.map(({ id }) => id)
}
