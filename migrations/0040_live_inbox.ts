import { type Kysely, sql } from 'kysely'

const columns =
  'team_id, workspace_id, environment_id, service_instance_id, release_id, resource_type, resource_id, action, data, created_at'

// Positions were given at the end of each transaction under one lock, which was then held while the disk took the commit: no two transactions that
// had something to tell could be written together. Now each leaves what it tells in an inbox, without a lock, and whoever reads gives positions to
// what has arrived, many at once. Only that takes the lock, so positions still become visible in their order. What is told of one row keeps its order,
// and so does what follows from something that was seen: both numbers are taken at the end of transactions that came one after the other.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table live_inbox (like live_events including defaults including constraints)`.execute(db)
  await sql`alter table live_inbox rename column position to id`.execute(db)
  await sql`alter table live_inbox add primary key (id)`.execute(db)
  await sql`create sequence live_inbox_id owned by live_inbox.id`.execute(db)
  await sql`create function kyozo_live_inbox_id() returns bigint language plpgsql as $$
    begin
      perform pg_notify('kyozo', 'live ');
      return nextval('live_inbox_id');
    end $$`.execute(db)
  await redirect(db, [
    ['insert into live_events (position', 'insert into live_inbox (id'],
    ['kyozo_live_position()', 'kyozo_live_inbox_id()'],
  ])
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
      insert into live_events (position, ${sql.raw(columns)})
        select nextval('live_events_position'), ${sql.raw(columns)} from (select * from taken order by id) as arrived;
      get diagnostics moved = row_count;
      if moved > 0 then perform pg_notify('kyozo', 'live '); end if;
      return moved;
    end $$`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`select kyozo_order_live(2147483647)`.execute(db)
  await redirect(db, [
    ['insert into live_inbox (id', 'insert into live_events (position'],
    ['kyozo_live_inbox_id()', 'kyozo_live_position()'],
  ])
  await sql`drop function kyozo_order_live(integer)`.execute(db)
  await sql`drop function kyozo_live_inbox_id()`.execute(db)
  await sql`drop table live_inbox`.execute(db)
}

/** The functions of the triggers, as they are but for where they write. */
async function redirect(db: Kysely<unknown>, changes: readonly (readonly [from: string, to: string])[]): Promise<void> {
  const { rows } = await sql<{ definition: string }>`select pg_get_functiondef(oid) as definition from pg_proc
    where proname like 'kyozo_tell_%' and proname <> 'kyozo_tell_live' and pronamespace = current_schema()::text::regnamespace`.execute(db)
  for (const { definition } of rows) {
    await sql.raw(changes.reduce((text, [from, to]) => text.replaceAll(from, to), definition)).execute(db)
  }
}
