// Sends what the outbox holds: woken when something is written, and looking now and then for what was put off.
import type { Connections } from '../forge/connections.ts'
import { createOutboxSender, type Outbox } from '../forge/outbox.ts'
import type { Log } from '../log.ts'
import type { Database } from '../store/database.ts'
import type { Notifications } from '../store/notify.ts'
import { claimOutbox, outboxDropped, outboxRetry, outboxSent, outboxSentTimes } from '../store/outbox.ts'

const lookMs = 2_000

export function startOutbox(parts: {
  readonly db: Database
  readonly notifications: Notifications
  readonly connections: Connections
  /** Names this process in claims. */
  readonly owner: string
  readonly log: Log
}): { stop(): Promise<void> } {
  const sender = createOutboxSender({
    outbox: storedOutbox(parts.db, parts.owner),
    clientOf: (name) => parts.connections.client(name),
    log: parts.log,
    now: Date.now,
    random: Math.random,
  })
  let isStopped = false
  let sending: Promise<void> | undefined
  let isWoken = false
  const sendAll = async () => {
    do {
      isWoken = false
      const report = await sender.sendDue()
      if (report.sent > 0) isWoken = true
    } while (isWoken && !isStopped)
  }
  const wake = () => {
    isWoken = true
    if (isStopped || sending !== undefined) return
    sending = sendAll()
      .catch((error: unknown) => parts.log.warn({ error }, 'the outbox could not be worked off and is tried again'))
      .finally(() => {
        sending = undefined
      })
  }
  const off = parts.notifications.on('outbox', wake)
  const timer = setInterval(wake, lookMs)
  wake()
  return {
    async stop() {
      isStopped = true
      off()
      clearInterval(timer)
      await sending
    },
  }
}

function storedOutbox(db: Database, owner: string): Outbox {
  return {
    claim: (options) => claimOutbox(db, { ...options, owner }),
    sent: (id) => outboxSent(db, id),
    dropped: (id, reason) => outboxDropped(db, id, reason),
    retry: (id, retry) => outboxRetry(db, id, retry),
    sentTimes: (options) => outboxSentTimes(db, options),
  }
}
