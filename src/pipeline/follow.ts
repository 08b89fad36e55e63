// Follows a release to its end: its lines as they are stored, whichever process works on it.
import { hasEnded } from '../release/states.ts'
import type { Database } from '../store/database.ts'
import { readLog, type StoredLine } from '../store/logs.ts'
import type { Notifications } from '../store/notify.ts'
import { findRelease, type Release } from '../store/releases.ts'

export interface FollowOptions {
  readonly onLine: (line: StoredLine) => void
  readonly signal: AbortSignal
  /** Called when nothing happened for a while, so that a connection can be kept open. */
  readonly onIdle?: () => void
}

/** A notification may get lost, so the table is looked at this often anyway. */
const lookMs = 1_000
const pageLines = 500

/** Resolves with the release once it has ended and every line was handed over, or with undefined when the signal aborts first. */
export async function followRelease(
  source: { readonly db: Database; readonly notifications: Notifications },
  releaseId: string,
  options: FollowOptions,
): Promise<Release | undefined> {
  let after = '0'
  const drain = async () => {
    for (;;) {
      const lines = await readLog(source.db, releaseId, { after, limit: pageLines })
      for (const line of lines) options.onLine(line)
      after = lines.at(-1)?.sequence ?? after
      if (lines.length < pageLines) return lines.length > 0
    }
  }
  const waiter = createWaiter(source.notifications, releaseId)
  try {
    while (!options.signal.aborted) {
      const woken = waiter.next(lookMs, options.signal)
      const release = await findRelease(source.db, releaseId)
      const hadLines = await drain()
      if (release === undefined || hasEnded(release.state)) return release
      if (!hadLines) options.onIdle?.()
      await woken
    }
    return undefined
  } finally {
    waiter.close()
  }
}

function createWaiter(notifications: Notifications, releaseId: string) {
  let wake: () => void = () => undefined
  const close = notifications.on('release', (id) => {
    if (id === releaseId || id === '') wake()
  })
  return {
    close,
    next(ms: number, signal: AbortSignal): Promise<void> {
      return new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer)
          signal.removeEventListener('abort', done)
          resolve()
        }
        const timer = setTimeout(done, ms)
        signal.addEventListener('abort', done, { once: true })
        wake = done
      })
    },
  }
}
