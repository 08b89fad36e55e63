import { type Kysely, sql } from 'kysely'

// What each process found on the disks that it sees, and the order in which old lines of logs go.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table disk_reports (
    owner text primary key,
    report jsonb not null,
    measured_at timestamptz not null default now()
  )`.execute(db)
  await sql`create index log_chunks_sequence on log_chunks (sequence)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop index log_chunks_sequence`.execute(db)
  await db.schema.dropTable('disk_reports').execute()
}
