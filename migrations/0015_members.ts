import { type Kysely, sql } from 'kysely'

// Who belongs to a team, and as what. A team is what the access library calls an organization.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table teams
    add column slug text unique check (slug ~ '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$'),
    add column logo text,
    add column metadata text`.execute(db)
  // Names were free text until now: two that would share a slug are told apart by the start of their id.
  await sql`update teams set slug = coalesce(nullif(trim(both '-' from left(regexp_replace(lower(name), '[^a-z0-9]+', '-', 'g'), 30)), ''), 'team')
    || case when name = 'default' then '' else '-' || left(replace(id::text, '-', ''), 8) end`.execute(db)
  await sql`alter table teams alter column slug set not null`.execute(db)
  await sql`create table members (
    id uuid primary key,
    team_id uuid not null references teams (id) on delete cascade,
    user_id uuid not null references users (id) on delete cascade,
    role text not null check (role in ('owner', 'admin', 'member')),
    created_at timestamptz not null default now(),
    constraint members_team_user unique (team_id, user_id)
  )`.execute(db)
  await sql`create index members_user_id on members (user_id)`.execute(db)
  await sql`create table invitations (
    id uuid primary key,
    team_id uuid not null references teams (id) on delete cascade,
    email text not null check (email = lower(email)),
    role text not null check (role in ('owner', 'admin', 'member')),
    status text not null check (status in ('pending', 'accepted', 'rejected', 'canceled')),
    inviter_id uuid not null references users (id) on delete cascade,
    expires_at timestamptz not null,
    created_at timestamptz not null default now()
  )`.execute(db)
  await sql`create index invitations_team_created on invitations (team_id, created_at)`.execute(db)
  await sql`create index invitations_email on invitations (email) where status = 'pending'`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('invitations').execute()
  await db.schema.dropTable('members').execute()
  await sql`alter table teams drop column slug, drop column logo, drop column metadata`.execute(db)
}
