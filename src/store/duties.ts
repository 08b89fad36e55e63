// Work by the clock that one process does for all of those that share a database. Who has a duty keeps it by asking again before it runs out; of a
// process that died it is taken over when it has.
import { sql } from 'kysely'
import type { Executor } from './database.ts'
import { databaseNow, inSeconds } from './instance.ts'

export interface Duty {
  /** What it is, such as `watch health`. */
  readonly name: string
  /** Names the process: `Kyozo.owner`. */
  readonly holder: string
  /** For so long nobody else may take it. */
  readonly seconds: number
}

/** True when the duty is this process's now: taken, or kept. The times are the database's. */
export async function holdDuty(db: Executor, { name, holder, seconds }: Duty): Promise<boolean> {
  const held = await db
    .insertInto('duties')
    .values({ name, holder, heldUntil: inSeconds(seconds) })
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet({
          holder,
          heldUntil: inSeconds(seconds),
          since: sql`case when duties.holder = excluded.holder then duties.since else now() end`,
        })
        .where((where) => where.or([where('duties.holder', '=', holder), where('duties.heldUntil', '<', databaseNow)])),
    )
    .returning('name')
    .executeTakeFirst()
  return held !== undefined
}

/** Gives up one duty. */
export async function leaveDuty(db: Executor, { name, holder }: Pick<Duty, 'name' | 'holder'>): Promise<void> {
  await db.deleteFrom('duties').where('name', '=', name).where('holder', '=', holder).execute()
}

/** Gives up everything this process holds, so that another goes on at once. */
export async function leaveDuties(db: Executor, holder: string): Promise<void> {
  await db.deleteFrom('duties').where('holder', '=', holder).execute()
}
