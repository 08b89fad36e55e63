// Changing a row only if it is still as it was read: the check and the change are one transaction.
import { sql } from 'kysely'
import { KyozoError } from '../errors.ts'
import type { Database, Executor } from './database.ts'
import type { ReadTable } from './reading.ts'

export interface Expected {
  readonly table: ReadTable
  readonly id: string
  /** As it was read with the row. */
  readonly version: string
}

/**
 * The database as it is, but for its next transaction: that one locks the row first, and throws `precondition_failed` when somebody has changed it.
 * Whoever changes rows in a transaction needs to know nothing of it. `seen` gives the row once it was read.
 */
export function expectingVersion(db: Database, seen: () => Expected | undefined): Database {
  let isChecked = false
  const transaction = () => {
    const begun = db.transaction()
    const expected = seen()
    if (isChecked || expected === undefined) return begun
    isChecked = true
    const execute = <T>(work: (trx: Executor) => Promise<T>) =>
      begun.execute(async (trx) => {
        await check(trx, expected)
        return work(trx)
      })
    return { execute }
  }
  return new Proxy(db, {
    get(target, name) {
      if (name === 'transaction') return transaction
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

async function check(trx: Executor, { table, id, version }: Expected): Promise<void> {
  const { rows } = await sql<{
    version: string
  }>`select xmin::text as version from ${sql.table(table)} where id = ${id} for update`.execute(trx)
  if (rows[0]?.version === version) return
  throw new KyozoError('precondition_failed', 'the resource has changed since it was read', {
    hint: 'read it again, and send the new ETag as If-Match',
  })
}
