import { type Kysely, sql } from 'kysely'

// What came of comparing the ledger with the Git host: its branches, and its own list of deliveries. Checks that find the same nothing share a row.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table ledger_checks (
    id uuid primary key,
    team_id uuid not null references teams (id) on delete cascade,
    workspace_id uuid references workspaces (id) on delete cascade,
    forge text not null check (forge in ('git', 'github', 'gitea', 'gitlab')),
    connection text,
    kind text not null check (kind in ('branches', 'deliveries')),
    began_at timestamptz not null default now(),
    checked_at timestamptz not null default now(),
    checks integer not null default 1,
    compared integer not null default 0,
    missed integer not null default 0,
    recovered integer not null default 0,
    asked_again integer not null default 0,
    words text not null,
    error text,
    complete_until timestamptz,
    found jsonb not null default '[]'
  )`.execute(db)
  await sql`create index ledger_checks_team on ledger_checks (team_id, id)`.execute(db)
  await sql`create index ledger_checks_workspace on ledger_checks (workspace_id, id)`.execute(db)
  await sql`create index ledger_checks_newest on ledger_checks (kind, connection, workspace_id, checked_at)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('ledger_checks').execute()
}
