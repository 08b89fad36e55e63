import { type Kysely, sql } from 'kysely'

// Git hosts give one id to what they send of one event by several webhooks, so several connections may have it. `delivery_id` stays as it is for the
// version before, unique for a host: the second connection's holds the connection's name too. The host's own is in a column of its own.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table deliveries add column host_delivery_id text`.execute(db)
  await sql`create function kyozo_host_delivery_id() returns trigger language plpgsql as $$
    begin
      new.host_delivery_id := coalesce(new.host_delivery_id, new.delivery_id);
      return new;
    end $$`.execute(db)
  await sql`create trigger deliveries_host_delivery_id before insert on deliveries
    for each row execute function kyozo_host_delivery_id()`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop trigger deliveries_host_delivery_id on deliveries`.execute(db)
  await sql`drop function kyozo_host_delivery_id`.execute(db)
  await sql`alter table deliveries drop column host_delivery_id`.execute(db)
}
