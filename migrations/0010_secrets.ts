import { type Kysely, sql } from 'kysely'

// Values are AES-256-GCM ciphertext; the key is never in the database.
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('secrets')
    .addColumn('id', 'uuid', (c) => c.primaryKey())
    .addColumn('team_id', 'uuid', (c) => c.notNull().references('teams.id').onDelete('cascade'))
    .addColumn('workspace_id', 'uuid', (c) => c.notNull().references('workspaces.id').onDelete('cascade'))
    .addColumn('environment_id', 'uuid', (c) => c.references('environments.id').onDelete('cascade'))
    .addColumn('service', 'text')
    .addColumn('name', 'text', (c) => c.notNull().check(sql`name ~ '^[A-Za-z_][A-Za-z0-9_]{0,127}$'`))
    .addColumn('ciphertext', 'bytea', (c) => c.notNull())
    .addColumn('version', 'integer', (c) => c.notNull().defaultTo(1))
    .addColumn('created_at', 'timestamptz', (c) => c.notNull().defaultTo(sql`now()`))
    .addColumn('updated_at', 'timestamptz', (c) => c.notNull().defaultTo(sql`now()`))
    .execute()
  // Not NULLS NOT DISTINCT: PostgreSQL 14 does not have it.
  await sql`create unique index secrets_scope_name on secrets
    (workspace_id, coalesce(environment_id, '00000000-0000-0000-0000-000000000000'), coalesce(service, ''), name)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('secrets').execute()
}
