import { type Kysely, sql } from 'kysely'

interface Told {
  readonly table: string
  readonly when: readonly string[]
  readonly data: readonly string[]
  /** Where the row stands, beside its workspace and environment. */
  readonly service: string
  readonly release: string
}

const told: readonly Told[] = [
  {
    table: 'repairs',
    when: ['state', 'outcome'],
    data: ['state', 'reason', 'outcome'],
    service: 'null',
    release: 'release_id',
  },
  {
    table: 'drifts',
    when: ['ending', 'restore_requested_at'],
    data: ['service', 'field', 'expected', 'actual', 'ending'],
    service: 'service_instance_id',
    release: 'null',
  },
]

// Repairs and differences are told of as everything else that happens (0036). What retention takes away is no news.
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const one of told) await tell(db, one)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const { table } of told) {
    await sql`drop trigger ${sql.raw(`${table}_live_rows`)} on ${sql.table(table)}`.execute(db)
    await sql`drop trigger ${sql.raw(`${table}_live_changes`)} on ${sql.table(table)}`.execute(db)
    await sql`drop function ${sql.raw(`kyozo_tell_${table}()`)}`.execute(db)
  }
}

async function tell(db: Kysely<unknown>, { table, when, data, service, release }: Told): Promise<void> {
  const at = (column: string) => (column === 'null' ? 'null' : `new.${column}`)
  const sent = data.map((name) => `'${name}', new.${name}`).join(', ')
  const call = sql.raw(`execute function kyozo_tell_${table}()`)
  const changed = sql.raw(when.map((column) => `old.${column} is distinct from new.${column}`).join(' or '))
  await sql`create function ${sql.raw(`kyozo_tell_${table}()`)} returns trigger language plpgsql as $$
    begin
      ${sql.raw(`insert into live_inbox
        (id, team_id, workspace_id, environment_id, service_instance_id, release_id, resource_type, resource_id, action, data)
      values (kyozo_live_inbox_id(), new.team_id, new.workspace_id, new.environment_id, ${at(service)}, ${at(release)}, '${table}', new.id::text,
        case tg_op when 'INSERT' then 'created' else 'updated' end, jsonb_build_object(${sent}));`)}
      return null;
    end $$`.execute(db)
  await sql`create constraint trigger ${sql.raw(`${table}_live_rows`)} after insert on ${sql.table(table)}
    deferrable initially deferred for each row ${call}`.execute(db)
  await sql`create constraint trigger ${sql.raw(`${table}_live_changes`)} after update on ${sql.table(table)}
    deferrable initially deferred for each row when (${changed}) ${call}`.execute(db)
}
