import { type Kysely, sql } from 'kysely'

// Counters that several processes share: failed logins and the like. The limiter's own layout; `expire` is in milliseconds since 1970.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table rate_limits (key varchar(255) primary key, points integer not null default 0, expire bigint)`.execute(db)
  await sql`create index rate_limits_expire on rate_limits (expire)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('rate_limits').execute()
}
