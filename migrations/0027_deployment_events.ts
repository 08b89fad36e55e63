import { type Kysely, sql } from 'kysely'

// What happened to a service, numbered without a gap. The database gives the number, so that no writer can leave one out: it counts on the service's
// own row, and whoever fails afterwards gives the number back with the rest of the transaction.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table deployment_events (
    id uuid primary key,
    team_id uuid not null references teams (id) on delete cascade,
    service_instance_id uuid not null references service_instances (id) on delete cascade,
    release_id uuid references releases (id) on delete set null,
    operation_id uuid references operations (id) on delete set null,
    event_type text not null check (event_type in (
      'deployment_started', 'deployment_completed', 'deployment_failed', 'service_started', 'service_stopped', 'service_restarted', 'service_scaled',
      'health_check_passed', 'health_check_failed', 'configuration_updated', 'image_built', 'image_pushed')),
    event_data jsonb not null default '{}' check (jsonb_typeof(event_data) = 'object'),
    error_message text,
    duration_ms integer check (duration_ms >= 0),
    sequence_number bigint not null check (sequence_number > 0),
    triggered_by text,
    triggered_by_id uuid references users (id) on delete set null,
    occurred_at timestamptz not null default now(),
    constraint deployment_events_sequence unique (service_instance_id, sequence_number)
  )`.execute(db)
  await sql`create index deployment_events_service_occurred on deployment_events (service_instance_id, occurred_at)`.execute(db)
  await sql`create index deployment_events_type_occurred on deployment_events (event_type, occurred_at)`.execute(db)
  await sql`create index deployment_events_team on deployment_events (team_id, id)`.execute(db)
  // For whoever follows a release or an operation, and for the database when one of them goes.
  await sql`create index deployment_events_release on deployment_events (release_id) where release_id is not null`.execute(db)
  await sql`create index deployment_events_operation on deployment_events (operation_id) where operation_id is not null`.execute(db)
  await sql`create index deployment_events_occurred on deployment_events using brin (occurred_at)`.execute(db)
  await sql`create function kyozo_number_deployment_event() returns trigger language plpgsql as $$
    begin
      update service_instances set event_sequence = event_sequence + 1 where id = new.service_instance_id
        returning event_sequence into new.sequence_number;
      return new;
    end $$`.execute(db)
  await sql`create trigger deployment_events_number before insert on deployment_events
    for each row execute function kyozo_number_deployment_event()`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('deployment_events').execute()
  await sql`drop function kyozo_number_deployment_event()`.execute(db)
}
