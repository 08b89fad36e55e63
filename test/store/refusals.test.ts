// What the database itself refuses, whoever writes: values out of range, duplicates, circles. The rows are those of fixtures/migrations.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { sql } from 'kysely'
import { beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/ids.ts'
import type { Database } from '../../src/store/database.ts'
import { fileMigrations, migratorOf, openDatabase } from '../../src/store/database.ts'
import { emptyDatabaseUrl, testDatabase } from '../support/database.ts'
import { shaOf, workspaceWithEnvironment } from './rows.ts'

const samples = path.join(import.meta.dirname, '../../fixtures/migrations')
let db: Database

beforeAll(async () => {
  const opened = await openDatabase(await emptyDatabaseUrl(), 'refusals')
  db = opened.db
  const migrator = migratorOf(db)
  for (const name of Object.keys(await fileMigrations.getMigrations())) {
    await migrator.migrateUp()
    await sql.raw(await readFile(path.join(samples, `${name}.sql`), 'utf8')).execute(db)
  }
})

const wrongValues: readonly [string, string][] = [
  ['a workspace name that is no DNS label', `update workspaces set name = 'Not A Name'`],
  ['an unknown deployment environment', `update workspaces set deployment_environment = 'qa'`],
  ['an unknown kind of environment', `update environments set kind = 'branchlet'`],
  ['an unknown decision about a delivery', `update deliveries set decision = 'maybe'`],
  ['an unknown release state', `update releases set state = 'perhaps'`],
  ['release options that are no object', `update releases set options = '[]'`],
  ['a sha that is none', `update releases set sha = 'main'`],
  ['an unknown verdict', `update release_services set verdict = 'fine'`],
  ['a negative duration of a verdict', `update release_services set duration_ms = -1`],
  ['a port that is none', `update routes set port = 70000`],
  ['an unknown service status', `update service_instances set status = 'asleep'`],
  ['an unknown health status', `update service_instances set health_status = 'so-so'`],
  ['an unknown wish for a service', `update service_instances set desired_state = 'paused'`],
  ['settings that are no object', `update service_instances set settings = '3'`],
  ['negative memory', `update service_instances set memory_usage_mb = -5`],
  ['a negative start time', `update service_instances set startup_time_ms = -5`],
  ['negative processor time', `update service_instances set cpu_usage_percent = -0.1`],
  ['an e-mail address in capitals', `update users set email = 'Ada@example.com'`],
  ['an unknown role', `update members set role = 'guest'`],
  ['an unknown role of an invitation', `update invitations set role = 'guest'`],
  ['an unknown status of an invitation', `update invitations set status = 'lost'`],
  ['an unknown scope of a token', `update api_keys set scopes = '{read,root}'`],
  ['an unknown permission', `update service_permissions set permission_type = 'sudo'`],
  ['a permission revoked before it was granted', `update service_permissions set revoked_at = granted_at - interval '1 day'`],
  ['a confidence of a file above 1', `update files set analysis_confidence = 1.01`],
  ['a negative confidence of a file', `update files set analysis_confidence = -0.01`],
  ['an unknown deployment strategy', `update topology_detections set deployment_strategy = 'guess'`],
  ['a confidence above 1', `update topology_detections set confidence_score = 1.01`],
  ['a negative confidence', `update topology_detections set confidence_score = -0.01`],
  ['an unknown state of an operation', `update operations set state = 'stuck'`],
  ['an operation that ended at no time', `update operations set state = 'succeeded'`],
  ['an error of an operation that did not fail', `update operations set error_message = 'x'`],
  ['an unknown type of event', `update deployment_events set event_type = 'service_vanished'`],
  ['a negative duration of an event', `update deployment_events set duration_ms = -1`],
  ['event data that is no object', `update deployment_events set event_data = '"x"'`],
  ['an unknown type of dependency', `update service_dependencies set dependency_type = 'likes'`],
  ['a negative place in the start order', `update service_dependencies set startup_order = -1`],
  ['a variable that is no name', `update service_dependencies set environment_variable = '1 A'`],
  ['a service that needs itself', `update service_dependencies set depends_on_id = service_instance_id`],
  ['an unknown type of check', `update health_checks set check_type = 'smell'`],
  ['an unknown result of a check', `update health_checks set status = 'fine'`],
  ['a negative response time', `update health_checks set response_time_ms = -1`],
  ['an unknown metric', `update service_metrics set metric_type = 'mood'`],
  ['a negative figure', `update service_metrics set value = -1`],
  ['a figure that is none', `update service_metrics set value = 'NaN'`],
  ['an endless figure', `update service_metrics set value = 'infinity'`],
  ['an unknown unit', `update service_metrics set unit = 'parsec'`],
  ['a smallest figure above the largest', `update service_metric_rollups set minimum = 91`],
  ['a rollup of nothing', `update service_metric_rollups set samples = 0`],
  ['a host port below 1024', `update port_allocations set host_port = 80`],
  ['an unknown protocol', `update port_allocations set protocol = 'sctp'`],
  ['a connection over something else than HTTP', `update forge_connections set api_url = 'file:///etc/passwd'`],
  ['a rule about a metric without a threshold', `update alert_rules set threshold = null`],
  ['an unknown condition', `update alert_rules set condition = 'bad_luck'`],
  ['an alert that was resolved at no time', `update alerts set state = 'resolved'`],
  ['an audit entry by nobody', `update audit_events set actor_kind = 'ghost'`],
  ['an audit entry without a verb', `update audit_events set action = 'stop'`],
  ['a secret whose name is no variable', `update secrets set name = 'a b'`],
  ['a version of a secret before the first', `update secrets set version = 0`],
  ['an unknown state of a route', `update routes set state = 'resting'`],
  ['a quota that is no object', `update teams set resource_quota = '7'`],
]

it.each(wrongValues)('refuses %s', async (_, statement) => {
  await expect(sql.raw(statement).execute(db)).rejects.toMatchObject({ code: '23514' })
})

const duplicates: readonly [string, string][] = [
  ['the same folder and name in one environment', 'service_instances'],
  ['the same file in one workspace', 'files'],
  ['the same permission of the same user twice', 'service_permissions'],
  ['the same member twice', 'members'],
  ['the same dependency twice', 'service_dependencies'],
  ['the same port of the machine twice', 'port_allocations'],
  ['the same key of a request twice', 'operations'],
  ['a second open alert about one thing', 'alerts'],
  ['the same connection twice', 'forge_connections'],
  ['the same secret in the same scope twice', 'secrets'],
]

it.each(duplicates)('refuses %s', async (_, table) => {
  const { rows } = await sql<{
    columns: string
  }>`select string_agg(quote_ident(column_name), ', ') as columns from information_schema.columns
    where table_name = ${table} and column_name <> 'id' and is_generated = 'NEVER' and is_identity = 'NO'`.execute(db)
  const columns = rows[0]!.columns
  const copy = sql.raw(`insert into ${table} (id, ${columns}) select gen_random_uuid(), ${columns} from ${table} limit 1`)
  await expect(copy.execute(db)).rejects.toMatchObject({ code: '23505' })
})

it('refuses a second latest detection of one folder, and keeps the older ones', async () => {
  await expect(sql`update topology_detections set is_latest = true`.execute(db)).rejects.toMatchObject({ code: '23505' })
  await sql`update topology_detections set is_latest = false`.execute(db)
})

it('keeps one running release an environment, whoever asks', async () => {
  const { db: own } = await testDatabase()
  const { workspace, environment } = await workspaceWithEnvironment(own)
  const running = () =>
    own
      .insertInto('releases')
      .values({
        id: newId(),
        teamId: workspace.teamId,
        workspaceId: workspace.id,
        environmentId: environment.id,
        ref: 'refs/heads/main',
        sha: shaOf('a'),
        state: 'running',
        triggeredBy: 'test',
      })
      .execute()
  await running()
  await expect(running()).rejects.toMatchObject({ code: '23505' })
})

describe('dependencies', () => {
  it('are refused when they close a circle of required services, by however many steps and by whoever comes second', async () => {
    const { db: own } = await testDatabase()
    const services = await servicesIn(own, 4)
    const [a, b, c, d] = services as [string, string, string, string]
    await depend(own, a, b)
    await depend(own, b, c)
    await depend(own, c, d)
    await expect(depend(own, d, a)).rejects.toMatchObject({ code: '23514', constraint: 'service_dependencies_no_cycle' })
    await depend(own, d, a, 'optional')
    await expect(sql`update service_dependencies set dependency_type = 'requires'`.execute(own)).rejects.toMatchObject({
      constraint: 'service_dependencies_no_cycle',
    })
  })

  it('are refused when two writers would close a circle together', async () => {
    const { db: own } = await testDatabase()
    const [a, b] = (await servicesIn(own, 2)) as [string, string]
    const settled = await Promise.allSettled([depend(own, a, b), depend(own, b, a)])
    expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('are refused between environments', async () => {
    const { db: own } = await testDatabase()
    const [[a], [b]] = [await servicesIn(own, 1), await servicesIn(own, 1)]
    await expect(depend(own, a!, b!)).rejects.toMatchObject({ constraint: 'service_dependencies_one_environment' })
  })
})

async function servicesIn(own: Database, count: number): Promise<readonly string[]> {
  const { workspace, environment } = await workspaceWithEnvironment(own)
  const rows = Array.from({ length: count }, (_, at) => ({
    id: newId(),
    teamId: workspace.teamId,
    workspaceId: workspace.id,
    environmentId: environment.id,
    name: `s${at}`,
    folderPath: `s${at}`,
    serviceType: 'nodejs',
    status: 'running' as const,
  }))
  await own.insertInto('serviceInstances').values(rows).execute()
  return rows.map(({ id }) => id)
}

async function depend(own: Database, from: string, on: string, type: 'requires' | 'optional' = 'requires'): Promise<void> {
  await sql`insert into service_dependencies (id, team_id, service_instance_id, depends_on_id, dependency_type)
    select ${newId()}, team_id, id, ${on}, ${type} from service_instances where id = ${from}`.execute(own)
}

it('every row that belongs to what a team has says so itself', async () => {
  const { rows } = await sql`
    with of_teams as (select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'team_id')
    select distinct conrelid::regclass::text as name from pg_constraint
    where contype = 'f' and confrelid::regclass::text in (select name from of_teams) and conrelid::regclass::text not in (select name from of_teams)`.execute(
    db,
  )
  expect(rows).toEqual([])
})
