// What came of comparing the ledger with Git hosts. Checks that find the same as the one before share its row, so that the rows tell what happened.
import { type Selectable, sql } from 'kysely'
import { newId } from '../ids.ts'
import type { Executor } from './database.ts'
import type { LedgerCheckTable, LedgerFinding } from './tables/forges.ts'
import type { ForgeName } from './tables/git.ts'

export type LedgerCheck = Selectable<LedgerCheckTable>

/** What was compared: a workspace's repository, or all that a connection's app is sent. */
export interface CheckSubject {
  readonly teamId: string
  readonly workspaceId: string | null
  readonly forge: ForgeName
  readonly connection: string | null
  readonly kind: LedgerCheck['kind']
}

export interface CheckResult {
  readonly compared: number
  readonly missed: number
  readonly recovered: number
  readonly askedAgain: number
  readonly words: string
  readonly error: string | null
  readonly completeUntil?: Date
  readonly found: readonly LedgerFinding[]
}

/** Stores what a check found. True when it is news: something was missed, or it went otherwise than the time before. */
export async function recordCheck(db: Executor, subject: CheckSubject, { found, ...result }: CheckResult): Promise<boolean> {
  const last = await lastCheck(db, subject)
  const isSame =
    last !== undefined && result.missed === 0 && last.missed === 0 && last.words === result.words && last.error === result.error
  if (isSame) {
    const { compared, completeUntil } = result
    const change = { compared, ...(completeUntil === undefined ? {} : { completeUntil }), checkedAt: sql<Date>`clock_timestamp()` }
    await db
      .updateTable('ledgerChecks')
      .set({ ...change, checks: sql<number>`checks + 1` })
      .where('id', '=', last.id)
      .execute()
    return false
  }
  await db
    .insertInto('ledgerChecks')
    .values({ ...subject, ...result, id: newId(), found: JSON.stringify(found) })
    .execute()
  return true
}

/** Until when everything that was sent is known to be in the ledger, or named; undefined when that was never seen. What lies ahead of now says nothing. */
export async function completeUntil(db: Executor, subject: CheckSubject, now: Date): Promise<Date | undefined> {
  const row = await checksOf(db, subject)
    .where('completeUntil', '<=', now)
    .select((eb) => eb.fn.max('completeUntil').as('until'))
    .executeTakeFirst()
  return row?.until ?? undefined
}

function lastCheck(db: Executor, subject: CheckSubject): Promise<LedgerCheck | undefined> {
  return checksOf(db, subject).selectAll().orderBy('checkedAt', 'desc').limit(1).executeTakeFirst()
}

function checksOf(db: Executor, { kind, connection, workspaceId }: CheckSubject) {
  return db
    .selectFrom('ledgerChecks')
    .where('kind', '=', kind)
    .where('connection', 'is not distinct from', connection)
    .where('workspaceId', 'is not distinct from', workspaceId)
}
