import { type Kysely, sql } from 'kysely'

// What a member may do beyond reading. Without a service it holds for every service of the workspace. A grant is never deleted, only revoked.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table service_permissions (
    id uuid primary key,
    team_id uuid not null references teams (id) on delete cascade,
    workspace_id uuid not null references workspaces (id) on delete cascade,
    service_instance_id uuid references service_instances (id) on delete cascade,
    user_id uuid not null references users (id) on delete cascade,
    permission_type text not null
      check (permission_type in ('deploy_service', 'stop_service', 'scale_service', 'view_logs', 'modify_config', 'delete_service')),
    granted_by_id uuid references users (id) on delete set null,
    granted_at timestamptz not null default now(),
    revoked_by_id uuid references users (id) on delete set null,
    revoked_at timestamptz,
    constraint service_permissions_revoked_after check (revoked_at is null or revoked_at >= granted_at)
  )`.execute(db)
  await sql`create unique index service_permissions_one_grant on service_permissions
    (workspace_id, coalesce(service_instance_id, '00000000-0000-0000-0000-000000000000'), user_id, permission_type) where revoked_at is null`.execute(
    db,
  )
  await sql`create index service_permissions_user on service_permissions (user_id, team_id) where revoked_at is null`.execute(db)
  await sql`create index service_permissions_service on service_permissions (service_instance_id)`.execute(db)
  await sql`create index service_permissions_team_granted on service_permissions (team_id, granted_at)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('service_permissions').execute()
}
