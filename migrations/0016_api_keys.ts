import { type Kysely, sql } from 'kysely'

// API tokens move to the table of the access library: each belongs to a user of a team, and may do at most what both that user and its scopes may.
// The hash stays SHA-256, spelt in base64url instead of hexadecimal, so that every token goes on working.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table api_keys (
    id uuid primary key,
    team_id uuid references teams (id) on delete cascade,
    reference_id uuid not null references users (id) on delete cascade,
    config_id text not null default 'default',
    name text,
    start text,
    prefix text,
    key text not null unique,
    scopes text[] not null default '{read}' check (scopes <@ array['read', 'deploy', 'configure', 'admin']),
    enabled boolean not null default true,
    refill_interval bigint,
    refill_amount integer,
    last_refill_at timestamptz,
    rate_limit_enabled boolean not null default false,
    rate_limit_time_window bigint,
    rate_limit_max integer,
    request_count integer not null default 0,
    remaining integer,
    last_request timestamptz,
    expires_at timestamptz,
    permissions text,
    metadata text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
  )`.execute(db)
  await sql`create index api_keys_team_created on api_keys (team_id, created_at)`.execute(db)
  await sql`create index api_keys_reference_id on api_keys (reference_id)`.execute(db)
  await sql`insert into users (id, name, email, is_service)
    select t.id, 'automation', 'automation+' || t.slug || '@kyozo.invalid', true from teams t`.execute(db)
  await sql`insert into members (id, team_id, user_id, role) select gen_random_uuid(), id, id, 'owner' from teams`.execute(db)
  await sql`insert into api_keys (id, team_id, reference_id, name, key, scopes, enabled, expires_at, created_at, updated_at)
    select id, team_id, team_id, name, rtrim(translate(encode(decode(token_hash, 'hex'), 'base64'), '+/', '-_'), '='),
      '{read,deploy,configure,admin}', revoked_at is null, expires_at, created_at, created_at
    from api_tokens`.execute(db)
  await db.schema.dropTable('api_tokens').execute()
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`create table api_tokens (
    id uuid primary key,
    team_id uuid not null references teams (id) on delete cascade,
    name text not null,
    token_hash text not null unique,
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    revoked_at timestamptz,
    constraint api_tokens_team_name unique (team_id, name)
  )`.execute(db)
  // A name may be given to several keys now; the older ones get the start of their id.
  await sql`insert into api_tokens (id, team_id, name, token_hash, created_at, expires_at, revoked_at)
    select id, team_id,
      coalesce(name, 'token') || case when row_number() over (partition by team_id, name order by created_at desc) = 1 then '' else ' ' || id end,
      encode(decode(translate(key, '-_', '+/') || '=', 'base64'), 'hex'), created_at, expires_at, case when enabled then null else now() end
    from api_keys where team_id is not null and 'admin' = any (scopes)`.execute(db)
  await db.schema.dropTable('api_keys').execute()
  await sql`delete from users where is_service`.execute(db)
}
