// Commits that there was no room for, and that are released again when there is.
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { heldBackForRoom } from '../../src/store/disk.ts'
import type { Environment } from '../../src/store/environments.ts'
import { insertEndedRelease, queueRelease } from '../../src/store/releases.ts'
import type { ReleaseOptions } from '../../src/store/tables/git.ts'
import { testDatabase } from '../support/database.ts'
import { shaOf, workspaceWithEnvironment } from './rows.ts'

const { db } = await testDatabase()

interface Ended {
  readonly sha: string
  readonly options?: ReleaseOptions
  /** Default is that it went live. */
  readonly errorCode?: string
  /** How long ago it ended. Default is a minute. */
  readonly minutesAgo?: number
}

async function ended(environment: Environment, { sha, options = {}, errorCode, minutesAgo = 1 }: Ended): Promise<void> {
  const { teamId, workspaceId, id: environmentId, ref } = environment
  const { release } = await queueRelease(db, { teamId, workspaceId, environmentId, ref, sha, triggeredBy: 'ada', asked: options })
  const state = errorCode === undefined ? ('live' as const) : ('failed' as const)
  await db
    .updateTable('releases')
    .set({ state, errorCode: errorCode ?? null, finishedAt: sql<Date>`now() - make_interval(mins => ${minutesAgo})` })
    .where('id', '=', release.id)
    .execute()
  await db
    .updateTable('releases')
    .set({ state: 'replaced' })
    .where('environmentId', '=', environmentId)
    .where('state', '=', 'live')
    .execute()
}

const heldBack = async (environment: Environment) =>
  (await heldBackForRoom(db)).filter(({ environmentId }) => environmentId === environment.id).map(({ sha }) => sha)

it('the newest commit is held back while there was no room for it, also when a service is restarted meanwhile', async () => {
  const { environment } = await workspaceWithEnvironment(db)
  await ended(environment, { sha: shaOf('1') })
  expect(await heldBack(environment)).toEqual([])
  await ended(environment, { sha: shaOf('2'), errorCode: 'disk_full' })
  expect(await heldBack(environment)).toEqual([shaOf('2')])
  await ended(environment, { sha: shaOf('1'), options: { ofLive: true, restart: ['api'] } })
  expect(await heldBack(environment)).toEqual([shaOf('2')])
  await ended(environment, { sha: shaOf('3') })
  expect(await heldBack(environment)).toEqual([])
})

it('nothing is released against who went back, and a restart that had no room is not repeated', async () => {
  const { environment } = await workspaceWithEnvironment(db)
  await ended(environment, { sha: shaOf('1') })
  await ended(environment, { sha: shaOf('1'), options: { ofLive: true, redeploy: ['api'] }, errorCode: 'disk_full' })
  expect(await heldBack(environment)).toEqual([])
  await ended(environment, { sha: shaOf('2'), errorCode: 'disk_full' })
  await ended(environment, { sha: shaOf('1'), options: { rollbackTo: environment.id } })
  expect(await heldBack(environment)).toEqual([])
})

it('a commit that fills the disk each time is tried again every two hours at last, however often it has', async () => {
  const { environment } = await workspaceWithEnvironment(db)
  for (let count = 0; count < 20; count++) await ended(environment, { sha: shaOf('2'), errorCode: 'disk_full', minutesAgo: 100 })
  expect(await heldBack(environment)).toEqual([])
  await ended(environment, { sha: shaOf('2'), errorCode: 'disk_full', minutesAgo: 120 })
  expect(await heldBack(environment)).toEqual([shaOf('2')])
})

it('restarts that had no room do not make the commit wait longer', async () => {
  const { environment } = await workspaceWithEnvironment(db)
  await ended(environment, { sha: shaOf('2'), errorCode: 'disk_full' })
  for (const service of ['api', 'web', 'db'])
    await ended(environment, { sha: shaOf('2'), options: { ofLive: true, restart: [service] }, errorCode: 'disk_full' })
  expect(await heldBack(environment)).toEqual([shaOf('2')])
})

it('the tip goes on when there is room, although an older push was found meanwhile', async () => {
  const { environment } = await workspaceWithEnvironment(db)
  const { teamId, workspaceId, id: environmentId, ref } = environment
  await ended(environment, { sha: shaOf('2'), errorCode: 'disk_full' })
  const late = { teamId, workspaceId, environmentId, ref, sha: shaOf('1'), triggeredBy: 'ada', asked: { late: true } as const }
  await insertEndedRelease(db, { ...late, state: 'superseded', reason: 'superseded by 2222222', supersededBy: shaOf('2') }, [])
  expect(await heldBack(environment)).toEqual([shaOf('2')])
})

it('a commit that there was no room for is tried again at once when the clock that said when it failed was put back', async () => {
  const { environment } = await workspaceWithEnvironment(db)
  await ended(environment, { sha: shaOf('2'), errorCode: 'disk_full', minutesAgo: -24 * 60 })
  expect(await heldBack(environment)).toEqual([shaOf('2')])
})
