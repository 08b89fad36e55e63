// One reader a process: reads what happened from the database when a notification or the clock says so, keeps the newest in memory, and wakes who
// follows it. Subscribers hold a position and nothing else; whoever is far behind reads the database itself (subscription.ts).
import type { Log } from '../../log.ts'
import type { Database } from '../../store/database.ts'
import { type LiveRow, liveRange, orderLive, readLive } from '../../store/live.ts'
import type { Notifications } from '../../store/notify.ts'

/** A notification may get lost. */
const lookMs = 1_000
/** Of what ends at the same time one notifies (migration 0036): while something happens, what came with it is looked for. */
const lookAgainMs = 30
const busyMs = 500
/** Events in memory, for all subscribers together: a client that reads steadily never needs the database. */
const keptInMemory = 4_096
const pageRows = 1_000

export interface Feed {
  /** Everything up to this position was read, or lies before anybody followed. */
  head(): number
  /** At most `limit` events after a position, oldest first; undefined when memory does not reach back so far. */
  recent(after: number, limit: number): readonly LiveRow[] | undefined
  /** Begins to follow; resolves when `head` is the present. `onEvent` gets the head before the events that came. */
  join(keys: readonly string[], onEvent: (headBefore: number) => void): Promise<() => void>
  close(): Promise<void>
}

export function createFeed({
  db,
  notifications,
  log,
}: {
  readonly db: Database
  readonly notifications: Notifications
  readonly log: Log
}): Feed {
  const followers = new Map<string, Set<(headBefore: number) => void>>()
  let followerCount = 0
  let kept: LiveRow[] = []
  let keptAfter = 0
  let head = 0
  let isAsked = false
  let isPrimed = false
  let busyUntil = 0
  let again: NodeJS.Timeout | undefined
  let working: Promise<void> = Promise.resolve()
  const inTurn = (work: () => Promise<void>) => {
    const done = working.then(work)
    working = done.catch((error: unknown) => log.warn({ error }, 'what happened could not be read, and is read again soon'))
    return done
  }
  const take = (rows: readonly LiveRow[]) => {
    const headBefore = head
    head = rows.at(-1)!.position
    kept.push(...rows)
    if (kept.length > keptInMemory * 1.5) {
      kept = kept.slice(-keptInMemory)
      keptAfter = kept[0]!.position - 1
    }
    const woken = new Set(rows.flatMap(keysOf).flatMap((key) => [...(followers.get(key) ?? [])]))
    for (const wake of woken) wake(headBefore)
  }
  const read = async () => {
    isAsked = false
    while (isPrimed && followerCount > 0) {
      await orderLive(db)
      const rows = await readLive(db, { after: head, limit: pageRows })
      if (rows.length > 0) {
        busyUntil = performance.now() + busyMs
        take(rows)
      }
      if (rows.length < pageRows) break
    }
    if (performance.now() < busyUntil) again ??= setTimeout(look, lookAgainMs)
  }
  const look = () => {
    clearTimeout(again)
    again = undefined
    if (isAsked || followerCount === 0) return
    isAsked = true
    inTurn(read).catch(() => undefined)
  }
  const off = notifications.on('live', () => {
    busyUntil = performance.now() + busyMs
    look()
  })
  const timer = setInterval(look, lookMs)
  /** Nobody followed, so nothing was read: what happened meanwhile is left to those who resume. */
  const skipToPresent = async () => {
    await orderLive(db)
    head = (await liveRange(db)).last
    kept = []
    keptAfter = head
    isPrimed = true
  }
  return {
    head: () => head,
    recent(after, limit) {
      if (after < keptAfter) return undefined
      const from = firstAfter(kept, after)
      return kept.slice(from, from + limit)
    },
    async join(keys, onEvent) {
      followerCount++
      for (const key of keys) followers.set(key, (followers.get(key) ?? new Set()).add(onEvent))
      const leave = () => {
        followerCount--
        if (followerCount === 0) isPrimed = false
        for (const key of keys) {
          followers.get(key)?.delete(onEvent)
          if (followers.get(key)?.size === 0) followers.delete(key)
        }
      }
      try {
        await inTurn(() => (isPrimed ? read() : skipToPresent()))
      } catch (error) {
        leave()
        throw error
      }
      return leave
    },
    async close() {
      off()
      clearInterval(timer)
      clearTimeout(again)
      followerCount = 0
      await working
      clearTimeout(again)
    },
  }
}

/** Lines of logs come only to those who asked for that log. */
function keysOf(row: LiveRow): readonly string[] {
  if (row.resourceType === 'logs') return [`logs:${row.releaseId}`]
  return [
    `team:${row.teamId}`,
    `workspace:${row.workspaceId}`,
    `environment:${row.environmentId}`,
    `service:${row.serviceInstanceId}`,
    `release:${row.releaseId}`,
  ]
}

function firstAfter(rows: readonly LiveRow[], position: number): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (rows[middle]!.position > position) high = middle
    else low = middle + 1
  }
  return low
}
