import { type Kysely, sql } from 'kysely'

// How a delivery came to be known, which branch it is about, and what its body was once the body itself is gone: bodies are large, and go first.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table deliveries
    add column arrival text not null default 'sent' check (arrival in ('sent', 'pushed', 'recovered', 'swept')),
    add column sent_at timestamptz,
    add column ref text,
    add column sha text,
    add column body_digest text,
    alter column body drop not null`.execute(db)
  await sql`update deliveries set
    arrival = case when forge <> 'git' then 'sent' when event = 'sweep' then 'swept' else 'pushed' end,
    body_digest = encode(sha256(body), 'hex')`.execute(db)
  await sql`create index deliveries_bodies on deliveries (received_at) where body is not null`.execute(db)
  await sql`create index deliveries_workspace_ref on deliveries (workspace_id, ref, received_at)`.execute(db)
}

// A delivery without its body is nothing that the version before could read.
export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop index deliveries_workspace_ref, deliveries_bodies`.execute(db)
  await sql`delete from deliveries where body is null`.execute(db)
  await sql`alter table deliveries
    drop column arrival, drop column sent_at, drop column ref, drop column sha, drop column body_digest,
    alter column body set not null`.execute(db)
}
