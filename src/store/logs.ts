// What a release prints, written in batches so that a build's output does not cost a transaction a line. Redacted before it comes here.
import { sql } from 'kysely'
import type { Database, Executor } from './database.ts'

/** Kept per release; a build that prints more is cut with a line that says so. */
export const logLimitBytes = 10 * 1024 ** 2
/** One line of output; longer ones are cut. */
export const lineLimitCharacters = 16 * 1024
const flushMs = 100
/** PostgreSQL takes 65,535 values in one statement, and a line has five. */
const rowsAtOnce = 5_000

export interface LogLine {
  readonly stream: 'release' | 'build'
  readonly service?: string
  readonly text: string
}

export interface LogWriter {
  write(line: LogLine): void
  /** Everything written so far is stored when this resolves. */
  flush(): Promise<void>
  close(): Promise<void>
}

/** `notify` is called after each stored batch. */
export function createLogWriter(
  db: Database,
  options: { readonly releaseId: string; readonly redact: (text: string) => string; readonly notify: () => Promise<void> },
): LogWriter {
  let pending: LogLine[] = []
  let left = logLimitBytes
  let storing: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  const store = async () => {
    const batch = pending
    pending = []
    if (batch.length === 0) return
    for (let at = 0; at < batch.length; at += rowsAtOnce) await insertLines(db, options.releaseId, batch.slice(at, at + rowsAtOnce))
    await options.notify()
  }
  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    // One batch after the other keeps the order. A batch that cannot be stored must not stop the release: the next flush reports it.
    storing = storing.catch(() => undefined).then(store)
    return storing
  }
  return {
    write(line) {
      // What kyozo itself says is little, and the verdicts among it come last.
      const isLimited = line.stream === 'build'
      if (isLimited && left <= 0) return
      const text = options.redact(line.text).slice(0, lineLimitCharacters)
      if (isLimited) left -= text.length + 1
      pending.push(
        !isLimited || left > 0
          ? { ...line, text }
          : { stream: line.stream, text: `output beyond ${logLimitBytes / 1024 ** 2} MiB is not kept` },
      )
      timer ??= setTimeout(() => void flush().catch(() => undefined), flushMs)
    },
    flush,
    async close() {
      await flush()
    },
  }
}

/**
 * Stores lines and tells of them, in one transaction. Batches of one release take turns: a worker that lost its lease may still be writing, and who
 * reads by sequence number must never be overtaken by a smaller one.
 */
async function insertLines(db: Database, releaseId: string, lines: readonly LogLine[]): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(${logTurns}, hashtext(${releaseId}))`.execute(trx)
    const { teamId } = await trx.selectFrom('releases').select('teamId').where('id', '=', releaseId).executeTakeFirstOrThrow()
    await trx
      .with('stored', (cte) =>
        cte
          .insertInto('logChunks')
          .values(
            // PostgreSQL text cannot hold NUL.
            lines.map((line) => ({
              teamId,
              releaseId,
              stream: line.stream,
              service: line.service ?? null,
              text: line.text.replaceAll('\0', '\uFFFD'),
            })),
          )
          .returning('sequence'),
      )
      .insertInto('liveLogBatches')
      .columns(['releaseId', 'fromSequence', 'toSequence'])
      .expression((from) =>
        from
          .selectFrom('stored')
          .select(({ fn, val }) => [
            sql<string>`${val(releaseId)}::uuid`.as('releaseId'),
            fn.min('sequence').as('fromSequence'),
            fn.max('sequence').as('toSequence'),
          ]),
      )
      .execute()
  })
}

/** The kind of lock that a release's batches take. */
const logTurns = 7062

/** Lines of a stretch, oldest first: the batches of a release follow each other without overlapping. */
export function readLogRange(
  db: Executor,
  releaseId: string,
  range: { readonly after: string; readonly until: string; readonly limit: number },
): Promise<StoredLine[]> {
  return db
    .selectFrom('logChunks')
    .select(['sequence', 'stream', 'service', 'text', 'recordedAt'])
    .where('releaseId', '=', releaseId)
    .where('sequence', '>', range.after)
    .where('sequence', '<=', range.until)
    .orderBy('sequence')
    .limit(range.limit)
    .execute()
}

export interface StoredLine {
  readonly sequence: string
  readonly stream: 'release' | 'build'
  readonly service: string | null
  readonly text: string
  readonly recordedAt: Date
}

/** Lines after a sequence number, oldest first; with `services`, the release's own and theirs. */
export function readLog(
  db: Executor,
  releaseId: string,
  page: { readonly after: string; readonly limit: number; readonly stream?: 'release' | 'build'; readonly services?: readonly string[] },
): Promise<StoredLine[]> {
  let query = db
    .selectFrom('logChunks')
    .select(['sequence', 'stream', 'service', 'text', 'recordedAt'])
    .where('releaseId', '=', releaseId)
    .where('sequence', '>', page.after)
  const { stream, services } = page
  if (stream !== undefined) query = query.where('stream', '=', stream)
  if (services !== undefined)
    query = query.where((where) =>
      where.or([where('service', 'is', null), where('service', '=', sql<string>`any(${[...services]}::text[])`)]),
    )
  return query.orderBy('sequence').limit(page.limit).execute()
}
