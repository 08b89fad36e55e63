import { type Kysely, sql } from 'kysely'

// Git hosts are told more than statuses, and what is changed in place has a name there. Which hosts there are is the program's to know. Rows that are
// there are not looked at: the old rule was narrower.
const hosts = [
  ['workspaces', 'workspaces_forge_check'],
  ['deliveries', 'deliveries_forge_check'],
  ['forge_connections', 'forge_connections_forge_check'],
  ['ledger_checks', 'ledger_checks_forge_check'],
] as const

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const [table, check] of hosts) await sql`alter table ${sql.table(table)} drop constraint ${sql.ref(check)}`.execute(db)
  await sql`alter table outbox drop constraint outbox_kind_check,
    add constraint outbox_kind_check check (kind in ('status', 'comment', 'reply', 'reaction', 'deployment', 'check', 'notification')) not valid,
    add column remote_id text`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table outbox drop column remote_id, drop constraint outbox_kind_check,
    add constraint outbox_kind_check check (kind in ('status', 'comment', 'deployment', 'notification')) not valid`.execute(db)
  for (const [table, check] of hosts)
    await sql`alter table ${sql.table(table)} add constraint ${sql.ref(check)} check (forge in ('git', 'github', 'gitea', 'gitlab')) not valid`.execute(
      db,
    )
}
