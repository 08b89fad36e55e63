// What a dead process holds until a time that the clock, put back since, will not see for long; on real PostgreSQL.
import { sql } from 'kysely'
import { beforeAll, expect, it } from 'vitest'
import type { Database } from '../../src/store/database.ts'
import { holdDuty } from '../../src/store/duties.ts'
import { rescueReleases } from '../../src/store/give-back.ts'
import { claimRelease, renewLease } from '../../src/store/leases.ts'
import { createOverlongLeases } from '../../src/store/overlong-leases.ts'
import { queueRelease } from '../../src/store/releases.ts'
import { claimRepair } from '../../src/store/repairs.ts'
import { testDatabase } from '../support/database.ts'
import { shaOf, workspaceWithEnvironment } from './rows.ts'

let db: Database

beforeAll(async () => {
  db = (await testDatabase()).db
})

const days = 3

/** Everything was given while the clock was days ahead. */
async function clockWasAhead(environmentId: string): Promise<void> {
  const ahead = sql`lease_expires_at + make_interval(days => ${days})`
  await sql`update releases set lease_expires_at = ${ahead} where environment_id = ${environmentId}`.execute(db)
  await sql`update repairs set lease_expires_at = ${ahead} where environment_id = ${environmentId}`.execute(db)
}

async function running() {
  const { workspace, environment } = await workspaceWithEnvironment(db)
  const { teamId } = workspace
  const place = { teamId, workspaceId: workspace.id, environmentId: environment.id }
  await queueRelease(db, { ...place, ref: environment.ref, sha: shaOf('a'), triggeredBy: 'test' })
  const claim = await claimRelease(db, environment.id, 'a dead one')
  return { environment, lease: claim!.lease }
}

function watch() {
  let ms = 0
  const leases = createOverlongLeases(() => ms)
  return async (laterMs: number) => {
    ms += laterMs
    return leases.end(db)
  }
}

it('ends once it has stood as it is for longer than anybody lives without renewing', async () => {
  const { environment, lease } = await running()
  await holdDuty(db, { name: 'overlong', holder: 'a dead one', seconds: 30 })
  const { environment: other } = await workspaceWithEnvironment(db)
  const wish = { environmentId: other.id, owner: 'a dead one', reason: 'web is gone', seenGeneration: other.generation }
  const repair = await db.transaction().execute((trx) => claimRepair(trx, wish))
  expect(repair.kind).toBe('held')
  await clockWasAhead(environment.id)
  await clockWasAhead(other.id)
  await sql`update duties set held_until = held_until + make_interval(days => ${days})`.execute(db)
  const end = watch()
  expect(await end(0)).toBe(0)
  expect(await end(59_000)).toBe(0)
  expect((await rescueReleases(db, async () => undefined)).rescued).toEqual([])
  expect(await end(2_000)).toBe(3)
  const { rescued } = await rescueReleases(db, async () => undefined)
  expect(rescued).toMatchObject([{ fate: 'queued', release: { id: lease.releaseId } }])
  expect(await holdDuty(db, { name: 'overlong', holder: 'another', seconds: 30 })).toBe(true)
  expect(await end(120_000)).toBe(0)
})

it('stays with a holder who lives, and with one whose time is what it should be', async () => {
  const { environment, lease } = await running()
  const plausible = await running()
  await clockWasAhead(environment.id)
  const end = watch()
  expect(await end(0)).toBe(0)
  expect(await renewLease(db, lease)).toBe(true)
  expect(await end(61_000)).toBe(0)
  // The clock jumps once more, and it is renewed once more.
  await clockWasAhead(environment.id)
  expect(await end(0)).toBe(0)
  expect(await end(30_000)).toBe(0)
  expect(await renewLease(db, lease)).toBe(true)
  expect(await end(61_000)).toBe(0)
  expect(await renewLease(db, plausible.lease)).toBe(true)
})
