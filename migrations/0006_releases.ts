import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('releases')
    .addColumn('id', 'uuid', (c) => c.primaryKey())
    .addColumn('team_id', 'uuid', (c) => c.notNull().references('teams.id').onDelete('cascade'))
    .addColumn('workspace_id', 'uuid', (c) => c.notNull().references('workspaces.id').onDelete('cascade'))
    .addColumn('environment_id', 'uuid', (c) => c.notNull().references('environments.id').onDelete('cascade'))
    .addColumn('sequence', 'bigint', (c) => c.notNull().generatedAlwaysAsIdentity())
    .addColumn('ref', 'text', (c) => c.notNull())
    .addColumn('sha', 'text', (c) => c.notNull().check(sql`sha ~ '^([0-9a-f]{40}|[0-9a-f]{64})$'`))
    .addColumn('tree', 'text')
    .addColumn('state', 'text', (c) =>
      c.notNull().check(sql`state in ('queued', 'running', 'live', 'unchanged', 'failed', 'superseded', 'replaced')`),
    )
    .addColumn('stage', 'text')
    .addColumn('reason', 'text')
    .addColumn('error_code', 'text')
    .addColumn('superseded_by', 'text')
    .addColumn('generation', 'integer')
    .addColumn('attempt', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('lease_owner', 'text')
    .addColumn('lease_token', 'uuid')
    .addColumn('lease_expires_at', 'timestamptz')
    .addColumn('diff', 'jsonb')
    .addColumn('topology', 'jsonb')
    .addColumn('stack_spec', 'jsonb')
    .addColumn('plan', 'jsonb')
    .addColumn('plan_text', 'text')
    .addColumn('timings', 'jsonb', (c) => c.notNull().defaultTo(sql`'{}'::jsonb`))
    .addColumn('triggered_by', 'text', (c) => c.notNull())
    .addColumn('created_at', 'timestamptz', (c) => c.notNull().defaultTo(sql`now()`))
    .addColumn('started_at', 'timestamptz')
    .addColumn('finished_at', 'timestamptz')
    .execute()
  // The database, not a lock in a process, keeps it to one release at a time per environment.
  await db.schema
    .createIndex('releases_one_running')
    .unique()
    .on('releases')
    .column('environment_id')
    .where(sql.ref('state'), '=', 'running')
    .execute()
  await db.schema.createIndex('releases_environment_sequence').on('releases').columns(['environment_id', 'sequence']).execute()
  await db.schema.createIndex('releases_team_created').on('releases').columns(['team_id', 'created_at']).execute()
  await db.schema
    .createIndex('releases_open')
    .on('releases')
    .columns(['state', 'lease_expires_at'])
    .where(sql.ref('finished_at'), 'is', null)
    .execute()
  await sql`alter table environments add constraint environments_live_release foreign key (live_release_id) references releases (id) on delete set null`.execute(
    db,
  )
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table environments drop constraint environments_live_release`.execute(db)
  await db.schema.dropTable('releases').execute()
}
