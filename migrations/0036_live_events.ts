import { type Kysely, sql } from 'kysely'

interface Told {
  readonly table: string
  readonly when: readonly string[]
  readonly data: readonly string[]
  /** Where the row stands: a column of its own, or an expression on `row`. */
  readonly places: Readonly<Record<string, string>>
  /** A trail that only grows: what retention or a cascade takes away is no news. */
  readonly isTrail?: true
}

const told: readonly Told[] = [
  {
    table: 'workspaces',
    when: ['name', 'default_branch', 'auto_deploy_enabled', 'container_enabled', 'deployment_environment'],
    data: ['name'],
    places: { workspace_id: 'id' },
  },
  {
    table: 'environments',
    when: ['name', 'ref', 'live_release_id', 'paused_at', 'expires_at'],
    data: ['name', 'ref', 'live_release_id', 'paused_at'],
    places: { workspace_id: 'workspace_id', environment_id: 'id' },
  },
  {
    table: 'service_instances',
    when: ['status', 'health_status', 'desired_state', 'settings', 'status_reason', 'url', 'removed_at', 'container_id', 'scaling_config'],
    data: ['name', 'status', 'health_status', 'status_reason'],
    places: { workspace_id: 'workspace_id', environment_id: 'environment_id', service_instance_id: 'id' },
  },
  {
    table: 'releases',
    when: ['state', 'stage', 'reason'],
    data: ['sha', 'ref', 'state', 'stage', 'reason'],
    places: { workspace_id: 'workspace_id', environment_id: 'environment_id', release_id: 'id' },
  },
  {
    table: 'operations',
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
    when: ['event_type'],
    data: ['event_type', 'sequence_number', 'error_message', 'duration_ms'],
    places: {
      workspace_id: '(select s.workspace_id from service_instances s where s.id = row.service_instance_id)',
      environment_id: '(select s.environment_id from service_instances s where s.id = row.service_instance_id)',
      service_instance_id: 'service_instance_id',
      release_id: 'release_id',
    },
    isTrail: true,
  },
  {
    table: 'deliveries',
    when: ['decision', 'reason'],
    data: ['forge', 'event', 'decision', 'reason'],
    places: { workspace_id: 'workspace_id' },
    isTrail: true,
  },
  {
    table: 'alerts',
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

const placeNames = ['workspace_id', 'environment_id', 'service_instance_id', 'release_id']

const columns = `team_id uuid not null,
    workspace_id uuid,
    environment_id uuid,
    service_instance_id uuid,
    release_id uuid,
    resource_type text not null,
    resource_id text not null,
    action text not null check (action in ('created', 'updated', 'deleted', 'lines', 'ended')),
    data jsonb not null default '{}',
    created_at timestamptz not null default clock_timestamp()`
const columnNames = `team_id, ${placeNames.join(', ')}, resource_type, resource_id, action, data, created_at`

// What happens, in an order that a reader can go on from. A trigger at the end of each transaction leaves what it has to tell in an inbox, without a
// lock; whoever reads gives positions to what has arrived, many at once. Only that takes a lock, so positions become visible in their order: a reader
// that has seen one has seen, or will never see, every one before it. What is told of one row keeps its order, and so does what follows from something
// that was seen. There are no foreign keys here: their row locks would tie readers to writers.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table live_events (position bigint primary key, ${sql.raw(columns)})`.execute(db)
  await sql`create sequence live_events_position owned by live_events.position`.execute(db)
  await sql`create index live_events_created_at on live_events using brin (created_at)`.execute(db)
  await sql`create table live_inbox (id bigint primary key, ${sql.raw(columns)})`.execute(db)
  await sql`create sequence live_inbox_id owned by live_inbox.id`.execute(db)
  await makeInboxFunctions(db)
  for (const one of told) await tell(db, one)
  await tellLogs(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop trigger releases_log_end on releases`.execute(db)
  await sql`drop trigger releases_log_end_at_once on releases`.execute(db)
  for (const { table } of told) {
    await sql`drop trigger ${sql.raw(`${table}_live_rows`)} on ${sql.table(table)}`.execute(db)
    await sql`drop trigger ${sql.raw(`${table}_live_changes`)} on ${sql.table(table)}`.execute(db)
  }
  for (const table of ['live_log_batches', 'live_inbox', 'live_events']) await db.schema.dropTable(table).execute()
  const functions = [...told.map(({ table }) => `kyozo_tell_${table}()`), 'kyozo_tell_log_end()', 'kyozo_tell_log_batch()']
  for (const name of [...functions, 'kyozo_order_live(integer)', 'kyozo_live_inbox_id()'])
    await sql`drop function ${sql.raw(name)}`.execute(db)
}

async function makeInboxFunctions(db: Kysely<unknown>): Promise<void> {
  // PostgreSQL writes transactions that notify one after the other, each to the disk. Of those that end at the same time one notifies; readers look
  // again a moment later.
  await sql`create function kyozo_live_inbox_id() returns bigint language plpgsql as $$
    begin
      if pg_try_advisory_xact_lock(7063) then perform pg_notify('kyozo', 'live '); end if;
      return nextval('live_inbox_id');
    end $$`.execute(db)
  await sql`create function kyozo_order_live(most integer) returns integer language plpgsql as $$
    declare
      moved integer;
    begin
      if not exists (select from live_inbox) then return 0; end if;
      -- What follows sees whatever was committed before the lock was had.
      perform pg_advisory_xact_lock(7061);
      with taken as (
        delete from live_inbox where id = any (array(select id from live_inbox order by id limit most)) returning *
      )
      insert into live_events (position, ${sql.raw(columnNames)})
        select nextval('live_events_position'), ${sql.raw(columnNames)} from (select * from taken order by id) as arrived;
      get diagnostics moved = row_count;
      if moved > 0 then perform pg_notify('kyozo', 'live '); end if;
      return moved;
    end $$`.execute(db)
}

/** Each table tells of itself with a function of its own, which reads only the columns that it sends: a whole row as JSON would unfold large ones. */
async function tell(db: Kysely<unknown>, one: Told): Promise<void> {
  const { table, when } = one
  const call = sql.raw(`execute function kyozo_tell_${table}()`)
  const changed = sql.raw(when.map((column) => `old.${column} is distinct from new.${column}`).join(' or '))
  await sql`create function ${sql.raw(`kyozo_tell_${table}()`)} returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' then ${insertion(one, 'old')} else ${insertion(one, 'new')} end if;
      return null;
    end $$`.execute(db)
  await sql`create constraint trigger ${sql.raw(`${table}_live_rows`)} after ${sql.raw(one.isTrail ? 'insert' : 'insert or delete')} on ${sql.table(table)}
    deferrable initially deferred for each row ${call}`.execute(db)
  await sql`create constraint trigger ${sql.raw(`${table}_live_changes`)} after update on ${sql.table(table)}
    deferrable initially deferred for each row when (${changed}) ${call}`.execute(db)
}

function insertion({ table, data, places }: Told, row: 'old' | 'new') {
  const place = (name: string) => {
    const from = places[name]
    if (from === undefined) return 'null'
    return /^\w+$/.test(from) ? `${row}.${from}` : from.replaceAll('row.', `${row}.`)
  }
  const action = row === 'old' ? `'deleted'` : `case tg_op when 'INSERT' then 'created' else 'updated' end`
  const sent = data.map((name) => `'${name}', ${row}.${name}`).join(', ')
  return sql.raw(`if ${row}.team_id is not null then
    insert into live_inbox (id, team_id, ${placeNames.join(', ')}, resource_type, resource_id, action, data)
    values (kyozo_live_inbox_id(), ${row}.team_id, ${placeNames.map(place).join(', ')}, '${table}', ${row}.id::text, ${action},
      jsonb_build_object(${sent}));
  end if;`)
}

async function tellLogs(db: Kysely<unknown>): Promise<void> {
  // Log lines wait here for the end of their transaction: one row for a batch, whatever its size.
  await sql`create table live_log_batches (release_id uuid not null, from_sequence bigint not null, to_sequence bigint not null, is_end boolean not null default false)`.execute(
    db,
  )
  const start = sql.raw(
    'insert into live_inbox (id, team_id, workspace_id, environment_id, release_id, resource_type, resource_id, action, data)',
  )
  await sql`create function kyozo_tell_log_batch() returns trigger language plpgsql as $$
    begin
      ${start}
      select kyozo_live_inbox_id(), r.team_id, r.workspace_id, r.environment_id, r.id, 'logs', r.id::text,
        case when new.is_end then 'ended' else 'lines' end,
        case when new.is_end then jsonb_build_object('state', r.state) else jsonb_build_object('from', new.from_sequence, 'to', new.to_sequence) end
      from releases r where r.id = new.release_id;
      return null;
    end $$`.execute(db)
  await sql`create constraint trigger live_log_batches_tell after insert on live_log_batches
    deferrable initially deferred for each row execute function kyozo_tell_log_batch()`.execute(db)
  await sql`create function kyozo_tell_log_end() returns trigger language plpgsql as $$
    begin
      ${start}
      values (kyozo_live_inbox_id(), new.team_id, new.workspace_id, new.environment_id, new.id, 'logs', new.id::text, 'ended',
        jsonb_build_object('state', new.state));
      return null;
    end $$`.execute(db)
  // The end of a release is the end of its log, whoever ends it. After releases_live_changes by name, so that the end follows what ended.
  await sql`create constraint trigger releases_log_end after update on releases deferrable initially deferred for each row
    when (old.state in ('queued', 'running') and new.state not in ('queued', 'running')) execute function kyozo_tell_log_end()`.execute(db)
  // One that is over when it is made, because its environment is paused.
  await sql`create constraint trigger releases_log_end_at_once after insert on releases deferrable initially deferred for each row
    when (new.state not in ('queued', 'running')) execute function kyozo_tell_log_end()`.execute(db)
}
