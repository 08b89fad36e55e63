// Every migration, forwards with rows in place and backwards to nothing, on an empty database of its own.
import { sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import { expect, it } from 'vitest'
import { newId } from '../../src/ids.ts'
import { fileMigrations, openDatabase } from '../../src/store/database.ts'
import { emptyDatabaseUrl, testDatabase } from '../support/database.ts'
import { shaOf, workspaceWithEnvironment } from './rows.ts'

it('goes up one by one, and down again to an empty schema', async () => {
  const { db, close } = await openDatabase(await emptyDatabaseUrl(), 'migrations')
  const migrator = new Migrator({
    db,
    provider: fileMigrations,
    migrationTableName: 'kyozo_migration',
    migrationLockTableName: 'kyozo_migration_lock',
  })
  const names = Object.keys(await fileMigrations.getMigrations())
  for (const name of names)
    expect((await migrator.migrateUp()).results).toEqual([{ migrationName: name, direction: 'Up', status: 'Success' }])
  for (const name of names.toReversed())
    expect((await migrator.migrateDown()).results).toEqual([{ migrationName: name, direction: 'Down', status: 'Success' }])
  const left = await sql<{
    name: string
  }>`select table_name as name from information_schema.tables where table_schema = 'public' and table_name not like 'kyozo_migration%'`.execute(
    db,
  )
  expect(left.rows).toEqual([])
  await close()
})

it('can be called by several processes at once', async () => {
  const url = await emptyDatabaseUrl()
  const { migrate } = await import('../../src/store/database.ts')
  const opened = await Promise.all(Array.from({ length: 3 }, () => openDatabase(url, 'migrations')))
  await Promise.all(opened.map(({ db }) => migrate(db)))
  await Promise.all(opened.map(({ close }) => close()))
})

it.each([
  ['a workspace name that is no DNS label', sql`update workspaces set name = 'Not A Name'`],
  ['an unknown forge', sql`update workspaces set forge = 'sourceforge'`],
  ['an unknown release state', sql`update releases set state = 'perhaps'`],
  ['a sha that is none', sql`update releases set sha = 'main'`],
  ['an unknown verdict', sql`update release_services set verdict = 'fine'`],
  ['a negative duration', sql`update release_services set duration_ms = -1`],
  ['a port that is none', sql`update routes set port = 70000`],
  ['an unknown service status', sql`update service_instances set status = 'asleep'`],
  ['negative memory', sql`update service_instances set memory_usage_mb = -5`],
])('refuses %s', async (_, statement) => {
  const { db } = await testDatabase()
  const { workspace, environment } = await workspaceWithEnvironment(db)
  const ids = { teamId: workspace.teamId, workspaceId: workspace.id, environmentId: environment.id }
  const releaseId = newId()
  await db
    .insertInto('releases')
    .values({ id: releaseId, ...ids, ref: environment.ref, sha: shaOf('a'), state: 'queued', triggeredBy: 'test' })
    .execute()
  await db.insertInto('releaseServices').values({ teamId: workspace.teamId, releaseId, service: 'api', verdict: 'live', words: 'live' }).execute()
  await db
    .insertInto('routes')
    .values({ environmentId: environment.id, service: 'api', host: 'api', containerId: 'c', port: 80, state: 'serving' })
    .execute()
  await db
    .insertInto('serviceInstances')
    .values({ id: newId(), ...ids, name: 'api', folderPath: 'api', serviceType: 'nodejs', status: 'running' })
    .execute()
  await expect(statement.execute(db)).rejects.toMatchObject({ code: '23514' })
})

it('keeps one running release an environment, whoever asks', async () => {
  const { db } = await testDatabase()
  const { workspace, environment } = await workspaceWithEnvironment(db)
  const running = () =>
    db
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
