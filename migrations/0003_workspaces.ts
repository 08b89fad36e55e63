import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('workspaces')
    .addColumn('id', 'uuid', (c) => c.primaryKey())
    .addColumn('team_id', 'uuid', (c) => c.notNull().references('teams.id').onDelete('cascade'))
    .addColumn('name', 'text', (c) => c.notNull().unique().check(sql`name ~ '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$'`))
    .addColumn('forge', 'text', (c) => c.notNull().check(sql`forge in ('git', 'github', 'gitea', 'gitlab')`))
    .addColumn('connection', 'text')
    .addColumn('repository_id', 'text')
    .addColumn('repository_name', 'text')
    .addColumn('repository_url', 'text')
    .addColumn('default_branch', 'text', (c) => c.notNull().defaultTo('main'))
    .addColumn('container_enabled', 'boolean', (c) => c.notNull().defaultTo(true))
    .addColumn('auto_deploy_enabled', 'boolean', (c) => c.notNull().defaultTo(true))
    .addColumn('service_topology', 'jsonb')
    .addColumn('container_registry_url', 'text')
    .addColumn('deployment_environment', 'text', (c) =>
      c.notNull().defaultTo('production').check(sql`deployment_environment in ('development', 'staging', 'production')`),
    )
    .addColumn('default_resource_limits', 'jsonb', (c) => c.notNull().defaultTo(sql`'{}'::jsonb`))
    .addColumn('created_at', 'timestamptz', (c) => c.notNull().defaultTo(sql`now()`))
    .addColumn('updated_at', 'timestamptz', (c) => c.notNull().defaultTo(sql`now()`))
    .execute()
  await db.schema.createIndex('workspaces_team_id').on('workspaces').columns(['team_id', 'created_at']).execute()
  await db.schema
    .createIndex('workspaces_repository')
    .unique()
    .on('workspaces')
    .columns(['forge', 'connection', 'repository_id'])
    .where(sql.ref('repository_id'), 'is not', null)
    .execute()
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('workspaces').execute()
}
