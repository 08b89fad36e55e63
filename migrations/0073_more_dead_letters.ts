import { type Kysely, sql } from 'kysely'

const before = [
  ...['internal', 'store_unavailable', 'engine_unavailable', 'child_timed_out', 'disk_full', 'overloaded'],
  ...['repository_unreachable', 'repository_away', 'pull_failed', 'forge_unavailable'],
]
const added = ['repository_unauthorized', 'repository_not_found', 'repository_corrupt', 'secret_unreadable']

// A credential that ran out, a repository that was renamed, a mirror that broke and a key that is missing are no commit's fault either: once a person has
// mended that, the release is tried again from the same list.
export async function up(db: Kysely<unknown>): Promise<void> {
  await replaceFunction(db, [...before, ...added])
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await replaceFunction(db, before)
}

async function replaceFunction(db: Kysely<unknown>, codes: readonly string[]): Promise<void> {
  const list = sql.join(codes.map((code) => sql.lit(code)))
  await sql`create or replace function kyozo_is_kyozos_fault(code text) returns boolean immutable language sql return code in (${list})`.execute(
    db,
  )
}
