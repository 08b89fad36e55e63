import { type Kysely, sql } from 'kysely'

// What a person wants of a service, beside what the repository says: settings that win over kyozo.yaml (in its own keys), and whether it should run.
// A service that the repository no longer has is kept with `removed_at`, so that its events and permissions outlive a rename and a revert.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table service_instances
    add column topology_detection_id uuid references topology_detections (id) on delete set null,
    add column desired_state text not null default 'running' check (desired_state in ('running', 'stopped', 'destroyed')),
    add column desired_by text,
    add column desired_at timestamptz,
    add column desired_reason text,
    add column settings jsonb not null default '{}' check (jsonb_typeof(settings) = 'object'),
    add column status_reason text,
    add column url text,
    add column removed_at timestamptz,
    add column event_sequence bigint not null default 0,
    add constraint service_instances_created_by foreign key (created_by_id) references users (id) on delete set null,
    add constraint service_instances_cpu_usage_percent_check check (cpu_usage_percent >= 0)`.execute(db)
  await sql`create index service_instances_parent on service_instances (parent_service_id)`.execute(db)
  await sql`create index service_instances_workspace on service_instances (workspace_id)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table service_instances
    drop constraint service_instances_cpu_usage_percent_check,
    drop constraint service_instances_created_by,
    drop column topology_detection_id, drop column desired_state, drop column desired_by, drop column desired_at, drop column desired_reason,
    drop column settings, drop column status_reason, drop column url, drop column removed_at, drop column event_sequence`.execute(db)
  await sql`drop index service_instances_parent, service_instances_workspace`.execute(db)
}
