import { type Kysely, sql } from 'kysely'

// What is known of a pull request, whether or not a preview of it runs: the host's own id is what it is matched by. How far the code of an environment is
// trusted stands with it, so that whoever mends it makes nothing looser.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table pull_requests (
    id uuid primary key,
    team_id uuid not null references teams (id) on delete cascade,
    workspace_id uuid not null references workspaces (id) on delete cascade,
    host_id text not null,
    number integer not null check (number > 0),
    state text not null check (state in ('open', 'merged', 'closed')),
    title text not null,
    url text not null,
    author text not null,
    ref text not null,
    head_sha text not null,
    head_since timestamptz not null default now(),
    head_ref text not null,
    base_ref text not null,
    is_fork boolean not null,
    is_draft boolean not null,
    labels text[] not null default '{}',
    host_updated_at timestamptz,
    -- Counts what was learned of it: who has looked meanwhile at something older starts again.
    revision integer not null default 0,
    environment_id uuid references environments (id) on delete set null,
    held text check (held in ('off', 'draft', 'approval', 'destroyed', 'expired', 'evicted', 'full', 'failed', 'nothing')),
    held_reason text,
    held_sha text,
    approved_sha text,
    approved_by text,
    approved_at timestamptz,
    review jsonb,
    review_sha text,
    last_used_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    closed_at timestamptz,
    unique (workspace_id, host_id)
  )`.execute(db)
  await sql`alter table environments add column trust text not null default 'trusted' check (trust in ('trusted', 'preview', 'fork')),
    add column life_seconds integer check (life_seconds > 0)`.execute(db)
  await sql`alter table ledger_checks drop constraint ledger_checks_kind_check,
    add constraint ledger_checks_kind_check check (kind in ('branches', 'deliveries', 'pull_requests'))`.execute(db)
  await sql`create index pull_requests_team_workspace on pull_requests (team_id, workspace_id, state)`.execute(db)
  await sql`create index pull_requests_team on pull_requests (team_id, id)`.execute(db)
  await sql`create index pull_requests_environment on pull_requests (environment_id)`.execute(db)
  await tell(db)
}

// Told of as everything else that happens (0036).
async function tell(db: Kysely<unknown>): Promise<void> {
  await sql`create function kyozo_tell_pull_requests() returns trigger language plpgsql as $$
    begin
      insert into live_inbox (id, team_id, workspace_id, environment_id, service_instance_id, release_id, resource_type, resource_id, action, data)
      values (kyozo_live_inbox_id(), new.team_id, new.workspace_id, new.environment_id, null, null, 'pull_requests', new.id::text,
        case tg_op when 'INSERT' then 'created' else 'updated' end,
        jsonb_build_object('number', new.number, 'state', new.state, 'head_sha', new.head_sha, 'held', new.held, 'held_reason', new.held_reason));
      return null;
    end $$`.execute(db)
  await sql`create constraint trigger pull_requests_live_rows after insert on pull_requests
    deferrable initially deferred for each row execute function kyozo_tell_pull_requests()`.execute(db)
  await sql`create constraint trigger pull_requests_live_changes after update on pull_requests
    deferrable initially deferred for each row
    when (old.revision is distinct from new.revision or old.environment_id is distinct from new.environment_id)
    execute function kyozo_tell_pull_requests()`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table ledger_checks drop constraint ledger_checks_kind_check,
    add constraint ledger_checks_kind_check check (kind in ('branches', 'deliveries')) not valid`.execute(db)
  await sql`alter table environments drop column trust, drop column life_seconds`.execute(db)
  await sql`drop table pull_requests`.execute(db)
  await sql`drop function kyozo_tell_pull_requests()`.execute(db)
}
