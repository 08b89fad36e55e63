// What kyozo proposed of compose.kyozo.yaml, and what became of the pull requests that hold it.
import { type Selectable, sql } from 'kysely'
import type { Executor } from './database.ts'
import { databaseNow } from './instance.ts'
import type { ComposeProposalTable } from './tables/compose-files.ts'

export type ComposeProposal = Selectable<ComposeProposalTable>

/** Proposals of one repository; the oldest give way. What is forgotten may be proposed once more. */
const proposalsKept = 200

interface ProposalKey {
  readonly workspaceId: string
  readonly intoRef: string
  readonly changeKey: string
}

export function findProposal(db: Executor, { workspaceId, intoRef, changeKey }: ProposalKey): Promise<ComposeProposal | undefined> {
  return db
    .selectFrom('composeProposals')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('intoRef', '=', intoRef)
    .where('changeKey', '=', changeKey)
    .executeTakeFirst()
}

export async function putProposal(
  trx: Executor,
  { number, url, state, headSha, ...proposal }: ProposalKey & Pick<ComposeProposal, 'teamId' | 'number' | 'url' | 'state' | 'headSha'>,
): Promise<void> {
  const facts = { number, url, state, headSha, updatedAt: databaseNow }
  // What the same pull request held before is proposed no longer.
  if (number !== null)
    await trx
      .deleteFrom('composeProposals')
      .where('workspaceId', '=', proposal.workspaceId)
      .where('number', '=', number)
      .where('state', '=', 'open')
      .where('changeKey', '!=', proposal.changeKey)
      .execute()
  await trx
    .insertInto('composeProposals')
    .values({ ...proposal, ...facts })
    .onConflict((conflict) => conflict.columns(['workspaceId', 'intoRef', 'changeKey']).doUpdateSet(facts))
    .execute()
  await sql`delete from compose_proposals where ctid = any(array(select ctid from compose_proposals
    where workspace_id = ${proposal.workspaceId} order by updated_at desc offset ${proposalsKept}))`.execute(trx)
}

interface Numbered {
  readonly workspaceId: string
  readonly number: number
}

/** The newest that was proposed by this pull request, whatever became of it. */
export function findProposalByNumber(db: Executor, { workspaceId, number }: Numbered): Promise<ComposeProposal | undefined> {
  return db
    .selectFrom('composeProposals')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('number', '=', number)
    .orderBy(sql`state = 'open'`, 'desc')
    .orderBy('updatedAt', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** The numbers of those that are not known to be over. */
export async function openProposals(db: Executor, workspaceId: string): Promise<readonly number[]> {
  const open = await db
    .selectFrom('composeProposals')
    .select('number')
    .where('workspaceId', '=', workspaceId)
    .where('state', '=', 'open')
    .where('number', 'is not', null)
    .execute()
  return [...new Set(open.flatMap(({ number }) => number ?? []))]
}

/** What the host says of a pull request of kyozo's. */
export async function noteProposal(
  trx: Executor,
  { workspaceId, number, state, headSha }: Numbered & { readonly state: ComposeProposal['state']; readonly headSha: string },
): Promise<void> {
  await trx
    .updateTable('composeProposals')
    .set({ state, headSha, updatedAt: databaseNow })
    .where('workspaceId', '=', workspaceId)
    .where('number', '=', number)
    .where((where) => where.or([where('state', '!=', state), where('headSha', 'is distinct from', headSha)]))
    .execute()
}

/** Where kyozo could push a branch and nothing else, a person opened the pull request. */
export async function numberProposals(
  trx: Executor,
  { workspaceId, number, intoRef, url }: Numbered & { readonly intoRef: string; readonly url: string },
): Promise<void> {
  await trx
    .updateTable('composeProposals')
    .set({ number, url, updatedAt: databaseNow })
    .where('workspaceId', '=', workspaceId)
    .where('intoRef', '=', intoRef)
    .where('state', '=', 'open')
    .where('number', 'is', null)
    .execute()
}

/** Whether an open proposal of kyozo's leads to the commit, and that is its own. */
export async function isProposedAt(db: Executor, { workspaceId, sha }: { readonly workspaceId: string; readonly sha: string }) {
  const proposal = await db
    .selectFrom('composeProposals')
    .select('number')
    .where('workspaceId', '=', workspaceId)
    .where('headSha', '=', sha)
    .where('state', '=', 'open')
    .where((where) =>
      where.exists(where.selectFrom('composeCommits').select('sha').where('workspaceId', '=', workspaceId).where('sha', '=', sha)),
    )
    .limit(1)
    .executeTakeFirst()
  return proposal !== undefined
}
