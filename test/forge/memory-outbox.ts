// The stored outbox's promise in a few lines, on a clock that a test moves: a day of retries takes a second.
import type { CommitStatus } from '../../src/forge/forge.ts'
import type { Outbox, OutboxItem } from '../../src/forge/outbox.ts'

export interface Clock {
  nowMs: number
}

export interface Message {
  readonly item: Omit<OutboxItem, 'attempts'>
  readonly sequence: number
  attempts: number
  dueMs: number
  claimedUntilMs: number
  sentMs?: number
  droppedBecause?: string
  lastError?: string
}

export interface MemoryOutbox extends Outbox {
  readonly messages: readonly Message[]
  put(status: CommitStatus, changes?: Partial<OutboxItem>): Message
  /** When the next unsettled message is due; `undefined` when none is left. */
  nextDueMs(): number | undefined
}

export function createMemoryOutbox(clock: Clock): MemoryOutbox {
  const messages: Message[] = []
  const isOpen = (message: Message) => message.sentMs === undefined && message.droppedBecause === undefined
  const byId = (id: string) => messages.find(({ item }) => item.id === id) as Message
  const isOutdated = (message: Message) =>
    messages.some((other) => other.item.target === message.item.target && other.sequence > message.sequence)
  const isTargetBusy = (message: Message) =>
    messages.some((other) => other.item.target === message.item.target && isOpen(other) && other.claimedUntilMs > clock.nowMs)
  return {
    messages,
    put(status, changes = {}) {
      const sequence = messages.length + 1
      const target = `status ${status.repository.id} ${status.sha} ${status.context.toLowerCase()}`
      const item = {
        id: String(sequence),
        kind: 'status',
        connection: 'main',
        target,
        payload: status,
        createdAt: new Date(clock.nowMs),
        ...changes,
      }
      const message: Message = { item, sequence, attempts: 0, dueMs: clock.nowMs, claimedUntilMs: 0 }
      messages.push(message)
      return message
    },
    nextDueMs() {
      const open = messages.filter((message) => isOpen(message) && !isOutdated(message))
      return open.length === 0 ? undefined : Math.min(...open.map(({ dueMs, claimedUntilMs }) => Math.max(dueMs, claimedUntilMs)))
    },
    async claim({ limit, claimSeconds }) {
      for (const message of messages)
        if (isOpen(message) && isOutdated(message) && message.claimedUntilMs <= clock.nowMs)
          message.droppedBecause = 'a newer message took its place'
      const due = messages.filter((message) => isOpen(message) && message.dueMs <= clock.nowMs && !isTargetBusy(message)).slice(0, limit)
      return due.map((message) => {
        message.attempts++
        message.claimedUntilMs = clock.nowMs + claimSeconds * 1000
        return { ...message.item, attempts: message.attempts }
      })
    },
    async sent(id) {
      byId(id).sentMs = clock.nowMs
    },
    async dropped(id, reason) {
      byId(id).droppedBecause = reason
    },
    async retry(id, { inSeconds, reason, countsAsAttempt }) {
      const message = byId(id)
      Object.assign(message, { dueMs: clock.nowMs + inSeconds * 1000, claimedUntilMs: 0, lastError: reason })
      if (!countsAsAttempt) message.attempts--
    },
    async sentTimes({ connection, seconds }) {
      const times = messages.filter(({ item }) => item.connection === connection).flatMap(({ sentMs }) => sentMs ?? [])
      return times.filter((at) => at > clock.nowMs - seconds * 1000).map((at) => new Date(at))
    },
  }
}
