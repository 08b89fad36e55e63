import { sql } from 'kysely'
import { newId } from '../ids.ts'
import type { Executor } from './database.ts'

/** The id of this kyozo, made with the database: it stands in the labels of everything kyozo makes. */
export async function instanceId(db: Executor): Promise<string> {
  await db
    .insertInto('instance')
    .values({ id: newId() })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return (await db.selectFrom('instance').select('id').executeTakeFirstOrThrow()).id
}

/** When this kyozo began. */
export async function instanceSince(db: Executor): Promise<Date> {
  return (await db.selectFrom('instance').select('createdAt').executeTakeFirstOrThrow()).createdAt
}

const firstTeam = 'default'

/** The team that owns what arrives without one. It is known by its slug, which stays when its owners give it another name. */
export async function defaultTeam(db: Executor): Promise<string> {
  await db
    .insertInto('teams')
    .values({ id: newId(), name: firstTeam, slug: firstTeam })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return (await db.selectFrom('teams').select('id').where('slug', '=', firstTeam).executeTakeFirstOrThrow()).id
}

/** The database's clock: leases are compared on it alone, so that a worker whose clock jumps harms nobody. */
export const databaseNow = sql<Date>`now()`

/** Epoch milliseconds by that clock, at which the transaction began. */
export async function databaseClock(db: Executor): Promise<number> {
  const { rows } = await sql<{ now: Date }>`select now() as now`.execute(db)
  return rows[0]!.now.getTime()
}

export function inSeconds(seconds: number) {
  return sql<Date>`now() + make_interval(secs => ${seconds})`
}

/** An effect that begins under a lease has come to its end by then: so long before the lease runs out nothing more begins. */
export const effectSeconds = 10
