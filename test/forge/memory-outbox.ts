// The stored outbox's promise in a few lines, on a clock that a test moves: a day of retries takes a second.
import { contentWindows, createBudget } from '../../src/forge/budget.ts'
import type { CommitStatus } from '../../src/forge/messages.ts'
import type { Outbox, OutboxItem, StoredHost } from '../../src/forge/outbox.ts'
import { freshHost } from '../../src/forge/outbox-rules.ts'

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
  remoteId?: string
  droppedBecause?: string
  lastError?: string
}

export interface MemoryOutbox extends Outbox {
  readonly messages: readonly Message[]
  put(status: CommitStatus, changes?: Partial<OutboxItem>): Message
  /** When the next unsettled message may be sent; `undefined` when none is left. */
  nextDueMs(): number | undefined
}

export function createMemoryOutbox(clock: Clock): MemoryOutbox {
  const messages: Message[] = []
  const hosts = new Map<string, StoredHost>()
  const hostOf = (connection: string) => hosts.get(connection) ?? { ...freshHost, sentMs: [] }
  const mayBeSpokenToMs = (host: StoredHost) => Math.max(host.pausedUntilMs, createBudget(contentWindows, host.sentMs).nextMs(clock.nowMs))
  const isPending = ({ item }: Message) => (item.payload as Partial<CommitStatus>).state === 'pending'
  const isOpen = (message: Message) => message.sentMs === undefined && message.droppedBecause === undefined
  const byId = (id: string) => messages.find(({ item }) => item.id === id) as Message
  const ofSame = ({ item }: Message) =>
    messages.filter((other) => other.item.target === item.target && other.item.connection === item.connection)
  const isOutdated = (message: Message) => ofSame(message).some(({ sequence }) => sequence > message.sequence)
  const isTargetBusy = (message: Message) => ofSame(message).some((other) => isOpen(other) && other.claimedUntilMs > clock.nowMs)
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
      if (open.length === 0) return undefined
      return Math.min(
        ...open.map(({ dueMs, claimedUntilMs, item }) => Math.max(dueMs, claimedUntilMs, mayBeSpokenToMs(hostOf(item.connection)))),
      )
    },
    async claim(connections) {
      for (const message of messages)
        if (isOpen(message) && isOutdated(message) && message.claimedUntilMs <= clock.nowMs)
          message.droppedBecause = 'a newer message took its place'
      const due = messages.filter(
        (message) =>
          connections.includes(message.item.connection) && isOpen(message) && message.dueMs <= clock.nowMs && !isTargetBusy(message),
      )
      const message = due.find((one) => !isPending(one)) ?? due[0]
      if (message === undefined) return undefined
      message.attempts++
      message.claimedUntilMs = clock.nowMs + 180_000
      return { ...message.item, attempts: message.attempts }
    },
    async sent(id, remoteId) {
      Object.assign(byId(id), { sentMs: clock.nowMs, ...(remoteId === undefined ? {} : { remoteId }) })
    },
    async knownId({ target, connection }) {
      return messages.findLast(({ item, remoteId }) => item.target === target && item.connection === connection && remoteId !== undefined)
        ?.remoteId
    },
    async dropped(id, { reason }) {
      byId(id).droppedBecause = reason
    },
    async retry(id, { inSeconds, reason, countsAsAttempt }) {
      const message = byId(id)
      Object.assign(message, { dueMs: clock.nowMs + inSeconds * 1000, claimedUntilMs: 0, lastError: reason })
      if (!countsAsAttempt) message.attempts--
    },
    async sentOf({ target }) {
      return messages.filter(({ item, sentMs }) => item.target === target && sentMs !== undefined).length
    },
    async host(connection, decide) {
      const { host, result } = decide(hostOf(connection), clock.nowMs)
      if (host !== undefined) hosts.set(connection, host)
      return result
    },
  }
}
