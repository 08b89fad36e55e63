import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('release_services')
    .addColumn('release_id', 'uuid', (c) => c.notNull().references('releases.id').onDelete('cascade'))
    .addColumn('service', 'text', (c) => c.notNull())
    .addColumn('folder_path', 'text')
    .addColumn('verdict', 'text', (c) =>
      c.notNull().check(sql`verdict in ('live', 'unchanged', 'failed', 'superseded', 'rolled_back', 'removed')`),
    )
    .addColumn('words', 'text', (c) => c.notNull())
    .addColumn('image', 'text')
    .addColumn('config_hash', 'text')
    .addColumn('since_sha', 'text')
    .addColumn('url', 'text')
    .addColumn('duration_ms', 'integer', (c) => c.check(sql`duration_ms >= 0`))
    .addPrimaryKeyConstraint('release_services_pkey', ['release_id', 'service'])
    .execute()
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('release_services').execute()
}
