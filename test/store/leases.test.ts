// Who may act for a release, on real PostgreSQL: one at a time, newest first, never backwards, and a worker that lost its lease changes nothing.
import { sql } from 'kysely'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Database, Executor } from '../../src/store/database.ts'
import type { Environment } from '../../src/store/environments.ts'
import { rescueReleases } from '../../src/store/give-back.ts'
import { assertLease, attemptLimit, claimRelease, endRelease, expireLeasesOf, renewLease, updateRelease } from '../../src/store/leases.ts'
import { findRelease, latestRelease, queueRelease, releaseServices } from '../../src/store/releases.ts'
import { testDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'
import { shaOf, workspaceWithEnvironment } from './rows.ts'

let db: Database

beforeAll(async () => {
  db = (await testDatabase()).db
})

async function fresh() {
  const { workspace, environment } = await workspaceWithEnvironment(db)
  const queue = (digit: string, executor: Executor = db) =>
    queueRelease(executor, {
      teamId: workspace.teamId,
      workspaceId: workspace.id,
      environmentId: environment.id,
      ref: environment.ref,
      sha: shaOf(digit),
      triggeredBy: 'test',
    })
  return { environment, queue }
}

const expire = (environment: Environment) =>
  sql`update releases set lease_expires_at = now() - interval '1 second' where environment_id = ${environment.id} and state = 'running'`.execute(
    db,
  )

const rescue = async () => (await rescueReleases(db, async () => undefined)).rescued

/** Whether a statement of this database waits for a row that another transaction has changed. */
async function isWaiting(): Promise<boolean> {
  const { rows } = await sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(db)
  return rows.length > 0
}

describe('claiming', () => {
  it('takes the newest release and ends the ones that waited', async () => {
    const { environment, queue } = await fresh()
    await queue('1')
    const { superseded } = await queue('2')
    expect(superseded.map(({ sha, state, supersededBy }) => ({ sha, state, supersededBy }))).toEqual([
      { sha: shaOf('1'), state: 'superseded', supersededBy: shaOf('2') },
    ])
    expect((await claimRelease(db, environment.id, 'me'))?.release.sha).toBe(shaOf('2'))
  })

  it('of a release that a push is just superseding waits for the push, which does not wait for it', async () => {
    const { environment, queue } = await fresh()
    await queue('1')
    const { claiming } = await db.transaction().execute(async (push) => {
      // The first half of what `queueRelease` does; the worker comes in between.
      await sql`update releases set state = 'superseded', superseded_by = 'x' where environment_id = ${environment.id}`.execute(push)
      const claiming = claimRelease(db, environment.id, 'me')
      await until('the worker to wait for the push', isWaiting)
      await queue('2', push)
      return { claiming }
    })
    // What the push queued wakes a worker of its own.
    expect(await claiming).toBeUndefined()
    expect((await claimRelease(db, environment.id, 'me'))?.release.sha).toBe(shaOf('2'))
  })

  it('is won by one of many workers', async () => {
    const { environment, queue } = await fresh()
    await queue('1')
    const claims = await Promise.all(Array.from({ length: 12 }, (_, at) => claimRelease(db, environment.id, `worker ${at}`)))
    expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1)
  })

  it('waits while a release runs, and counts generations upwards', async () => {
    const { environment, queue } = await fresh()
    await queue('1')
    const first = await claimRelease(db, environment.id, 'me')
    await queue('2')
    expect(await claimRelease(db, environment.id, 'other')).toBeUndefined()
    await endRelease(db, first!.lease, { change: { state: 'live' }, verdicts: [] })
    expect((await claimRelease(db, environment.id, 'other'))?.lease.generation).toBe(first!.lease.generation + 1)
  })

  it('leaves a release alone that asks for what only a newer version knows, and older ones with it', async () => {
    const { environment, queue } = await fresh()
    const { release } = await queue('1')
    await sql`update releases set options = '{"ofLive": true, "moveTo": "another machine"}' where id = ${release.id}`.execute(db)
    expect(await claimRelease(db, environment.id, 'me')).toBeUndefined()
    expect((await findRelease(db, release.id))?.state).toBe('queued')
    await queue('2')
    expect((await claimRelease(db, environment.id, 'me'))?.release.sha).toBe(shaOf('2'))
  })

  it('takes no new commit while the environment is paused, but what had begun and what a person asked for', async () => {
    const { environment, queue } = await fresh()
    await queue('1')
    await db.updateTable('environments').set({ pausedAt: new Date(), pausedBy: 'me' }).where('id', '=', environment.id).execute()
    expect(await claimRelease(db, environment.id, 'me')).toBeUndefined()
    await db.updateTable('releases').set({ startedAt: new Date() }).where('environmentId', '=', environment.id).execute()
    const begun = (await claimRelease(db, environment.id, 'me'))!
    await endRelease(db, begun.lease, { change: { state: 'live' }, verdicts: [] })
    const { workspaceId, teamId, id } = environment
    const asked = { teamId, workspaceId, environmentId: id, ref: 'refs/heads/main', sha: shaOf('1'), triggeredBy: 'ada' }
    await queueRelease(db, { ...asked, asked: { rollbackTo: begun.release.id } })
    expect((await claimRelease(db, environment.id, 'me'))?.release.options).toEqual({ rollbackTo: begun.release.id })
  })
})

describe('a worker that lost its lease', () => {
  it('begins nothing that its lease would not outlast', async () => {
    const { environment, queue } = await fresh()
    await queue('1')
    const { lease } = (await claimRelease(db, environment.id, 'slow'))!
    await assertLease(db, lease)
    await sql`update releases set lease_expires_at = now() + interval '9 seconds' where id = ${lease.releaseId}`.execute(db)
    await expect(assertLease(db, lease)).rejects.toMatchObject({ code: 'lease_lost' })
    expect(await renewLease(db, lease)).toBe(true)
    await assertLease(db, lease)
  })

  it('can neither renew it, nor change the release, nor act', async () => {
    const { environment, queue } = await fresh()
    await queue('1')
    const zombie = (await claimRelease(db, environment.id, 'zombie'))!
    await expire(environment)
    await rescue()
    const next = (await claimRelease(db, environment.id, 'next'))!
    expect(await renewLease(db, zombie.lease)).toBe(false)
    await expect(assertLease(db, zombie.lease)).rejects.toMatchObject({ code: 'lease_lost' })
    await expect(updateRelease(db, zombie.lease, { stage: 'apply' })).rejects.toMatchObject({ code: 'lease_lost' })
    await expect(
      endRelease(db, zombie.lease, { change: { state: 'live' }, verdicts: [{ service: 'api', kind: 'live', words: 'live' }] }),
    ).rejects.toMatchObject({ code: 'lease_lost' })
    expect(await releaseServices(db, zombie.release.id)).toEqual([])
    await expect(assertLease(db, next.lease)).resolves.toBeUndefined()
  })
})

describe('rescue', () => {
  it('queues the release of a dead worker again', async () => {
    const { environment, queue } = await fresh()
    const { release } = await queue('1')
    await claimRelease(db, environment.id, 'dead')
    await expireLeasesOf(db, 'dead')
    expect((await rescue()).map(({ fate }) => fate)).toEqual(['queued'])
    expect((await findRelease(db, release.id))?.state).toBe('queued')
  })

  it('does not run a release that a newer one has overtaken', async () => {
    const { environment, queue } = await fresh()
    const { release } = await queue('1')
    await claimRelease(db, environment.id, 'dead')
    await queue('2')
    await expireLeasesOf(db, 'dead')
    expect((await rescue()).map(({ fate }) => fate)).toEqual(['superseded'])
    expect(await findRelease(db, release.id)).toMatchObject({ state: 'superseded', supersededBy: shaOf('2') })
    expect((await claimRelease(db, environment.id, 'me'))?.release.sha).toBe(shaOf('2'))
  })

  it('gives a release up that brought its worker down again and again', async () => {
    const { environment, queue } = await fresh()
    await queue('1')
    for (let attempt = 1; attempt <= attemptLimit; attempt++) {
      expect(await claimRelease(db, environment.id, 'dead')).toBeDefined()
      await expireLeasesOf(db, 'dead')
      await rescue()
    }
    expect(await latestRelease(db, environment.id)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining(`${attemptLimit} times`),
    })
  })

  it('leaves a living worker alone', async () => {
    const { environment, queue } = await fresh()
    await queue('1')
    await claimRelease(db, environment.id, 'alive')
    expect(await rescue()).toEqual([])
  })
})
