import { type Kysely, sql } from 'kysely'

// The files of a workspace that told what its folders are: manifests, Dockerfiles, compose files. Not the repository's other files.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table files (
    id uuid primary key,
    team_id uuid not null references teams (id) on delete cascade,
    workspace_id uuid not null references workspaces (id) on delete cascade,
    path text not null,
    blob text not null,
    service_metadata jsonb not null default '{}',
    is_service_indicator boolean not null default true,
    detected_technologies text[] not null default '{}',
    analysis_confidence real check (analysis_confidence between 0 and 1),
    last_analyzed_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    constraint files_workspace_path unique (workspace_id, path)
  )`.execute(db)
  await sql`create index files_workspace_indicator on files (workspace_id, is_service_indicator)`.execute(db)
  await sql`create index files_detected_technologies on files using gin (detected_technologies)`.execute(db)
  await sql`create index files_team_id on files (team_id, id)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('files').execute()
}
