// The rate limiter speaks to PostgreSQL as pg's pool does; this is that, on kyozo's own connections. Its table is rate_limits.
import { CompiledQuery } from 'kysely'
import type { Database } from './database.ts'

export interface StatementRunner {
  query(statement: {
    readonly text: string
    readonly values?: readonly unknown[]
  }): Promise<{ readonly rows: unknown[]; readonly rowCount: number }>
}

export const rateLimitTable = 'rate_limits'

export function statementRunner(db: Database): StatementRunner {
  return {
    async query({ text, values = [] }) {
      const { rows, numAffectedRows } = await db.executeQuery(CompiledQuery.raw(text, [...values]))
      return { rows, rowCount: Number(numAffectedRows ?? rows.length) }
    },
  }
}
