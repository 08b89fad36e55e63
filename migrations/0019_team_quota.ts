import { type Kysely, sql } from 'kysely'

// How much a team's services may ask for together: `{"memory": "64Gi", "cpu": "16", "services": 500}`. A part that is missing is not limited.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table teams add column resource_quota jsonb not null default '{}' check (jsonb_typeof(resource_quota) = 'object')`.execute(
    db,
  )
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table teams drop column resource_quota`.execute(db)
}
