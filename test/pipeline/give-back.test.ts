// Releases that go back to the queue, on real PostgreSQL: never behind a newer one, whoever gives them back and whenever it was pushed.
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { createLog } from '../../src/log.ts'
import { putBack } from '../../src/pipeline/put-back.ts'
import { startRelease } from '../../src/pipeline/receive.ts'
import { askRelease } from '../../src/store/asked-releases.ts'
import type { Executor } from '../../src/store/database.ts'
import { giveBack, rescueReleases } from '../../src/store/give-back.ts'
import { claimRelease, expireLeasesOf } from '../../src/store/leases.ts'
import { findRelease, releaseServices } from '../../src/store/releases.ts'
import type { ReleaseOptions } from '../../src/store/tables/git.ts'
import { holdWorkspace } from '../../src/store/workspaces.ts'
import { shaOf, workspaceWithEnvironment } from '../store/rows.ts'
import { testDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'

const { db } = await testDatabase()
const kyozo = { db, config: readConfig({}), log: createLog('silent') }
const broken = new Error('Connection terminated unexpectedly')

/** An environment whose release 9 a worker has that is called as the environment. */
async function working(asked: { readonly asked?: ReleaseOptions } = {}) {
  const { workspace, environment } = await workspaceWithEnvironment(db)
  const queue = { enqueueDeploy: async () => undefined }
  const push = (digit: string, trx: Executor = db, more: { readonly asked?: ReleaseOptions } = {}) =>
    startRelease({ baseUrl: '', queue }, trx, { workspace, environment, sha: shaOf(digit), triggeredBy: 'ada', ...more })
  await push('9', db, asked)
  const claim = (await claimRelease(db, environment.id, environment.id))!
  return { environment, push, claim }
}

/** What a push has queued and not committed yet, while somebody gives the release back. */
async function whilePushing<T>({ push }: Awaited<ReturnType<typeof working>>, back: () => Promise<T>): Promise<T> {
  const { giving } = await db.transaction().execute(async (trx) => {
    await push('a', trx)
    const begun = back()
    await until('whoever gives it back to wait for the push', isWaiting)
    return { giving: begun }
  })
  return giving
}

async function isWaiting(): Promise<boolean> {
  const { rows } = await sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(db)
  return rows.length > 0
}

const stateOf = async (id: string) => {
  const { state, supersededBy } = (await findRelease(db, id))!
  return { state, supersededBy }
}
const overtaken = { state: 'superseded', supersededBy: shaOf('a') }

it('a release that nothing has overtaken waits again', async () => {
  const { claim } = await working()
  expect(await db.transaction().execute((trx) => giveBack(trx, claim, { reason: 'later' }))).toBeUndefined()
  expect(await findRelease(db, claim.release.id)).toMatchObject({
    state: 'queued',
    reason: 'later',
    leaseToken: null,
    leaseExpiresAt: null,
  })
})

it('a release does not wait again behind a newer one, which whoever gives it back is told', async () => {
  const { claim, push } = await working()
  const newer = await push('a')
  expect((await db.transaction().execute((trx) => giveBack(trx, claim, {})))?.id).toBe(newer.id)
  expect((await findRelease(db, claim.release.id))?.state).toBe('running')
})

it('a release that is given back while a push is being stored learns of the push', async () => {
  const work = await working()
  const newer = await whilePushing(work, () => db.transaction().execute((trx) => giveBack(trx, work.claim, {})))
  expect(newer?.sha).toBe(shaOf('a'))
})

it('a rollback whose ending broke off ends for the commit that was pushed meanwhile, and runs no more', async () => {
  const { environment, claim, push } = await working({ asked: { rollbackTo: shaOf('0') } })
  await push('a')
  await putBack(claim, kyozo, broken)
  expect(await stateOf(claim.release.id)).toEqual(overtaken)
  const next = (await claimRelease(db, environment.id, 'me'))!
  expect(next.release.sha).toBe(shaOf('a'))
  expect(await claimRelease(db, environment.id, 'other')).toBeUndefined()
})

it('a release whose ending broke off ends with a verdict for each service that runs', async () => {
  const { environment, claim, push } = await working()
  const spec = { document: { services: {} }, services: [{ name: 'api', folder: 'api' }] }
  await db
    .updateTable('releases')
    .set({ stackSpec: JSON.stringify(spec) })
    .where('id', '=', claim.release.id)
    .execute()
  await db.updateTable('environments').set({ liveReleaseId: claim.release.id }).where('id', '=', environment.id).execute()
  await push('a')
  await putBack(claim, kyozo, broken)
  expect((await releaseServices(db, claim.release.id)).map(({ service, words }) => `${service} ${words}`)).toEqual([
    'api superseded by aaaaaaa',
  ])
})

it('a release whose ending broke off is tried again when nothing is newer, or only what a person asked of what is live', async () => {
  const { environment, claim } = await working()
  await askRelease(db, { environmentId: environment.id, options: { restart: ['api'] }, triggeredBy: 'ada', triggeredById: null })
  await putBack(claim, kyozo, broken)
  expect(await stateOf(claim.release.id)).toEqual({ state: 'queued', supersededBy: null })
})

it('a release whose worker died while a push is being stored is not tried again', async () => {
  const work = await working()
  await expireLeasesOf(db, work.environment.id)
  const { rescued } = await whilePushing(work, () => rescueReleases(db, async () => undefined))
  expect(rescued.map(({ release, fate }) => [release.id, fate])).toEqual([[work.claim.release.id, 'superseded']])
})

it('one that cannot be taken now, since somebody who froze holds its rows, keeps nobody from the others', async () => {
  const [held, other] = [await working(), await working()]
  for (const { environment } of [held, other]) await expireLeasesOf(db, environment.id)
  const { rescued, failures } = await db.transaction().execute(async (trx) => {
    await holdWorkspace(trx, held.claim.release.workspaceId)
    return rescueReleases(db, async () => undefined)
  })
  expect(rescued.map(({ release }) => release.id)).toEqual([other.claim.release.id])
  expect(failures).toEqual([expect.objectContaining({ message: expect.stringContaining('lock timeout') })])
  expect((await rescueReleases(db, async () => undefined)).rescued.map(({ release }) => release.id)).toEqual([held.claim.release.id])
})

it('of several that rescue at once one rescues', async () => {
  const { environment } = await working()
  await expireLeasesOf(db, environment.id)
  const fates = await Promise.all(Array.from({ length: 6 }, async () => (await rescueReleases(db, async () => undefined)).rescued))
  expect(fates.flat().map(({ fate }) => fate)).toEqual(['queued'])
})
