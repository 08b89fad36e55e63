// The queries of pages and monitors on a million events and five million samples: the plans that PostgreSQL makes for them, as it says itself.
// What is asked goes through the same functions as the API's answers do.
import { CamelCasePlugin, Kysely, type LogEvent, PostgresDialect } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { AnswerContext } from '../../src/api/resources/attribute.ts'
import { resourceOf } from '../../src/api/resources/index.ts'
import { findItem, type ListQuery, listItems, relatedItems } from '../../src/api/resources/read.ts'
import { rollUpMetrics } from '../../src/store/metrics.ts'
import { deleteExpired } from '../../src/store/retention.ts'
import type { Tables } from '../../src/store/tables.ts'
import { createToken } from '../../src/store/tokens.ts'
import { viewerOf } from '../../src/store/viewer.ts'
import { testDatabase } from '../support/database.ts'

const minutes = 60_000
let client: pg.Client
let at: AnswerContext
let asked: { sql: string; parameters: readonly unknown[] }[] = []
const ids = { service: '', services: [] as string[], event: '' }

beforeAll(async () => {
  const { url, db } = await testDatabase()
  client = new pg.Client({ connectionString: url })
  await client.connect()
  await seed()
  const listening = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max: 4 }) }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
    log: ({ query }: LogEvent) => void asked.push(query),
  })
  const { rows: teams } = await client.query<{ id: string }>('select id from teams order by slug limit 1')
  const viewer = await viewerOf(db, await createToken(db, { teamId: teams[0]!.id, name: 'plans' }))
  at = { baseUrl: 'http://kyozo.test', now: new Date(), db: listening, viewer: viewer! }
  const { rows: services } = await client.query<{ id: string }>('select id from service_instances where team_id = $1', [teams[0]!.id])
  ids.services = services.map(({ id }) => id)
  ids.service = ids.services[0]!
  ids.event = (await client.query<{ id: string }>('select id from deployment_events where service_instance_id = $1 limit 1', [ids.service]))
    .rows[0]!.id
  afterAll(() => listening.destroy())
}, 5 * minutes)

afterAll(() => client.end())

/** 20 teams, 1,000 services; 1,000 events and 5,000 samples each, mixed as they would come. */
async function seed(): Promise<void> {
  // Without triggers and keys, which would be asked six million times; and indexes are made faster when the rows are there.
  await client.query(`set session_replication_role = replica`)
  await client.query(`set synchronous_commit = off; set maintenance_work_mem = '512MB'`)
  const { rows: indexes } = await client.query<{ name: string; definition: string }>(
    `select indexname as name, indexdef as definition from pg_indexes where tablename in ('deployment_events', 'service_metrics') and indexdef not like '%UNIQUE%'`,
  )
  for (const { name } of indexes) await client.query(`drop index ${name}`)
  const ordered = `(lpad(to_hex(1700000000000 + n * 60000), 12, '0') || '-7000-8000-' || lpad(to_hex((random() * 281474976710655)::bigint), 12, '0'))`
  const uuid = `(substr(${ordered}, 1, 8) || '-' || substr(${ordered}, 9))::uuid`
  for (const statement of [
    `insert into teams (id, name, slug) select gen_random_uuid(), 't' || n, 't' || n from generate_series(1, 20) n`,
    `insert into workspaces (id, team_id, name, forge) select gen_random_uuid(), t.id, t.slug || '-' || n, 'git' from teams t, generate_series(1, 5) n`,
    `insert into environments (id, team_id, workspace_id, name, ref, kind, project, host_label)
      select gen_random_uuid(), team_id, id, 'production', 'refs/heads/main', 'branch', name, name from workspaces`,
    `insert into service_instances (id, team_id, workspace_id, environment_id, name, folder_path, service_type, status)
      select gen_random_uuid(), team_id, workspace_id, id, 's' || n, 's' || n, 'nodejs', 'running' from environments, generate_series(1, 10) n`,
    `insert into deployment_events (id, team_id, service_instance_id, event_type, sequence_number, occurred_at)
      select ${uuid}, team_id, id, (array['service_started', 'service_stopped', 'deployment_completed'])[1 + n % 3], n, now() - (1001 - n) * interval '1 hour'
      from generate_series(1, 1000) n, service_instances`,
    `insert into service_metrics (team_id, service_instance_id, metric_type, value, unit, recorded_at)
      select team_id, id, (array['cpu', 'memory'])[1 + n % 2], n % 100, 'percent', now() - (5001 - n) * interval '15 seconds'
      from generate_series(1, 5000) n, service_instances`,
    ...indexes.map(({ definition }) => definition),
    `insert into service_metric_rollups (service_instance_id, metric_type, bucket_start, team_id, unit, samples, minimum, maximum, average)
      select id, 'disk', date_bin('5 minutes', now(), '2000-01-01') - interval '20 minutes', team_id, 'bytes', 1, 1, 1, 1 from service_instances limit 1`,
    `set session_replication_role = default`,
    `analyze`,
  ])
    await client.query(statement)
}

/** The nodes of the plans that read one of the two large tables, for the statements that `work` makes. */
async function scansOf(work: () => Promise<unknown>): Promise<readonly string[]> {
  asked = []
  await work()
  const scans: string[] = []
  for (const { sql, parameters } of asked.filter((query) => /deployment_events|service_metrics/.test(query.sql))) {
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(`explain (format json) ${sql}`, [...parameters])
    scans.push(...scansIn(rows[0]!['QUERY PLAN'][0].Plan))
  }
  return [...new Set(scans)]
}

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly Plans?: readonly PlanNode[]
}

function scansIn(node: PlanNode): string[] {
  const below = (node.Plans ?? []).flatMap(scansIn)
  const table = node['Relation Name']
  if (node['Index Name'] !== undefined)
    return /^(deployment_events|service_metrics)/.test(node['Index Name']) ? [node['Index Name'], ...below] : below
  return table === 'deployment_events' || table === 'service_metrics'
    ? node['Node Type'] === 'Bitmap Heap Scan'
      ? below
      : [`${node['Node Type']} of ${table}`, ...below]
    : below
}

const list = (type: string, query: ListQuery) => () => listItems(at, resourceOf(type), query)
const ofService = () => ({ name: 'service_instance', operator: 'in' as const, values: [ids.service] })
const hourAgo = () => new Date(Date.now() - 3_600_000).toISOString()

it.each<[string, () => Promise<unknown>, string]>([
  ['the newest events of a team', () => list('deployment_events', {})(), 'deployment_events_'],
  ['the newest events of a service', () => list('deployment_events', { filters: [ofService()] })(), 'deployment_events_s'],
  ['one event', () => findItem(at, resourceOf('deployment_events'), { id: ids.event }), 'deployment_events_'],
  [
    'the events of a type since an hour ago',
    () =>
      list('deployment_events', {
        filters: [
          { name: 'event_type', operator: 'in', values: ['service_stopped'] },
          { name: 'occurred_at', operator: 'gte', values: [hourAgo()] },
        ],
        sort: [{ name: 'occurred_at', isDescending: true }],
      })(),
    'deployment_events_type_occurred',
  ],
  [
    'the last events of fifty services at once',
    () =>
      relatedItems(
        at,
        { relationship: { kind: 'many', type: 'deployment_events', column: 'serviceInstanceId', description: '' }, ids: ids.services },
        { size: 5 },
      ),
    'deployment_events_s',
  ],
  ['the samples of a service', () => list('service_metrics', { filters: [ofService()] })(), 'service_metrics_service_recorded'],
  [
    'the processor time of a service in the last hour',
    () =>
      list('service_metrics', {
        filters: [
          ofService(),
          { name: 'metric_type', operator: 'in', values: ['cpu'] },
          { name: 'recorded_at', operator: 'gte', values: [hourAgo()] },
        ],
      })(),
    'service_metrics_service_recorded',
  ],
  [
    'the newest samples of every service of a page',
    () =>
      relatedItems(
        at,
        { relationship: { kind: 'many', type: 'service_metrics', column: 'serviceInstanceId', description: '' }, ids: ids.services },
        { size: 2 },
      ),
    'service_metrics_service_recorded',
  ],
  [
    'a page of services with what they use',
    () => list('service_instances', { fields: Object.keys(resourceOf('service_instances').attributes) })(),
    '',
  ],
])(
  '%s are found by an index',
  async (_, work, index) => {
    const scans = await scansOf(work)
    expect(scans.filter((scan) => scan.includes(' of '))).toEqual([])
    expect(scans.join(' ')).toContain(index)
  },
  minutes,
)

it(
  'rolling up and deleting what is old reads by indexes, oldest first',
  async () => {
    const scans = await scansOf(async () => {
      await rollUpMetrics(at.db)
      await deleteExpired(at.db)
    })
    expect(scans.filter((scan) => scan.startsWith('Seq Scan'))).toEqual([])
    expect(scans).toEqual(expect.arrayContaining(['deployment_events_pkey', 'service_metrics_pkey', 'service_metrics_recorded_at']))
  },
  2 * minutes,
)
