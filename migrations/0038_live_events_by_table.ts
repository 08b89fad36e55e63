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

// Each table tells of itself with a function of its own, which reads only the columns that it sends: a whole row as JSON would unfold a delivery's
// body or a release's topology for each change. The end of a release is the end of its log, whoever ends it.
export async function up(db: Kysely<unknown>): Promise<void> {
  // A transaction that ends with many changes must not make its neighbours' commits fail.
  await sql`create or replace function kyozo_live_position() returns bigint language plpgsql set lock_timeout to '30s' as $$
    begin
      perform pg_advisory_xact_lock(7061);
      perform pg_notify('kyozo', 'live ');
      return nextval('live_events_position');
    end $$`.execute(db)
  for (const one of told) {
    await dropTriggers(db, one.table)
    await sql`create function ${functionOf(one)} returns trigger language plpgsql as $$
      begin
        if tg_op = 'DELETE' then ${insertion(one, 'old')} else ${insertion(one, 'new')} end if;
        return null;
      end $$`.execute(db)
    await makeTriggers(db, one, { rows: one.isTrail ? 'insert' : 'insert or delete', call: sql`execute function ${functionOf(one)}` })
  }
  await sql`create function kyozo_tell_log_end() returns trigger language plpgsql as $$
    begin
      insert into live_events (position, team_id, workspace_id, environment_id, release_id, resource_type, resource_id, action, data)
      values (kyozo_live_position(), new.team_id, new.workspace_id, new.environment_id, new.id, 'logs', new.id::text, 'ended',
        jsonb_build_object('state', new.state));
      return null;
    end $$`.execute(db)
  // After releases_live_changes by name, so that the end follows what ended.
  await sql`create constraint trigger releases_log_end after update on releases deferrable initially deferred for each row
    when (old.state in ('queued', 'running') and new.state not in ('queued', 'running')) execute function kyozo_tell_log_end()`.execute(db)
  // One that is over when it is made, because its environment is paused.
  await sql`create constraint trigger releases_log_end_at_once after insert on releases deferrable initially deferred for each row
    when (new.state not in ('queued', 'running')) execute function kyozo_tell_log_end()`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop trigger releases_log_end on releases`.execute(db)
  await sql`drop trigger releases_log_end_at_once on releases`.execute(db)
  await sql`drop function kyozo_tell_log_end()`.execute(db)
  for (const one of told) {
    await dropTriggers(db, one.table)
    await sql`drop function ${functionOf(one)}`.execute(db)
    const places = Object.fromEntries(Object.entries(one.places).filter(([, column]) => /^\w+$/.test(column)))
    const call = sql.raw(`execute function kyozo_tell_live('${one.table}', '${JSON.stringify(one.data)}', '${JSON.stringify(places)}')`)
    await makeTriggers(db, one, { rows: 'insert or delete', call })
  }
  await sql`alter function kyozo_live_position() reset lock_timeout`.execute(db)
}

function functionOf({ table }: Told) {
  return sql.raw(`kyozo_tell_${table}()`)
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
    insert into live_events (position, team_id, ${placeNames.join(', ')}, resource_type, resource_id, action, data)
    values (kyozo_live_position(), ${row}.team_id, ${placeNames.map(place).join(', ')}, '${table}', ${row}.id::text, ${action},
      jsonb_build_object(${sent}));
  end if;`)
}

async function dropTriggers(db: Kysely<unknown>, table: string): Promise<void> {
  await sql`drop trigger ${sql.raw(`${table}_live_rows`)} on ${sql.table(table)}`.execute(db)
  await sql`drop trigger ${sql.raw(`${table}_live_changes`)} on ${sql.table(table)}`.execute(db)
}

async function makeTriggers(
  db: Kysely<unknown>,
  { table, when }: Told,
  { rows, call }: { readonly rows: string; readonly call: ReturnType<typeof sql> },
): Promise<void> {
  const changed = sql.raw(when.map((column) => `old.${column} is distinct from new.${column}`).join(' or '))
  await sql`create constraint trigger ${sql.raw(`${table}_live_rows`)} after ${sql.raw(rows)} on ${sql.table(table)}
    deferrable initially deferred for each row ${call}`.execute(db)
  await sql`create constraint trigger ${sql.raw(`${table}_live_changes`)} after update on ${sql.table(table)}
    deferrable initially deferred for each row when (${changed}) ${call}`.execute(db)
}
