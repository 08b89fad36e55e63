import { type Kysely, sql } from 'kysely'

// Webhooks that kyozo made, or was asked to see to: what becomes of them at the host is put right at each check.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table workspaces add column keeps_webhook boolean not null default false`.execute(db)
  await sql`alter table ledger_checks drop constraint ledger_checks_kind_check,
    add constraint ledger_checks_kind_check check (kind in ('branches', 'deliveries', 'pull_requests', 'webhook')) not valid`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table ledger_checks drop constraint ledger_checks_kind_check,
    add constraint ledger_checks_kind_check check (kind in ('branches', 'deliveries', 'pull_requests')) not valid`.execute(db)
  await sql`alter table workspaces drop column keeps_webhook`.execute(db)
}
