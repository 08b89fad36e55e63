import { type Kysely, sql } from 'kysely'

// What a release and its builds printed, redacted before it comes here.
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('log_chunks')
    .addColumn('release_id', 'uuid', (c) => c.notNull().references('releases.id').onDelete('cascade'))
    .addColumn('sequence', 'bigint', (c) => c.notNull().generatedAlwaysAsIdentity())
    .addColumn('stream', 'text', (c) => c.notNull().check(sql`stream in ('release', 'build')`))
    .addColumn('service', 'text')
    .addColumn('text', 'text', (c) => c.notNull())
    .addColumn('recorded_at', 'timestamptz', (c) => c.notNull().defaultTo(sql`now()`))
    .addPrimaryKeyConstraint('log_chunks_pkey', ['release_id', 'sequence'])
    .execute()
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('log_chunks').execute()
}
