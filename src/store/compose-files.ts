// What is remembered of compose.kyozo.yaml: the file that each environment found, the texts that were generated for a repository, and which of its commits
// are kyozo's own.
import { type Selectable, sql } from 'kysely'
import type { CommittedMemory, Settled } from '../stack/committed/base.ts'
import type { Committed } from '../stack/edits/with-edits.ts'
import type { Executor } from './database.ts'
import { databaseNow } from './instance.ts'
import type { CommitBack, ComposeFileTable } from './tables/compose-files.ts'

export type ComposeFile = Selectable<ComposeFileTable>

interface Place {
  readonly teamId: string
  readonly workspaceId: string
}

/** Commits of one repository; the oldest give way. One that is forgotten is taken for a person's, whose release changes nothing. */
const commitsKept = 1_000

/** Texts of one repository; the oldest give way. A file that nobody remembers is compared with nothing, and keeps all that it says. */
const textsKept = 200

export interface RememberedFor {
  readonly workspaceId: string
  /** What runs its branch; null when nothing does. */
  readonly environmentId: string | null
  /** That of the file; null when there is none. */
  readonly key: string | null
}

/** What a file is compared with. */
export async function composeMemory(db: Executor, { workspaceId, environmentId, key }: RememberedFor): Promise<CommittedMemory> {
  const file = environmentId === null ? undefined : await findComposeFile(db, environmentId)
  const last = file?.last == null ? {} : { last: file.last }
  if (key === null) return last
  // Whether anything was ever written counts too, so the newest one is taken where none is of this file.
  const rows = await db
    .selectFrom('composeTexts')
    .select(['key', 'generated'])
    .where('workspaceId', '=', workspaceId)
    .orderBy(sql`key = ${key}`, 'desc')
    .orderBy('createdAt', 'desc')
    .limit(1)
    .execute()
  return { ...last, settled: new Map(rows.map((row) => [row.key, row.generated])) }
}

export function findComposeFile(db: Executor, environmentId: string): Promise<ComposeFile | undefined> {
  return db.selectFrom('composeFiles').selectAll().where('environmentId', '=', environmentId).executeTakeFirst()
}

export interface FoundFile extends Place {
  readonly environmentId: string
  readonly releaseId: string
  readonly sha: string
  /** Null when it needs nothing. */
  readonly found: Committed | null
}

/** The file that a release found; that of an earlier one does not count any more. */
export async function putComposeFile(trx: Executor, { found, ...file }: FoundFile): Promise<void> {
  await overtakeWaiting(trx, file.environmentId)
  const facts = { releaseId: file.releaseId, sha: file.sha, found: found === null ? null : JSON.stringify(found), updatedAt: databaseNow }
  await trx
    .insertInto('composeFiles')
    .values({ ...file, ...facts })
    .onConflict((conflict) => conflict.column('environmentId').doUpdateSet(facts))
    .execute()
}

/** Who still waits waits no more: the newer release decides. */
async function overtakeWaiting(trx: Executor, environmentId: string): Promise<void> {
  const told: CommitBack = { state: 'nothing', words: 'a newer release decides what compose.kyozo.yaml should be' }
  await trx
    .updateTable('releases')
    .set({ commitBack: JSON.stringify(told) })
    .where('id', 'in', (from) =>
      from.selectFrom('composeFiles').select('composeFiles.releaseId').where('environmentId', '=', environmentId),
    )
    .where(sql<boolean>`commit_back ->> 'state' = 'waiting'`)
    .execute()
}

/** Remembers what a file needs nothing more of. */
export async function settleComposeFile(
  trx: Executor,
  { environmentId, releaseId, ...place }: Place & Pick<ComposeFile, 'environmentId' | 'releaseId'>,
  { last, adopted }: Settled,
): Promise<void> {
  await trx
    .updateTable('composeFiles')
    .set({ last, found: null, updatedAt: databaseNow })
    .where('environmentId', '=', environmentId)
    // What a newer release has found meanwhile is still to be written.
    .where('releaseId', 'is not distinct from', releaseId)
    .execute()
  if (adopted !== undefined) await rememberText(trx, place, { key: adopted, generated: last })
}

export async function markWritten(trx: Executor, environmentId: string): Promise<void> {
  await trx.updateTable('composeFiles').set({ writtenAt: databaseNow }).where('environmentId', '=', environmentId).execute()
}

/** Stored before it is pushed: whoever finds it in a file later must know what it was compared with. */
export async function rememberText(
  trx: Executor,
  { teamId, workspaceId }: Place,
  { key, generated }: { readonly key: string; readonly generated: string },
): Promise<void> {
  await trx
    .insertInto('composeTexts')
    .values({ teamId, workspaceId, key, generated })
    .onConflict((conflict) => conflict.columns(['workspaceId', 'key']).doUpdateSet({ generated, createdAt: sql`clock_timestamp()` }))
    .execute()
  await trx
    .deleteFrom('composeTexts')
    .where('workspaceId', '=', workspaceId)
    .where('key', 'not in', (from) =>
      from.selectFrom('composeTexts').select('key').where('workspaceId', '=', workspaceId).orderBy('createdAt', 'desc').limit(textsKept),
    )
    .execute()
}

/** Stored before it is pushed, since its host tells of it at once. */
export async function rememberCommit(
  trx: Executor,
  { teamId, workspaceId }: Place,
  { sha, released, saysWhatRuns, proposedInto }: OwnCommit,
): Promise<void> {
  await trx
    .insertInto('composeCommits')
    .values({ teamId, workspaceId, sha, released, saysWhatRuns, proposedInto: [...proposedInto] })
    // The same commit may be proposed where its branch did not take it, and for another branch that leads to the same.
    .onConflict((conflict) =>
      conflict.columns(['workspaceId', 'sha']).doUpdateSet({
        proposedInto: sql<string[]>`array(select distinct unnest(compose_commits.proposed_into || excluded.proposed_into))`,
      }),
    )
    .execute()
  await trx
    .deleteFrom('composeCommits')
    .where('workspaceId', '=', workspaceId)
    .where('sha', 'not in', (from) =>
      from
        .selectFrom('composeCommits')
        .select('sha')
        .where('workspaceId', '=', workspaceId)
        .orderBy('createdAt', 'desc')
        .limit(commitsKept),
    )
    .execute()
}

export interface OwnCommit {
  readonly sha: string
  /** The released commit that it comes after, at once or after others of kyozo's own. */
  readonly released: string
  /** Whether its file says what that commit runs. */
  readonly saysWhatRuns: boolean
  /** The refs that it was proposed for; none where it was pushed to its branch itself. */
  readonly proposedInto: readonly string[]
}

/** A commit that this kyozo made; undefined for anybody else's. */
export function findOwnCommit(db: Executor, workspaceId: string, sha: string): Promise<OwnCommit | undefined> {
  return db
    .selectFrom('composeCommits')
    .select(['sha', 'released', 'saysWhatRuns', 'proposedInto'])
    .where('workspaceId', '=', workspaceId)
    .where('sha', '=', sha)
    .executeTakeFirst()
}

export async function tellCommitBack(trx: Executor, releaseId: string, told: CommitBack): Promise<void> {
  await trx
    .updateTable('releases')
    .set({ commitBack: JSON.stringify(told) })
    .where('id', '=', releaseId)
    .execute()
}
