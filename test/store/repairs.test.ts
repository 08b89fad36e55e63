// Who may bring an environment back, and how repairs and releases keep out of each other's way, on real PostgreSQL.
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { recordDrifts } from '../../src/store/drifts.ts'
import { findEnvironment, holdIdleEnvironment } from '../../src/store/environments.ts'
import { effectSeconds } from '../../src/store/instance.ts'
import { assertLease, claimRelease } from '../../src/store/leases.ts'
import { liveRange, orderLive, readLive } from '../../src/store/live.ts'
import { queueRelease } from '../../src/store/releases.ts'
import {
  abandonRepairs,
  assertRepair,
  claimRepair,
  endRepair,
  expireRepairsOf,
  isYieldAsked,
  type RepairLease,
  renewRepair,
} from '../../src/store/repairs.ts'
import { testDatabase } from '../support/database.ts'
import { shaOf, workspaceWithEnvironment } from './rows.ts'

const { db } = await testDatabase()

async function fresh() {
  const { workspace, environment } = await workspaceWithEnvironment(db)
  const claim = async (owner = 'one', reason = 'web: its container is gone') => {
    const { generation: seenGeneration } = (await findEnvironment(db, environment.id))!
    return db.transaction().execute((trx) => claimRepair(trx, { environmentId: environment.id, owner, reason, seenGeneration }))
  }
  const push = () =>
    queueRelease(db, {
      teamId: workspace.teamId,
      workspaceId: workspace.id,
      environmentId: environment.id,
      ref: environment.ref,
      sha: shaOf('1'),
      triggeredBy: 'test',
    })
  return { environment, claim, push }
}

function leaseOf(claim: Awaited<ReturnType<typeof claimRepair>>): RepairLease {
  if (claim.kind !== 'held') throw new Error(`the environment was not claimed: ${claim.kind}`)
  return claim.lease
}

const end = (lease: RepairLease, state: 'succeeded' | 'failed') => endRepair(db, lease, { state, outcome: 'x' })

it('of three processes that look at once one repairs, with a generation of its own', async () => {
  const { environment, claim } = await fresh()
  const claims = await Promise.all(['one', 'two', 'three'].map((owner) => claim(owner)))
  expect(claims.map(({ kind }) => kind).sort()).toEqual(['busy', 'busy', 'held'])
  const lease = leaseOf(claims.find(({ kind }) => kind === 'held')!)
  expect(lease.generation).toBe(environment.generation + 1)
  expect((await claim('four')).kind).toBe('busy')
  expect(await db.transaction().execute((trx) => holdIdleEnvironment(trx, environment.id))).toBeUndefined()
})

it('does not act on what was seen before somebody else acted', async () => {
  const { environment, claim } = await fresh()
  await end(leaseOf(await claim()), 'succeeded')
  const wish = { environmentId: environment.id, owner: 'two', reason: 'another', seenGeneration: environment.generation }
  expect(await db.transaction().execute((trx) => claimRepair(trx, wish))).toEqual({ kind: 'busy' })
})

it('gives way to a release that waits, and the release begins when it has ended', async () => {
  const { environment, claim, push } = await fresh()
  const lease = leaseOf(await claim())
  expect(await isYieldAsked(db, lease)).toBe(false)
  await push()
  expect(await claimRelease(db, environment.id, 'two')).toBeUndefined()
  expect(await isYieldAsked(db, lease)).toBe(true)
  // It may still take away what it was making.
  await assertRepair(db, lease)
  await endRepair(db, lease, { state: 'yielded', outcome: 'a release waits for this environment' })
  const claimed = await claimRelease(db, environment.id, 'two')
  expect(claimed?.lease.generation).toBe(lease.generation + 1)
  expect((await claim()).kind).toBe('busy')
})

it('is taken over from a repairer that died, which cannot act any more', async () => {
  const { environment, claim, push } = await fresh()
  const lease = leaseOf(await claim('dead'))
  await expireRepairsOf(db, 'dead')
  await expect(assertRepair(db, lease)).rejects.toMatchObject({ code: 'lease_lost' })
  await push()
  expect((await claimRelease(db, environment.id, 'two'))?.lease.generation).toBe(lease.generation + 1)
  expect(await renewRepair(db, lease)).toBe(false)
  await expect(end(lease, 'succeeded')).rejects.toMatchObject({ code: 'lease_lost' })
  const rows = await db.selectFrom('repairs').select(['state', 'outcome']).where('environmentId', '=', environment.id).execute()
  expect(rows).toEqual([{ state: 'abandoned', outcome: 'kyozo ended while working on it' }])
})

it('begins nothing that its lease would not outlast, by the margin that a release keeps', async () => {
  const { environment, claim, push } = await fresh()
  const repair = leaseOf(await claim())
  const leave = (seconds: number) => sql`now() + make_interval(secs => ${seconds})`
  const repairHolds = async (seconds: number) => {
    await sql`update repairs set lease_expires_at = ${leave(seconds)} where id = ${repair.repairId}`.execute(db)
    return isHeld(assertRepair(db, repair))
  }
  const atRepair = [await repairHolds(effectSeconds + 2), await repairHolds(effectSeconds - 1), await repairHolds(1)]
  await endRepair(db, repair, { state: 'yielded', outcome: 'a release waits for this environment' })
  await push()
  const { lease } = (await claimRelease(db, environment.id, 'two'))!
  const releaseHolds = async (seconds: number) => {
    await sql`update releases set lease_expires_at = ${leave(seconds)} where id = ${lease.releaseId}`.execute(db)
    return isHeld(assertLease(db, lease))
  }
  const atRelease = [await releaseHolds(effectSeconds + 2), await releaseHolds(effectSeconds - 1), await releaseHolds(1)]
  expect(atRepair).toEqual([true, false, false])
  expect(atRelease).toEqual(atRepair)
})

const isHeld = (asserted: Promise<void>) =>
  asserted.then(
    () => true,
    () => false,
  )

it('tells which environments a dead repairer has left', async () => {
  const { environment, claim } = await fresh()
  leaseOf(await claim('dead too'))
  await expireRepairsOf(db, 'dead too')
  expect(await abandonRepairs(db)).toContain(environment.id)
  expect((await claim()).kind).toBe('held')
})

it('waits longer each time before the same is tried in vain again, and tries something else at once', async () => {
  const { environment, claim } = await fresh()
  await end(leaseOf(await claim()), 'failed')
  const first = await claim()
  expect(first).toMatchObject({ kind: 'too_soon' })
  expect(first.kind === 'too_soon' && first.afterMs).toBeGreaterThan(3_000)
  await db
    .updateTable('repairs')
    .set({ finishedAt: sql<Date>`now() - interval '6 seconds'` })
    .where('environmentId', '=', environment.id)
    .execute()
  await end(leaseOf(await claim()), 'failed')
  const second = await claim()
  expect(second.kind === 'too_soon' && second.afterMs).toBeGreaterThan(8_000)
  expect((await claim('one', 'db: its container is gone')).kind).toBe('held')
})

it('puts the same right six times at once, and then waits', async () => {
  const { claim } = await fresh()
  for (const _ of [1, 2, 3, 4, 5]) await end(leaseOf(await claim()), 'succeeded')
  await end(leaseOf(await claim()), 'succeeded')
  expect((await claim()).kind).toBe('too_soon')
})

it('does not wait for what was tried when the clock was an hour ahead', async () => {
  const { environment, claim } = await fresh()
  await end(leaseOf(await claim()), 'failed')
  await db
    .updateTable('repairs')
    .set({ finishedAt: sql<Date>`now() + interval '1 hour'` })
    .where('environmentId', '=', environment.id)
    .execute()
  expect((await claim()).kind).toBe('held')
})

it('is told live from its beginning to its end, and so is a difference', async () => {
  const { environment, claim } = await fresh()
  await orderLive(db)
  const after = (await liveRange(db)).last
  const lease = leaseOf(await claim())
  await db.transaction().execute(async (trx) => {
    const place = { teamId: environment.teamId, workspaceId: environment.workspaceId, environmentId: environment.id }
    const found = [{ service: 'web', container: 'c1', field: 'limits.memory', expected: '32Mi', actual: '48Mi' }]
    await recordDrifts(trx, { place, found, known: [], instances: new Map() })
  })
  await end(lease, 'succeeded')
  await orderLive(db)
  const told = (await readLive(db, { after, limit: 1000 })).filter((row) => row.environmentId === environment.id)
  expect(told.map(({ resourceType, action, data }) => ({ resourceType, action, data }))).toEqual([
    { resourceType: 'repairs', action: 'created', data: { state: 'running', reason: 'web: its container is gone', outcome: null } },
    {
      resourceType: 'drifts',
      action: 'created',
      data: { service: 'web', field: 'limits.memory', expected: '32Mi', actual: '48Mi', ending: null },
    },
    { resourceType: 'repairs', action: 'updated', data: { state: 'succeeded', reason: 'web: its container is gone', outcome: 'x' } },
  ])
})
