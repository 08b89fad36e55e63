// What is kept for how long, on a million samples, with writers that refuse to wait for a lock.
import { sql } from 'kysely'
import pg from 'pg'
import { beforeAll, expect, it } from 'vitest'
import { newId } from '../../src/ids.ts'
import type { Database } from '../../src/store/database.ts'
import { rollUpMetrics, storeSamples } from '../../src/store/metrics.ts'
import { putOutbox } from '../../src/store/outbox.ts'
import { queueRelease } from '../../src/store/releases.ts'
import { deleteExpired } from '../../src/store/retention.ts'
import { testDatabase } from '../support/database.ts'
import { shaOf, workspaceWithEnvironment } from './rows.ts'

let db: Database
let url: string
let serviceId: string

beforeAll(async () => {
  const opened = await testDatabase()
  db = opened.db
  url = opened.url
  const { workspace, environment } = await workspaceWithEnvironment(db)
  serviceId = newId()
  await db
    .insertInto('serviceInstances')
    .values({
      id: serviceId,
      teamId: workspace.teamId,
      workspaceId: workspace.id,
      environmentId: environment.id,
      name: 'api',
      folderPath: 'api',
      serviceType: 'nodejs',
      status: 'running',
    })
    .execute()
})

/** One sample every `step`, from `from` on, oldest first; values count 0, 1, 2, … 99, 0, … */
async function fill(count: number, from: string, step: string): Promise<void> {
  // A statement has half a minute.
  for (let first = 0; first < count; first += 100_000)
    await sql`insert into service_metrics (team_id, service_instance_id, metric_type, value, unit, recorded_at)
      select s.team_id, s.id, 'cpu', n % 100, 'percent', now() - ${from}::interval + n * ${step}::interval
      from service_instances s, generate_series(${first}::integer, ${Math.min(count, first + 100_000) - 1}::integer) n
      where s.id = ${serviceId} order by n`.execute(db)
}

async function counted(table: string): Promise<number> {
  return Number((await sql<{ count: string }>`select count(*) from ${sql.table(table)}`.execute(db)).rows[0]!.count)
}

it('deletes what is too old of a million samples, keeps the rest, and makes no writer wait', async () => {
  await fill(900_000, '9 days', '0.1 seconds')
  await fill(100_000, '6 days', '1 second')
  const writer = new pg.Client({ connectionString: url })
  await writer.connect()
  // Whoever would have to wait for a lock fails at once.
  await writer.query(`set lock_timeout = '1ms'`)
  let isDone = false
  let written = 0
  const writing = (async () => {
    while (!isDone) {
      await writer.query(
        `insert into service_metrics (team_id, service_instance_id, metric_type, value, unit) select team_id, id, 'memory', 1, 'bytes' from service_instances`,
      )
      written++
    }
  })()
  const deleted = await deleteExpired(db)
  isDone = true
  await writing
  await writer.end()
  expect(deleted.service_metrics).toBe(900_000)
  expect(written).toBeGreaterThan(0)
  expect(await counted('service_metrics')).toBe(100_000 + written)
  expect((await deleteExpired(db)).service_metrics).toBe(0)
}, 120_000)

it('ends between two batches when it is told to', async () => {
  await sql`truncate service_metrics`.execute(db)
  await fill(20_000, '9 days', '0.1 seconds')
  const stopped = new AbortController()
  stopped.abort()
  expect(await deleteExpired(db, stopped.signal)).toMatchObject({ service_metrics: 0 })
  expect(await counted('service_metrics')).toBe(20_000)
})

it.each([
  [
    'health_checks',
    `insert into health_checks (id, team_id, service_instance_id, check_type, status, checked_at)
    select gen_random_uuid(), team_id, id, 'http', 'healthy', now() - make_interval(days => d) from service_instances, (values (29), (31)) as days (d)`,
  ],
  [
    'deployment_events',
    `insert into deployment_events (id, team_id, service_instance_id, event_type, occurred_at)
    select gen_random_uuid(), team_id, id, 'service_started', now() - make_interval(days => d) from service_instances, (values (89), (91)) as days (d)`,
  ],
  [
    'service_metric_rollups',
    `insert into service_metric_rollups (service_instance_id, metric_type, bucket_start, team_id, unit, samples, minimum, maximum, average)
    select id, 'disk', now() - make_interval(days => d), team_id, 'bytes', 1, 1, 1, 1 from service_instances, (values (29), (31)) as days (d)`,
  ],
])('keeps of %s what its time has not run out for', async (table, statement) => {
  await sql`truncate ${sql.table(table)}`.execute(db)
  await sql.raw(statement).execute(db)
  expect((await deleteExpired(db))[table]).toBe(1)
  expect(await counted(table)).toBe(1)
})

it('keeps of what Git hosts were told what is not over, and all that is told of a commit that may still be told of', async () => {
  const { workspace, environment } = await workspaceWithEnvironment(db)
  const place = { teamId: workspace.teamId, workspaceId: workspace.id, environmentId: environment.id, ref: environment.ref }
  const { release } = await queueRelease(db, { ...place, sha: shaOf('1'), triggeredBy: 'ada' })
  await db.updateTable('releases').set({ state: 'live', isKept: true }).where('id', '=', release.id).execute()
  const told = async (digit: string, days: number, end: 'sent_at' | 'dropped_at' | undefined) => {
    const target = `${digit} ${days} ${end}`
    const payload = { sha: shaOf(digit), context: 'kyozo/production' }
    await putOutbox(db, [{ teamId: workspace.teamId, kind: 'status', connection: 'github', target, payload }])
    await sql`update outbox set created_at = now() - make_interval(days => ${days}) where target = ${target}`.execute(db)
    if (end !== undefined) await sql`update outbox set ${sql.ref(end)} = created_at where target = ${target}`.execute(db)
  }
  for (const days of [89, 91]) {
    await told('1', days, 'sent_at')
    await told('2', days, 'sent_at')
    await told('2', days, 'dropped_at')
    await told('2', days, undefined)
  }
  expect((await deleteExpired(db)).outbox).toBe(2)
  expect((await db.selectFrom('outbox').select('target').orderBy('sequence').execute()).map(({ target }) => target)).toEqual([
    '1 89 sent_at',
    '2 89 sent_at',
    '2 89 dropped_at',
    '2 89 undefined',
    '1 91 sent_at',
    '2 91 undefined',
  ])
})

it('numbers of events go on after the old ones went', async () => {
  const add = () =>
    sql`insert into deployment_events (id, team_id, service_instance_id, event_type) select ${newId()}, team_id, id, 'service_stopped' from service_instances`.execute(
      db,
    )
  const newest = async () =>
    Number((await sql<{ n: string }>`select max(sequence_number) as n from deployment_events`.execute(db)).rows[0]!.n)
  await add()
  const before = await newest()
  await sql`update deployment_events set occurred_at = now() - interval '91 days'`.execute(db)
  await deleteExpired(db)
  await add()
  expect(await newest()).toBe(before + 1)
})

it('rolls up every five minutes that have ended: how many, the least, the most, the average', async () => {
  await sql`truncate service_metrics, service_metric_rollups`.execute(db)
  await sql`insert into service_metrics (team_id, service_instance_id, metric_type, value, unit, recorded_at)
    select team_id, id, 'cpu', v, 'percent', date_bin('5 minutes', now(), '2000-01-01') - interval '10 minutes' + s * interval '1 second'
    from service_instances, (values (0, 10.0), (60, 20.0), (299, 60.0), (300, 5.0), (900, 99.0)) as samples (s, v)`.execute(db)
  expect(await rollUpMetrics(db)).toBe(2)
  const { rows } =
    await sql`select metric_type, samples, minimum, maximum, average from service_metric_rollups order by bucket_start`.execute(db)
  expect(rows).toEqual([
    { metricType: 'cpu', samples: 3, minimum: 10, maximum: 60, average: 30 },
    { metricType: 'cpu', samples: 1, minimum: 5, maximum: 5, average: 5 },
  ])
})

it('takes in a sample that came late, and never replaces a rollup by a poorer one', async () => {
  await sql`insert into service_metrics (team_id, service_instance_id, metric_type, value, unit, recorded_at)
    select team_id, id, 'cpu', 15, 'percent', date_bin('5 minutes', now(), '2000-01-01') - interval '4 minutes' from service_instances`.execute(
    db,
  )
  await rollUpMetrics(db)
  const newest = sql<{
    samples: number
    average: number
  }>`select samples, average from service_metric_rollups order by bucket_start desc limit 1`
  expect((await newest.execute(db)).rows).toEqual([{ samples: 2, average: 10 }])
  await sql`delete from service_metrics where value = 15`.execute(db)
  await rollUpMetrics(db)
  expect((await newest.execute(db)).rows).toEqual([{ samples: 2, average: 10 }])
})

it('catches up on days that were never rolled up, and does nothing twice', async () => {
  await sql`truncate service_metrics, service_metric_rollups`.execute(db)
  await fill(17_280, '2 days', '10 seconds')
  const written = await rollUpMetrics(db)
  expect(written).toBeGreaterThanOrEqual(575)
  expect(written).toBeLessThanOrEqual(577)
  expect(await rollUpMetrics(db)).toBeLessThanOrEqual(2)
  expect(await counted('service_metric_rollups')).toBe(written)
})

it('stores one sample of a round, whoever takes it, and adds up counts', async () => {
  await sql`truncate service_metrics`.execute(db)
  const round = [
    { serviceInstanceId: serviceId, metricType: 'cpu' as const, value: 12.5, unit: 'percent' as const },
    { serviceInstanceId: serviceId, metricType: 'memory' as const, value: 50 * 1024 ** 2 + 1, unit: 'bytes' as const },
    { serviceInstanceId: serviceId, metricType: 'requests' as const, value: 7, unit: 'count' as const },
  ]
  await Promise.all([storeSamples(db, round), storeSamples(db, round), storeSamples(db, round)])
  const { rows } =
    await sql`select metric_type, count(*)::integer as samples, sum(value) as total from service_metrics group by metric_type order by metric_type`.execute(
      db,
    )
  expect(rows).toEqual([
    { metricType: 'cpu', samples: 1, total: 12.5 },
    { metricType: 'memory', samples: 1, total: 50 * 1024 ** 2 + 1 },
    { metricType: 'requests', samples: 3, total: 21 },
  ])
  const instance = await db.selectFrom('serviceInstances').select(['cpuUsagePercent', 'memoryUsageMb']).executeTakeFirstOrThrow()
  expect(instance).toEqual({ cpuUsagePercent: 12.5, memoryUsageMb: 51 })
})

it('leaves out samples of services that are gone', async () => {
  await sql`truncate service_metrics`.execute(db)
  await storeSamples(db, [{ serviceInstanceId: newId(), metricType: 'cpu', value: 1, unit: 'percent' }])
  expect(await counted('service_metrics')).toBe(0)
})
