import { type Kysely, sql } from 'kysely'

// Senders look for what one connection has to say, and for what is under way: both are few, among all that was ever sent and all that others still have to say.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index outbox_unsent on outbox (connection) where sent_at is null and dropped_at is null`.execute(db)
  await sql`create index outbox_claimed on outbox (connection) where claimed_until is not null`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const index of ['outbox_unsent', 'outbox_claimed']) await sql`drop index ${sql.ref(index)}`.execute(db)
}
