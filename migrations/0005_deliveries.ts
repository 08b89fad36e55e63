import { type Kysely, sql } from 'kysely'

// The ledger: nothing is answered 2xx that is not here.
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('deliveries')
    .addColumn('id', 'uuid', (c) => c.primaryKey())
    .addColumn('team_id', 'uuid', (c) => c.references('teams.id').onDelete('cascade'))
    .addColumn('workspace_id', 'uuid', (c) => c.references('workspaces.id').onDelete('cascade'))
    .addColumn('forge', 'text', (c) => c.notNull().check(sql`forge in ('git', 'github', 'gitea', 'gitlab')`))
    .addColumn('connection', 'text')
    .addColumn('delivery_id', 'text', (c) => c.notNull())
    .addColumn('event', 'text', (c) => c.notNull())
    .addColumn('headers', 'jsonb', (c) => c.notNull())
    .addColumn('body', 'bytea', (c) => c.notNull())
    .addColumn('decision', 'text', (c) => c.notNull().check(sql`decision in ('accepted', 'ignored', 'refused')`))
    .addColumn('reason', 'text', (c) => c.notNull())
    .addColumn('release_ids', sql`uuid[]`, (c) => c.notNull().defaultTo(sql`'{}'::uuid[]`))
    .addColumn('received_at', 'timestamptz', (c) => c.notNull().defaultTo(sql`now()`))
    .addColumn('processed_at', 'timestamptz')
    .addUniqueConstraint('deliveries_forge_delivery_id', ['forge', 'delivery_id'])
    .execute()
  await db.schema.createIndex('deliveries_team_received').on('deliveries').columns(['team_id', 'received_at']).execute()
  await db.schema.createIndex('deliveries_workspace_received').on('deliveries').columns(['workspace_id', 'received_at']).execute()
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('deliveries').execute()
}
