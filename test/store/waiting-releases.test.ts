// Which release is worked on next, on real PostgreSQL.
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { rankOf, ranks } from '../../src/release/priority.ts'
import type { Database } from '../../src/store/database.ts'
import { findEnvironment, putEnvironment } from '../../src/store/environments.ts'
import { claimRelease, endRelease } from '../../src/store/leases.ts'
import { queueRelease } from '../../src/store/releases.ts'
import type { ReleaseOptions } from '../../src/store/tables/git.ts'
import { claimableEnvironments, hastenReleases, lookAtWaiting, nextEnvironment } from '../../src/store/waiting-releases.ts'
import type { Workspace } from '../../src/store/workspaces.ts'
import { testDatabase } from '../support/database.ts'
import { shaOf, team, workspaceWithEnvironment } from './rows.ts'

async function queued(db: Database, workspace: Workspace, place: { name: string; isPreview?: true; asked?: ReleaseOptions }) {
  const environment = await putEnvironment(db, workspace, { name: place.name, ref: `refs/heads/${place.name}` })
  if (place.isPreview) await db.updateTable('environments').set({ kind: 'preview' }).where('id', '=', environment.id).execute()
  const { release } = await queueRelease(db, {
    ...{ teamId: workspace.teamId, workspaceId: workspace.id, environmentId: environment.id, ref: environment.ref, sha: shaOf('a') },
    triggeredBy: 'test',
    ...(place.asked === undefined ? {} : { asked: place.asked }),
  })
  return release
}

/** Claims and ends one release after the other, as one worker does; the names in the order of their turns. */
async function order(db: Database): Promise<readonly string[]> {
  const names: string[] = []
  for (;;) {
    const id = await nextEnvironment(db, { lowest: 'preview' })
    if (id === undefined) return names
    const claim = (await claimRelease(db, id, 'me'))!
    names.push(claim.release.ref.replace('refs/heads/', ''))
    await endRelease(db, claim.lease, { change: { state: 'unchanged' }, verdicts: [] })
  }
}

it('thirty previews and branches wait while a rollback, what a person asked for and a production push go first', async () => {
  const { db } = await testDatabase()
  const { workspace } = await workspaceWithEnvironment(db)
  const busy: string[] = []
  for (let at = 0; at < 30; at++) {
    const name = `${at % 2 === 0 ? 'pr' : 'branch'}-${String(at).padStart(2, '0')}`
    busy.push(name)
    await queued(db, workspace, { name, ...(at % 2 === 0 ? { isPreview: true } : {}) })
  }
  await queued(db, workspace, { name: 'production' })
  await queued(db, workspace, { name: 'asked', asked: { ofLive: true, restart: ['api'] } })
  await queued(db, workspace, { name: 'back', asked: { rollbackTo: workspace.id } })
  expect(await order(db)).toEqual([
    'back',
    'asked',
    'production',
    ...busy.filter((name) => name.startsWith('branch')),
    ...busy.filter((name) => name.startsWith('pr')),
  ])
})

it('one team’s hundred releases put off another’s by no more than one', async () => {
  const { db } = await testDatabase()
  const [loud, quiet] = [await team(db), await team(db)]
  const { workspace: one } = await workspaceWithEnvironment(db, loud)
  const { workspace: two } = await workspaceWithEnvironment(db, quiet)
  for (let at = 0; at < 100; at++) await queued(db, one, { name: `loud-${at}` })
  for (const name of ['quiet-0', 'quiet-1']) await queued(db, two, { name })
  const names = await order(db)
  expect(names.indexOf('quiet-0')).toBeLessThanOrEqual(1)
  expect(names.indexOf('quiet-1')).toBeLessThanOrEqual(3)
  expect(names).toHaveLength(102)
})

it('a release that waits for its next try is nobody’s turn until then, or until what it waits for is back', async () => {
  const { db } = await testDatabase()
  const { workspace, environment } = await workspaceWithEnvironment(db)
  await queued(db, workspace, { name: 'production' })
  await sql`update releases set next_attempt_at = now() + interval '40 seconds', waits_for = 'engine'`.execute(db)
  expect(await nextEnvironment(db, { lowest: 'preview' })).toBeUndefined()
  expect(await claimableEnvironments(db)).toEqual([])
  expect(await claimRelease(db, environment.id, 'me')).toBeUndefined()
  const { nextInMs, waitsFor } = await lookAtWaiting(db)
  expect(waitsFor).toEqual(['engine'])
  expect(nextInMs).toBeGreaterThan(35_000)
  await hastenReleases(db, 'repository')
  expect(await claimableEnvironments(db)).toEqual([])
  await hastenReleases(db, 'engine')
  expect(await claimableEnvironments(db)).toEqual([environment.id])
  expect((await claimRelease(db, environment.id, 'me'))?.release).toMatchObject({ nextAttemptAt: null, waitsFor: null, attempt: 1 })
})

it('a release whose next try was hours away when the clock of the database was put back is worked on at once', async () => {
  const { db } = await testDatabase()
  const { workspace, environment } = await workspaceWithEnvironment(db)
  await queued(db, workspace, { name: 'production' })
  await sql`update releases set next_attempt_at = now() + interval '1 day'`.execute(db)
  expect((await lookAtWaiting(db)).nextInMs).toBeUndefined()
  expect(await claimableEnvironments(db)).toEqual([environment.id])
  expect(await nextEnvironment(db, { lowest: 'preview' })).toBe(environment.id)
  expect(await claimRelease(db, environment.id, 'me')).toBeDefined()
})

it('only what is urgent is taken by a worker that is kept for it, and the database ranks as the table does', async () => {
  const { db } = await testDatabase()
  const { workspace } = await workspaceWithEnvironment(db)
  const places = [
    { name: 'pr-1', isPreview: true as const },
    { name: 'staging' },
    { name: 'production' },
    { name: 'asked', asked: { redeploy: ['api'] } },
    { name: 'back', isPreview: true as const, asked: { rollbackTo: workspace.id } },
  ]
  for (const place of places) {
    const release = await queued(db, workspace, place)
    const environment = (await findEnvironment(db, release.environmentId))!
    const rank = rankOf({ options: release.options, environment }, 'production')
    for (const lowest of ranks)
      expect([lowest, (await nextEnvironment(db, { lowest })) !== undefined]).toEqual([
        lowest,
        ranks.indexOf(rank) <= ranks.indexOf(lowest),
      ])
    await db.deleteFrom('releases').execute()
  }
})
