import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('environments')
    .addColumn('id', 'uuid', (c) => c.primaryKey())
    .addColumn('team_id', 'uuid', (c) => c.notNull().references('teams.id').onDelete('cascade'))
    .addColumn('workspace_id', 'uuid', (c) => c.notNull().references('workspaces.id').onDelete('cascade'))
    .addColumn('name', 'text', (c) => c.notNull().check(sql`name ~ '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$'`))
    .addColumn('ref', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull().check(sql`kind in ('branch', 'preview')`))
    .addColumn('pull_request_id', 'text')
    .addColumn('analyzed_tree', 'text')
    .addColumn('analyzed_sha', 'text')
    .addColumn('live_release_id', 'uuid')
    .addColumn('generation', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('paused_by', 'text')
    .addColumn('paused_at', 'timestamptz')
    .addColumn('pause_reason', 'text')
    .addColumn('expires_at', 'timestamptz')
    .addColumn('created_at', 'timestamptz', (c) => c.notNull().defaultTo(sql`now()`))
    .addColumn('updated_at', 'timestamptz', (c) => c.notNull().defaultTo(sql`now()`))
    // What stands in compose projects and in host names: `shop` with `eu-production` and `shop-eu` with `production` would be the same there.
    .addColumn('project', 'text', (c) => c.notNull().unique())
    .addColumn('host_label', 'text', (c) => c.notNull().unique())
    .addUniqueConstraint('environments_workspace_name', ['workspace_id', 'name'])
    .execute()
  await db.schema.createIndex('environments_team_id').on('environments').columns(['team_id', 'workspace_id']).execute()
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('environments').execute()
}
