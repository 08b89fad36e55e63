import { type Kysely, sql } from 'kysely'

// While a service moves to another port of the machine it holds both: the old one until the new one has proved itself.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table port_allocations drop constraint port_allocations_container_port`.execute(db)
  await sql`create index port_allocations_environment on port_allocations (environment_id, service)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`delete from port_allocations p using port_allocations q
    where q.environment_id = p.environment_id and q.service = p.service and q.protocol = p.protocol
      and q.container_port = p.container_port and q.id < p.id`.execute(db)
  await sql`drop index port_allocations_environment`.execute(db)
  await sql`alter table port_allocations
    add constraint port_allocations_container_port unique (environment_id, service, protocol, container_port)`.execute(db)
}
