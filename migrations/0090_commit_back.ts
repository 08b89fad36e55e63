import { type Kysely, sql } from 'kysely'

// compose.kyozo.yaml: what an environment found of it last, what kyozo has ever generated for a repository, and which commits and pull requests are its own.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table compose_files (
    environment_id uuid primary key references environments (id) on delete cascade,
    team_id uuid not null references teams (id) on delete cascade,
    workspace_id uuid not null references workspaces (id) on delete cascade,
    release_id uuid references releases (id) on delete set null,
    sha text not null,
    -- As the release found it; null once it needs nothing from kyozo.
    found jsonb,
    last text,
    written_at timestamptz,
    updated_at timestamptz not null default now()
  )`.execute(db)
  await sql`create table compose_texts (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    key text not null,
    team_id uuid not null references teams (id) on delete cascade,
    generated text not null,
    created_at timestamptz not null default clock_timestamp(),
    primary key (workspace_id, key)
  )`.execute(db)
  await sql`create table compose_commits (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    sha text not null,
    team_id uuid not null references teams (id) on delete cascade,
    released text not null,
    says_what_runs boolean not null,
    created_at timestamptz not null default now(),
    primary key (workspace_id, sha)
  )`.execute(db)
  await sql`create table compose_proposals (
    workspace_id uuid not null references workspaces (id) on delete cascade,
    into_ref text not null,
    change_key text not null,
    team_id uuid not null references teams (id) on delete cascade,
    number integer check (number > 0),
    url text,
    state text not null default 'open' check (state in ('open', 'closed', 'merged')),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (workspace_id, into_ref, change_key)
  )`.execute(db)
  await sql`alter table releases add column commit_back jsonb`.execute(db)
  for (const table of ['compose_files', 'compose_texts', 'compose_commits', 'compose_proposals'])
    await sql`create index ${sql.id(`${table}_team`)} on ${sql.table(table)} (team_id)`.execute(db)
  await sql`create index compose_files_workspace on compose_files (workspace_id)`.execute(db)
  await sql`create index compose_files_release on compose_files (release_id)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table releases drop column commit_back`.execute(db)
  for (const table of ['compose_proposals', 'compose_commits', 'compose_texts', 'compose_files'])
    await sql`drop table ${sql.table(table)}`.execute(db)
}
