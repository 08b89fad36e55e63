import { type Kysely, sql } from 'kysely'

// When somebody wants to be told, and what came of it. At most one open alert for a rule and what it is about.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table alert_rules (
    id uuid primary key,
    team_id uuid not null references teams (id) on delete cascade,
    workspace_id uuid references workspaces (id) on delete cascade,
    environment_id uuid references environments (id) on delete cascade,
    service_instance_id uuid references service_instances (id) on delete cascade,
    name text not null check (length(name) between 1 and 100),
    condition text not null check (condition in ('service_unhealthy', 'service_stopped', 'release_failed', 'metric_above', 'metric_below')),
    metric_type text check (metric_type in ('cpu', 'memory', 'disk', 'network', 'requests', 'errors')),
    threshold double precision check (threshold >= 0),
    for_seconds integer not null default 0 check (for_seconds between 0 and 86400),
    is_enabled boolean not null default true,
    created_by_id uuid references users (id) on delete set null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint alert_rules_metric check ((condition in ('metric_above', 'metric_below')) = (metric_type is not null and threshold is not null))
  )`.execute(db)
  await sql`create index alert_rules_team on alert_rules (team_id, id)`.execute(db)
  await sql`create table alerts (
    id uuid primary key,
    team_id uuid not null references teams (id) on delete cascade,
    alert_rule_id uuid not null references alert_rules (id) on delete cascade,
    workspace_id uuid references workspaces (id) on delete cascade,
    environment_id uuid references environments (id) on delete cascade,
    service_instance_id uuid references service_instances (id) on delete cascade,
    release_id uuid references releases (id) on delete cascade,
    state text not null default 'open' check (state in ('open', 'acknowledged', 'resolved')),
    words text not null,
    value double precision,
    opened_at timestamptz not null default now(),
    acknowledged_by_id uuid references users (id) on delete set null,
    acknowledged_at timestamptz,
    resolved_at timestamptz,
    constraint alerts_resolved check ((state = 'resolved') = (resolved_at is not null))
  )`.execute(db)
  await sql`create unique index alerts_one_open on alerts
    (alert_rule_id, coalesce(service_instance_id, environment_id, workspace_id, '00000000-0000-0000-0000-000000000000')) where state <> 'resolved'`.execute(
    db,
  )
  await sql`create index alerts_team on alerts (team_id, id)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('alerts').execute()
  await db.schema.dropTable('alert_rules').execute()
}
