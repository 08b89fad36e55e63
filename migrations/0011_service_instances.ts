import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('service_instances')
    .addColumn('id', 'uuid', (c) => c.primaryKey())
    .addColumn('team_id', 'uuid', (c) => c.notNull().references('teams.id').onDelete('cascade'))
    .addColumn('workspace_id', 'uuid', (c) => c.notNull().references('workspaces.id').onDelete('cascade'))
    .addColumn('environment_id', 'uuid', (c) => c.notNull().references('environments.id').onDelete('cascade'))
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('folder_path', 'text', (c) => c.notNull())
    .addColumn('service_type', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) =>
      c.notNull().check(sql`status in ('detecting', 'deployable', 'deploying', 'running', 'stopped', 'error', 'scaling')`),
    )
    .addColumn('health_status', 'text', (c) =>
      c.notNull().defaultTo('unknown').check(sql`health_status in ('healthy', 'unhealthy', 'unknown')`),
    )
    .addColumn('container_id', 'text')
    .addColumn('deployment_config', 'jsonb', (c) => c.notNull().defaultTo(sql`'{}'::jsonb`))
    .addColumn('port_mappings', 'jsonb', (c) => c.notNull().defaultTo(sql`'[]'::jsonb`))
    .addColumn('environment_variables', 'jsonb', (c) => c.notNull().defaultTo(sql`'[]'::jsonb`))
    .addColumn('resource_limits', 'jsonb', (c) => c.notNull().defaultTo(sql`'{}'::jsonb`))
    .addColumn('health_check_config', 'jsonb', (c) => c.notNull().defaultTo(sql`'{}'::jsonb`))
    .addColumn('scaling_config', 'jsonb', (c) => c.notNull().defaultTo(sql`'{}'::jsonb`))
    .addColumn('deployment_logs', 'text')
    .addColumn('last_health_check_at', 'timestamptz')
    .addColumn('startup_time_ms', 'integer', (c) => c.check(sql`startup_time_ms >= 0`))
    .addColumn('memory_usage_mb', 'integer', (c) => c.check(sql`memory_usage_mb >= 0`))
    .addColumn('cpu_usage_percent', 'real')
    .addColumn('created_by_id', 'uuid')
    .addColumn('parent_service_id', 'uuid', (c) => c.references('service_instances.id').onDelete('set null'))
    .addColumn('created_at', 'timestamptz', (c) => c.notNull().defaultTo(sql`now()`))
    .addColumn('updated_at', 'timestamptz', (c) => c.notNull().defaultTo(sql`now()`))
    .addColumn('deployed_at', 'timestamptz')
    .addColumn('last_accessed_at', 'timestamptz')
    .addUniqueConstraint('service_instances_environment_folder_name', ['environment_id', 'folder_path', 'name'])
    .execute()
  await db.schema
    .createIndex('service_instances_team_workspace_status')
    .on('service_instances')
    .columns(['team_id', 'workspace_id', 'status'])
    .execute()
  await db.schema.createIndex('service_instances_team_type').on('service_instances').columns(['team_id', 'service_type']).execute()
  await db.schema.createIndex('service_instances_status_health').on('service_instances').columns(['status', 'health_status']).execute()
  await db.schema.createIndex('service_instances_created_at').on('service_instances').column('created_at').execute()
  await db.schema.createIndex('service_instances_updated_at').on('service_instances').column('updated_at').execute()
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('service_instances').execute()
}
