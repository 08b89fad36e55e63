import { type Kysely, sql } from 'kysely'

// One delivery for each connection. Rows are filled after the column is there for all, so that nobody waits for the table meanwhile.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`update deliveries set host_delivery_id = delivery_id where host_delivery_id is null`.execute(db)
  await sql`create unique index deliveries_connection_host_id on deliveries (forge, connection, host_delivery_id)`.execute(db)
  await sql`create index deliveries_host_id on deliveries (host_delivery_id)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop index deliveries_host_id, deliveries_connection_host_id`.execute(db)
}
