import { type Kysely, sql } from 'kysely'

// What an analysis found in a folder: `.` for the whole repository, and one row for each folder that is a service. The latest of a folder is marked.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table topology_detections (
    id uuid primary key,
    team_id uuid not null references teams (id) on delete cascade,
    workspace_id uuid not null references workspaces (id) on delete cascade,
    folder_path text not null,
    revision text not null,
    detected_patterns jsonb not null default '[]',
    service_indicators jsonb not null default '[]',
    dependency_map jsonb not null default '{}',
    service_graph jsonb not null default '{}',
    recommended_services jsonb not null default '[]',
    deployment_recommendations jsonb not null default '[]',
    deployment_strategy text not null check (deployment_strategy in ('single_service', 'compose_stack', 'kubernetes', 'custom')),
    confidence_scores jsonb not null default '{}',
    confidence_score real not null check (confidence_score between 0 and 1),
    analysis_metadata jsonb not null default '{}',
    is_latest boolean not null default true,
    created_at timestamptz not null default now()
  )`.execute(db)
  await sql`create unique index topology_detections_latest on topology_detections (workspace_id, folder_path) where is_latest`.execute(db)
  await sql`create index topology_detections_team_workspace on topology_detections (team_id, workspace_id)`.execute(db)
  await sql`create index topology_detections_confidence_score on topology_detections (confidence_score)`.execute(db)
  await sql`create index topology_detections_created_at on topology_detections (created_at)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('topology_detections').execute()
}
