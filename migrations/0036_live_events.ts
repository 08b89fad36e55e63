import { type Kysely, sql } from 'kysely'

/** What is told live of a table: the columns whose change is worth telling, those that are sent along, and how a row finds its place. */
const told: readonly {
  table: string
  type: string
  when: readonly string[]
  data: readonly string[]
  places: Readonly<Record<string, string>>
}[] = [
  {
    table: 'workspaces',
    type: 'workspaces',
    when: ['name', 'default_branch', 'auto_deploy_enabled', 'container_enabled', 'deployment_environment'],
    data: ['name'],
    places: { workspace_id: 'id' },
  },
  {
    table: 'environments',
    type: 'environments',
    when: ['name', 'ref', 'live_release_id', 'paused_at', 'expires_at'],
    data: ['name', 'ref', 'live_release_id', 'paused_at'],
    places: { workspace_id: 'workspace_id', environment_id: 'id' },
  },
  {
    table: 'service_instances',
    type: 'service_instances',
    when: ['status', 'health_status', 'desired_state', 'settings', 'status_reason', 'url', 'removed_at', 'container_id', 'scaling_config'],
    data: ['name', 'status', 'health_status', 'status_reason'],
    places: { workspace_id: 'workspace_id', environment_id: 'environment_id', service_instance_id: 'id' },
  },
  {
    table: 'releases',
    type: 'releases',
    when: ['state', 'stage', 'reason'],
    data: ['sha', 'ref', 'state', 'stage', 'reason'],
    places: { workspace_id: 'workspace_id', environment_id: 'environment_id', release_id: 'id' },
  },
  {
    table: 'operations',
    type: 'operations',
    when: ['state', 'words', 'release_id'],
    data: ['kind', 'state', 'words'],
    places: {
      workspace_id: 'workspace_id',
      environment_id: 'environment_id',
      service_instance_id: 'service_instance_id',
      release_id: 'release_id',
    },
  },
  {
    table: 'deployment_events',
    type: 'deployment_events',
    when: ['event_type'],
    data: ['event_type', 'sequence_number', 'error_message', 'duration_ms'],
    places: { service_instance_id: 'service_instance_id', release_id: 'release_id' },
  },
  {
    table: 'deliveries',
    type: 'deliveries',
    when: ['decision', 'reason'],
    data: ['forge', 'event', 'decision', 'reason'],
    places: { workspace_id: 'workspace_id' },
  },
  {
    table: 'alerts',
    type: 'alerts',
    when: ['state', 'words'],
    data: ['state', 'words'],
    places: {
      workspace_id: 'workspace_id',
      environment_id: 'environment_id',
      service_instance_id: 'service_instance_id',
      release_id: 'release_id',
    },
  },
]

// What happens, in the order in which it is committed. Positions are given at the very end of a transaction, under a lock that goes with its commit:
// so a reader that has seen a position has seen, or will never see, every one before it. There are no foreign keys here, because a row lock taken
// under that lock could wait for somebody who waits for it.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table live_events (
    position bigint primary key,
    team_id uuid not null,
    workspace_id uuid,
    environment_id uuid,
    service_instance_id uuid,
    release_id uuid,
    resource_type text not null,
    resource_id text not null,
    action text not null check (action in ('created', 'updated', 'deleted', 'lines', 'ended')),
    data jsonb not null default '{}',
    created_at timestamptz not null default clock_timestamp()
  )`.execute(db)
  await sql`create sequence live_events_position owned by live_events.position`.execute(db)
  await sql`create index live_events_created_at on live_events using brin (created_at)`.execute(db)
  // Log lines wait here for the end of their transaction: one row for a batch, whatever its size.
  await sql`create table live_log_batches (release_id uuid not null, from_sequence bigint not null, to_sequence bigint not null, is_end boolean not null default false)`.execute(
    db,
  )
  await sql`create function kyozo_live_position() returns bigint language plpgsql as $$
    begin
      perform pg_advisory_xact_lock(7061);
      perform pg_notify('kyozo', 'live ');
      return nextval('live_events_position');
    end $$`.execute(db)
  // Arguments: the resource's type, the columns to send as a JSON list, where the places stand as a JSON object of column → column.
  await sql`create function kyozo_tell_live() returns trigger language plpgsql as $$
    declare
      row_now jsonb := case when tg_op = 'DELETE' then to_jsonb(old) else to_jsonb(new) end;
      places jsonb := tg_argv[2]::jsonb;
      sent jsonb;
    begin
      if row_now ->> 'team_id' is null then return null; end if;
      select coalesce(jsonb_object_agg(name, row_now -> name), '{}') into sent from jsonb_array_elements_text(tg_argv[1]::jsonb) as name;
      insert into live_events (position, team_id, workspace_id, environment_id, service_instance_id, release_id, resource_type, resource_id, action, data)
      values (kyozo_live_position(), (row_now ->> 'team_id')::uuid,
        (row_now ->> (places ->> 'workspace_id'))::uuid, (row_now ->> (places ->> 'environment_id'))::uuid,
        (row_now ->> (places ->> 'service_instance_id'))::uuid, (row_now ->> (places ->> 'release_id'))::uuid,
        tg_argv[0], row_now ->> 'id',
        case tg_op when 'INSERT' then 'created' when 'DELETE' then 'deleted' else 'updated' end, sent);
      return null;
    end $$`.execute(db)
  for (const { table, type, when, data, places } of told) {
    const call = sql.raw(`execute function kyozo_tell_live('${type}', '${JSON.stringify(data)}', '${JSON.stringify(places)}')`)
    const changed = sql.raw(when.map((column) => `old.${column} is distinct from new.${column}`).join(' or '))
    await sql`create constraint trigger ${sql.raw(`${table}_live_rows`)} after insert or delete on ${sql.table(table)}
      deferrable initially deferred for each row ${call}`.execute(db)
    await sql`create constraint trigger ${sql.raw(`${table}_live_changes`)} after update on ${sql.table(table)}
      deferrable initially deferred for each row when (${changed}) ${call}`.execute(db)
  }
  await sql`create function kyozo_tell_log_batch() returns trigger language plpgsql as $$
    begin
      insert into live_events (position, team_id, workspace_id, environment_id, release_id, resource_type, resource_id, action, data)
      select kyozo_live_position(), r.team_id, r.workspace_id, r.environment_id, r.id, 'logs', r.id::text,
        case when new.is_end then 'ended' else 'lines' end,
        case when new.is_end then jsonb_build_object('state', r.state) else jsonb_build_object('from', new.from_sequence, 'to', new.to_sequence) end
      from releases r where r.id = new.release_id;
      return null;
    end $$`.execute(db)
  await sql`create constraint trigger live_log_batches_tell after insert on live_log_batches
    deferrable initially deferred for each row execute function kyozo_tell_log_batch()`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const { table } of told) {
    await sql`drop trigger ${sql.raw(`${table}_live_rows`)} on ${sql.table(table)}`.execute(db)
    await sql`drop trigger ${sql.raw(`${table}_live_changes`)} on ${sql.table(table)}`.execute(db)
  }
  await db.schema.dropTable('live_log_batches').execute()
  await db.schema.dropTable('live_events').execute()
  for (const name of ['kyozo_tell_log_batch', 'kyozo_tell_live', 'kyozo_live_position'])
    await sql`drop function ${sql.raw(name)}()`.execute(db)
}
