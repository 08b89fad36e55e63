// What a process held when it died is free when its time is over. Time that was given while the clock of the database was ahead is over when the
// clock comes there again, which may take days after it was put right. Whoever lives renews what it holds within seconds: what stays as it is for
// longer, by a clock that nobody puts back, has no holder.
import { sql } from 'kysely'
import type { Executor } from './database.ts'

const held = [
  { table: 'releases', isOpen: sql`state = 'running'`, key: 'id', until: 'lease_expires_at' },
  { table: 'operations', isOpen: sql`finished_at is null`, key: 'id', until: 'lease_expires_at' },
  { table: 'repairs', isOpen: sql`state = 'running'`, key: 'id', until: 'lease_expires_at' },
  { table: 'duties', isOpen: sql`true`, key: 'name', until: 'held_until' },
] as const

/** Longer than anything is held, or put off until it is tried again. */
const plausibleSeconds = 600
/** Longer than any holder lets pass before it renews. */
const patienceMs = 60_000

export interface OverlongLeases {
  /** Ends those that stood as they are since a call that is longer ago than a holder waits. Gives how many. */
  end(db: Executor): Promise<number>
}

/** `now` gives milliseconds that only ever grow. */
export function createOverlongLeases(now: () => number = () => performance.now()): OverlongLeases {
  let seen = new Map<string, number>()
  return {
    async end(db) {
      const found = new Map<string, number>()
      let ended = 0
      for (const place of held) {
        for (const lease of await overlongIn(db, place)) {
          const name = `${place.table} ${lease.key} ${lease.until}`
          const since = seen.get(name) ?? now()
          if (now() - since < patienceMs) found.set(name, since)
          else ended += await endOne(db, place, lease)
        }
      }
      seen = found
      return ended
    },
  }
}

type Place = (typeof held)[number]

interface Overlong {
  readonly key: string
  /** As PostgreSQL writes it: a `Date` has no microseconds. */
  readonly until: string
}

async function overlongIn(db: Executor, { table, isOpen, key, until }: Place): Promise<readonly Overlong[]> {
  const { rows } = await sql<Overlong>`select ${sql.ref(key)}::text as key, ${sql.ref(until)}::text as until from ${sql.table(table)}
    where ${isOpen} and ${sql.ref(until)} > now() + make_interval(secs => ${plausibleSeconds})`.execute(db)
  return rows
}

/** One that was renewed since is another's. */
async function endOne(db: Executor, { table, key, until }: Place, lease: Overlong): Promise<number> {
  const { numAffectedRows } = await sql`update ${sql.table(table)} set ${sql.ref(until)} = now() - interval '1 second'
    where ${sql.ref(key)}::text = ${lease.key} and ${sql.ref(until)} = ${lease.until}::timestamptz`.execute(db)
  return Number(numAffectedRows ?? 0)
}
