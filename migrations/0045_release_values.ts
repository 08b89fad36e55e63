import { type Kysely, sql } from 'kysely'

// Which releases can be gone back to, the values that each of them ran with, and a lock between who stores what a release needs and who removes
// images: a writer of releases cannot forget it.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table releases add column is_kept boolean not null default false`.execute(db)
  await sql`create table release_values (
    release_id uuid primary key references releases (id) on delete cascade,
    team_id uuid not null references teams (id) on delete cascade,
    environment_id uuid not null references environments (id) on delete cascade,
    ciphertext bytea not null,
    key_id text not null,
    created_at timestamptz not null default now()
  )`.execute(db)
  await sql`create index release_values_environment on release_values (environment_id)`.execute(db)
  await sql`create index release_values_key_id on release_values (key_id)`.execute(db)
  await sql`update releases set is_kept = true where stack_spec is not null and id in (
    select id from (select id, state, row_number() over (partition by environment_id, state order by generation desc nulls last) as nth
      from releases where state in ('live', 'replaced', 'unchanged')) ranked
    where state = 'live' or nth <= 10)`.execute(db)
  await sql`create index releases_kept on releases (environment_id, generation desc) where is_kept`.execute(db)
  await sql`create function kyozo_needs_images() returns trigger language plpgsql as $$
    declare wanted text;
    begin
      for wanted in select distinct service ->> 'image' from jsonb_array_elements(
        case when jsonb_typeof(new.stack_spec -> 'services') = 'array' then new.stack_spec -> 'services' else '[]' end) service order by 1 loop
        perform pg_advisory_xact_lock_shared(8104, hashtext(wanted));
      end loop;
      return new;
    end $$`.execute(db)
  await sql`create trigger releases_need_images before update of stack_spec on releases
    for each row when (new.stack_spec is not null) execute function kyozo_needs_images()`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop trigger releases_need_images on releases`.execute(db)
  await sql`drop function kyozo_needs_images()`.execute(db)
  await db.schema.dropTable('release_values').execute()
  await sql`alter table releases drop column is_kept`.execute(db)
}
