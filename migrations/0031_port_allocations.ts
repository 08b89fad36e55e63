import { type Kysely, sql } from 'kysely'

// Ports of the machine that services were promised. The unique index, not a look before, keeps two deploys from getting the same one.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table port_allocations (
    id uuid primary key,
    team_id uuid not null references teams (id) on delete cascade,
    environment_id uuid not null references environments (id) on delete cascade,
    service text not null,
    container_port integer not null check (container_port between 1 and 65535),
    protocol text not null check (protocol in ('tcp', 'udp')),
    host_port integer not null check (host_port between 1024 and 65535),
    created_at timestamptz not null default now(),
    constraint port_allocations_host_port unique (protocol, host_port),
    constraint port_allocations_container_port unique (environment_id, service, protocol, container_port)
  )`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('port_allocations').execute()
}
