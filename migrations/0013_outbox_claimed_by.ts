import type { Kysely } from 'kysely'

// Who is sending a message: a process that starts again takes back what it held when it ended, instead of waiting until its claims run out.
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('outbox').addColumn('claimed_by', 'text').execute()
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('outbox').dropColumn('claimed_by').execute()
}
