import { type Kysely, sql } from 'kysely'

// Volumes of previews that databases were seeded in: what was begun and not ended is not used as if it were whole.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table seeded_volumes (
    environment_id uuid not null references environments (id) on delete cascade,
    volume text not null,
    team_id uuid not null references teams (id) on delete cascade,
    service text not null,
    source text not null,
    state text not null default 'begun' check (state in ('begun', 'done')),
    -- What tells the volume from another of its name; null until it is done.
    mark text,
    begun_at timestamptz not null default now(),
    done_at timestamptz,
    primary key (environment_id, volume),
    check ((state = 'done') = (mark is not null))
  )`.execute(db)
  await sql`create index seeded_volumes_team on seeded_volumes (team_id)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table seeded_volumes`.execute(db)
}
