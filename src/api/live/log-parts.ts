// Lines of a log as they are told: a batch may be megabytes, an event is not. Parts of what was just written are read once for everybody.
import type { Database } from '../../store/database.ts'
import type { LiveRow } from '../../store/live.ts'
import { readLogRange, type StoredLine } from '../../store/logs.ts'

const linesInPart = 200
const charactersInPart = 128 * 1024
/** Some seconds of the logs that are followed now. */
const keptParts = 32

export interface LogPart {
  readonly lines: readonly StoredLine[]
  /** Whether the batch goes on behind it. */
  readonly isLast: boolean
}

export interface LogParts {
  /** The lines of a batch after a sequence number, as many as fit into one event. */
  next(row: LiveRow, after: string): Promise<LogPart>
}

export function createLogParts(db: Database): LogParts {
  const kept = new Map<string, Promise<LogPart>>()
  const read = async (row: LiveRow, after: string): Promise<LogPart> => {
    const lines = await readLogRange(db, row.releaseId ?? '', { after, until: String(row.data.to), limit: linesInPart + 1 })
    const count = fittingCount(lines.slice(0, linesInPart))
    return { lines: lines.slice(0, count), isLast: count === lines.length }
  }
  return {
    next(row, after) {
      const key = `${row.position} ${after}`
      const known = kept.get(key)
      if (known !== undefined) return known
      const part = read(row, after)
      kept.set(key, part)
      if (kept.size > keptParts) kept.delete(kept.keys().next().value!)
      part.catch(() => kept.delete(key))
      return part
    },
  }
}

/** The first always fits: a line is far shorter than a part. */
function fittingCount(lines: readonly StoredLine[]): number {
  let characters = 0
  for (const [at, { text }] of lines.entries()) {
    characters += text.length
    if (at > 0 && characters > charactersInPart) return at
  }
  return lines.length
}
