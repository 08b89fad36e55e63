// What was asked of services whose release failed for something else, on real PostgreSQL.
import { beforeAll, expect, it } from 'vitest'
import { newId } from '../../src/ids.ts'
import type { Database } from '../../src/store/database.ts'
import { settleOperations } from '../../src/store/release-operations.ts'
import type { ReleaseOptions } from '../../src/store/tables/git.ts'
import { testDatabase } from '../support/database.ts'
import { shaOf, workspaceWithEnvironment } from './rows.ts'

let db: Database

beforeAll(async () => {
  db = (await testDatabase()).db
})

interface Failed {
  /** Default is that it failed. */
  readonly state?: 'failed' | 'live'
  readonly options?: ReleaseOptions
  readonly services: Readonly<Record<string, 'failed' | 'rolled_back' | 'unchanged' | 'live' | 'stopped'>>
  readonly errorCode?: string
  readonly attempt?: number
}

/** How operations stand once the release that they are in has failed: `stop_service api: queued`. */
async function after(
  { state = 'failed', options = {}, services, errorCode = 'not_healthy', attempt = 1 }: Failed,
  asked: readonly [string, string | null][],
) {
  const { workspace, environment } = await workspaceWithEnvironment(db)
  const place = { teamId: workspace.teamId, workspaceId: workspace.id, environmentId: environment.id }
  const release = await db
    .insertInto('releases')
    .values({
      ...{ ...place, id: newId(), ref: environment.ref, sha: shaOf('a'), triggeredBy: 'ada', state },
      ...{ options: JSON.stringify(options), errorCode, reason: 'web failed', finishedAt: new Date() },
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  const instances = new Map<string, string>()
  for (const [name, verdict] of Object.entries(services)) {
    instances.set(name, newId())
    await db
      .insertInto('serviceInstances')
      .values({ ...place, id: instances.get(name)!, name, folderPath: name, serviceType: 'nodejs', status: 'running' })
      .execute()
    await db
      .insertInto('releaseServices')
      .values({ teamId: place.teamId, releaseId: release.id, service: name, verdict, words: `${name} ${verdict}` })
      .execute()
  }
  for (const [kind, service] of asked)
    await db
      .insertInto('operations')
      .values({
        ...{ ...place, id: newId(), kind, releaseId: release.id, state: 'running', attempt, requestedBy: 'ada' },
        serviceInstanceId: service === null ? null : instances.get(service)!,
      })
      .execute()
  await settleOperations(db, release)
  const rows = await db.selectFrom('operations').selectAll().where('environmentId', '=', environment.id).orderBy('id').execute()
  return rows.map((row, at) => `${row.kind} ${asked[at]![1] ?? '-'}: ${row.state}${row.releaseId === null ? '' : ' with the release'}`)
}

it('a commit that fails fails what was asked of the service at fault, and nothing else', async () => {
  const stood = await after({ services: { api: 'unchanged', web: 'failed' } }, [
    ['stop_service', 'api'],
    ['restart_service', 'web'],
    ['deploy_environment', null],
    ['stop_workspace', null],
  ])
  expect(stood).toEqual([
    'stop_service api: queued',
    'restart_service web: failed with the release',
    'deploy_environment -: failed with the release',
    'stop_workspace -: queued',
  ])
})

it('what was taken back by the contrary has not succeeded', async () => {
  const asked: [string, string][] = [
    ['stop_service', 'api'],
    ['start_service', 'api'],
    ['stop_service', 'web'],
    ['deploy_service', 'web'],
  ]
  expect(await after({ state: 'live', services: { api: 'live', web: 'stopped' } }, asked)).toEqual([
    'stop_service api: canceled with the release',
    'start_service api: succeeded with the release',
    'stop_service web: succeeded with the release',
    'deploy_service web: canceled with the release',
  ])
})

it('what was asked alone and fails is not asked for again', async () => {
  const ofLive = { ofLive: true } as const
  expect(await after({ options: ofLive, services: { api: 'rolled_back' } }, [['stop_service', 'api']])).toEqual([
    'stop_service api: failed with the release',
  ])
  expect(await after({ options: ofLive, services: { api: 'rolled_back', web: 'failed' } }, [['stop_service', 'api']])).toEqual([
    'stop_service api: queued',
  ])
})

it('nothing is asked for again for ever, nor when a person cancelled the release', async () => {
  const services = { api: 'unchanged', web: 'failed' } as const
  expect(await after({ services, attempt: 3 }, [['stop_service', 'api']])).toEqual(['stop_service api: failed with the release'])
  expect(await after({ services, errorCode: 'canceled' }, [['stop_service', 'api']])).toEqual([
    'stop_service api: canceled with the release',
  ])
})
