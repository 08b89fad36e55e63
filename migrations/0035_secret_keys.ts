import { type Kysely, sql } from 'kysely'

// Which key sealed a value, so that a new key can take over one value after the other; and who set it.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table secrets
    add column key_id text not null default 'first',
    add column is_made boolean not null default false,
    add column created_by_id uuid references users (id) on delete set null,
    add column updated_by_id uuid references users (id) on delete set null,
    add constraint secrets_version_check check (version > 0),
    add constraint secrets_service_in_environment check (service is null or service ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$')`.execute(db)
  // Until now kyozo itself made every one of them.
  await sql`update secrets set is_made = true`.execute(db)
  await sql`create index secrets_team on secrets (team_id, id)`.execute(db)
  await sql`create index secrets_key_id on secrets (key_id)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table secrets drop constraint secrets_version_check, drop constraint secrets_service_in_environment,
    drop column key_id, drop column is_made, drop column created_by_id, drop column updated_by_id`.execute(db)
  await sql`drop index secrets_team`.execute(db)
}
