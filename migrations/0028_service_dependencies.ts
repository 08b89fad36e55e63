import { type Kysely, sql } from 'kysely'

// Who needs whom. The database refuses a circle of `requires`; a lock for each environment keeps two writers from closing one together.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table service_dependencies (
    id uuid primary key,
    team_id uuid not null references teams (id) on delete cascade,
    service_instance_id uuid not null references service_instances (id) on delete cascade,
    depends_on_id uuid not null references service_instances (id) on delete cascade,
    dependency_type text not null check (dependency_type in ('requires', 'optional', 'conflicts')),
    startup_order integer not null default 0 check (startup_order >= 0),
    environment_variable text check (environment_variable ~ '^[A-Za-z_][A-Za-z0-9_]{0,127}$'),
    connection_template text,
    created_at timestamptz not null default now(),
    constraint service_dependencies_pair unique (service_instance_id, depends_on_id),
    constraint service_dependencies_no_self check (service_instance_id <> depends_on_id)
  )`.execute(db)
  await sql`create index service_dependencies_depends_on on service_dependencies (depends_on_id)`.execute(db)
  await sql`create index service_dependencies_team on service_dependencies (team_id, id)`.execute(db)
  await sql`create function kyozo_refuse_dependency_cycle() returns trigger language plpgsql as $$
    declare here uuid; there uuid;
    begin
      select environment_id into here from service_instances where id = new.service_instance_id;
      select environment_id into there from service_instances where id = new.depends_on_id;
      if here is distinct from there then
        raise exception 'a service can only depend on a service of its own environment'
          using errcode = '23514', constraint = 'service_dependencies_one_environment', table = 'service_dependencies';
      end if;
      if new.dependency_type <> 'requires' then return new; end if;
      perform pg_advisory_xact_lock(hashtextextended('kyozo dependencies ' || here::text, 0));
      if exists (
        with recursive needed (id) as (
          select new.depends_on_id
          union
          select d.depends_on_id from service_dependencies d join needed on d.service_instance_id = needed.id
            where d.dependency_type = 'requires' and d.id <> new.id
        ) select from needed where id = new.service_instance_id
      ) then
        raise exception 'this dependency would close a circle of required services'
          using errcode = '23514', constraint = 'service_dependencies_no_cycle', table = 'service_dependencies';
      end if;
      return new;
    end $$`.execute(db)
  await sql`create trigger service_dependencies_no_cycle before insert or update on service_dependencies
    for each row execute function kyozo_refuse_dependency_cycle()`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('service_dependencies').execute()
  await sql`drop function kyozo_refuse_dependency_cycle()`.execute(db)
}
