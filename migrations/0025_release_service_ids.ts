import { type Kysely, sql } from 'kysely'

// A verdict can be asked for by itself, by its own team alone.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table release_services
    add column id uuid not null unique default gen_random_uuid(),
    add column team_id uuid references teams (id) on delete cascade,
    add column created_at timestamptz not null default now()`.execute(db)
  await sql`update release_services s set team_id = r.team_id, created_at = coalesce(r.finished_at, r.created_at) from releases r where r.id = s.release_id`.execute(
    db,
  )
  await sql`alter table release_services alter column team_id set not null`.execute(db)
  await sql`create index release_services_team on release_services (team_id, id)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table release_services drop column id, drop column team_id, drop column created_at`.execute(db)
}
