import { type Kysely, sql } from 'kysely'

// Who did what, through which door. Written in the transaction that does it.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table audit_events (
    id uuid primary key,
    team_id uuid not null references teams (id) on delete cascade,
    actor text not null,
    actor_id uuid references users (id) on delete set null,
    actor_kind text not null check (actor_kind in ('session', 'token', 'system')),
    action text not null check (action ~ '^[a-z_]+[.][a-z_]+$'),
    subject_type text not null,
    subject_id uuid,
    subject_name text,
    details jsonb not null default '{}' check (jsonb_typeof(details) = 'object'),
    ip_address text,
    occurred_at timestamptz not null default now()
  )`.execute(db)
  await sql`create index audit_events_team on audit_events (team_id, id)`.execute(db)
  await sql`create index audit_events_subject on audit_events (subject_type, subject_id)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('audit_events').execute()
}
