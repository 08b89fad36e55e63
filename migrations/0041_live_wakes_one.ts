import { type Kysely, sql } from 'kysely'

// PostgreSQL writes transactions that notify one after the other, each to the disk. Of those that end at the same time one notifies; readers look
// again a moment later.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create or replace function kyozo_live_inbox_id() returns bigint language plpgsql as $$
    begin
      if pg_try_advisory_xact_lock(7063) then perform pg_notify('kyozo', 'live '); end if;
      return nextval('live_inbox_id');
    end $$`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`create or replace function kyozo_live_inbox_id() returns bigint language plpgsql as $$
    begin
      perform pg_notify('kyozo', 'live ');
      return nextval('live_inbox_id');
    end $$`.execute(db)
}
