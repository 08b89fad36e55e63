// Tells Git hosts what the outbox holds. Each message is claimed, sent once, and settled: sent, to be tried again, or given up with a reason.
import { z } from 'zod'
import { asKyozoError } from '../errors.ts'
import { type Budget, contentWindows, createBudget } from './budget.ts'
import type { CommitStatus, ForgeClient, SendOutcome } from './forge.ts'
import { afterOutcome, freshHost, type HostState, type Settlement, settle } from './outbox-rules.ts'

export interface OutboxItem {
  readonly id: string
  readonly kind: string
  readonly connection: string
  /** What it is about; at most one message of a target is under way at a time. */
  readonly target: string
  readonly payload: unknown
  /** The one about to be made included. */
  readonly attempts: number
  readonly createdAt: Date
}

/**
 * The stored outbox. Its promise: `claim` gives a target's newest message only, never while another of that target is under way, and never one
 * that is older than a message of that target which was sent or dropped before. Otherwise a `pending` that had to be tried again would
 * overtake the verdict.
 */
export interface Outbox {
  /** Due messages, which nobody else is given for that long. */
  claim(options: { readonly limit: number; readonly claimSeconds: number }): Promise<readonly OutboxItem[]>
  sent(id: string): Promise<void>
  dropped(id: string, reason: string): Promise<void>
  retry(id: string, retry: { readonly inSeconds: number; readonly reason: string; readonly countsAsAttempt: boolean }): Promise<void>
  /** When messages of a connection were sent during the last so many seconds, oldest first. Asked once, so that a restart forgets no limit. */
  sentTimes(options: { readonly connection: string; readonly seconds: number }): Promise<readonly Date[]>
}

export interface OutboxLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface OutboxSenderOptions {
  readonly outbox: Outbox
  /** The client of a connection by its name; `undefined` when there is no such connection any more. */
  readonly clientOf: (connection: string) => ForgeClient | undefined
  readonly log: OutboxLog
  /** Epoch milliseconds. */
  readonly now: () => number
  /** In [0, 1). */
  readonly random: () => number
}

export interface SendReport {
  readonly sent: number
  readonly retried: number
  readonly undeliverable: number
  /** Put back untried, since their host is paused or its budget spent. */
  readonly postponed: number
}

export interface OutboxSender {
  /**
   * Sends what is due, one after the other as GitHub asks, and says what came of it. Whoever calls goes on while something was claimed. Throws
   * only what the outbox throws; a claim that was not settled ends by itself and the message is sent again. One sender at a time keeps a budget.
   */
  sendDue(): Promise<SendReport>
}

const batchSize = 20
const claimSeconds = 180
/** A message is started only this long into its claim; with its own deadlines it then ends within it. */
const startWithinMs = 90_000

interface Host {
  state: HostState
  readonly budget: Budget
}

export function createOutboxSender(options: OutboxSenderOptions): OutboxSender {
  const hosts = new Map<string, Host>()
  return {
    async sendDue() {
      const claimedAtMs = options.now()
      const items = await options.outbox.claim({ limit: batchSize, claimSeconds })
      const results: (Settlement | { readonly kind: 'postponed' })[] = []
      // Verdicts go first: while the budget is short, a pending is likely to be out of date before its turn.
      for (const item of items.toSorted((a, b) => Number(isPending(a)) - Number(isPending(b)))) {
        const host = await hostOf(options, hosts, item.connection)
        const isLate = options.now() - claimedAtMs > startWithinMs
        results.push(await handle(options, host, { item, isLate }))
      }
      const count = (kind: string) => results.filter((result) => result.kind === kind).length
      return { sent: count('sent'), retried: count('retry'), undeliverable: count('undeliverable'), postponed: count('postponed') }
    },
  }
}

async function hostOf({ outbox }: OutboxSenderOptions, hosts: Map<string, Host>, connection: string): Promise<Host> {
  const known = hosts.get(connection)
  if (known !== undefined) return known
  const seconds = Math.max(...contentWindows.map(({ lengthMs }) => lengthMs)) / 1000
  const spent = await outbox.sentTimes({ connection, seconds })
  const host = { state: freshHost, budget: createBudget(contentWindows, spent.map(Number)) }
  hosts.set(connection, host)
  return host
}

interface Turn {
  readonly item: OutboxItem
  readonly isLate: boolean
}

async function handle(
  options: OutboxSenderOptions,
  host: Host,
  { item, isLate }: Turn,
): Promise<Settlement | { readonly kind: 'postponed' }> {
  const { outbox, now } = options
  const nowMs = now()
  const startMs = Math.max(host.state.pausedUntilMs, host.budget.nextMs(nowMs))
  if (isLate || startMs > nowMs) {
    const reason = isLate ? 'waits for slower messages before it' : 'waits until its host may be spoken to again'
    await outbox.retry(item.id, { inSeconds: seconds(startMs - nowMs), reason, countsAsAttempt: false })
    return { kind: 'postponed' }
  }
  const outcome = await send(options, host, item)
  host.state = afterOutcome(host.state, outcome, { nowMs: now(), chance: options.random() })
  const ageMs = now() - item.createdAt.getTime()
  const settlement = settle(outcome, { attempts: item.attempts, ageMs, chance: options.random() })
  await apply(options, host, { item, settlement })
  return settlement
}

async function send({ clientOf, now, log }: OutboxSenderOptions, host: Host, item: OutboxItem): Promise<SendOutcome> {
  const client = clientOf(item.connection)
  if (client === undefined) return { kind: 'refused', reason: `there is no connection named ${item.connection} any more` }
  const status = statusOf(item)
  if (status === undefined) return { kind: 'refused', reason: 'the message is not a commit status kyozo can send' }
  host.budget.spend(now())
  try {
    return await client.postStatus(status)
  } catch (error) {
    // A client answers with outcomes; one that throws is broken, which is no reason to lose the message.
    log.error({ error, id: item.id, target: item.target }, 'sending a status failed unexpectedly')
    return { kind: 'unavailable', reason: asKyozoError(error).message }
  }
}

async function apply(
  { outbox, log, now }: OutboxSenderOptions,
  host: Host,
  { item, settlement }: { item: OutboxItem; settlement: Settlement },
): Promise<void> {
  const fields = { id: item.id, target: item.target, attempts: item.attempts }
  switch (settlement.kind) {
    case 'sent':
      await outbox.sent(item.id)
      return log.info(fields, 'status sent')
    case 'undeliverable':
      await outbox.dropped(item.id, settlement.reason)
      return log.error({ ...fields, reason: settlement.reason }, 'status cannot be delivered')
    case 'retry': {
      const inMs = Math.max(settlement.inMs, host.state.pausedUntilMs - now())
      await outbox.retry(item.id, { inSeconds: seconds(inMs), reason: settlement.reason, countsAsAttempt: settlement.countsAsAttempt })
      return log.warn({ ...fields, reason: settlement.reason, inMs }, 'status will be sent again')
    }
  }
}

const statusSchema = z.object({
  repository: z.object({ id: z.string(), fullName: z.string() }),
  sha: z.string(),
  state: z.enum(['pending', 'success', 'failure', 'error']),
  context: z.string(),
  description: z.string(),
  targetUrl: z.string().nullable(),
})

function statusOf(item: OutboxItem): CommitStatus | undefined {
  return item.kind === 'status' ? statusSchema.safeParse(item.payload).data : undefined
}

function isPending(item: OutboxItem): boolean {
  return statusOf(item)?.state === 'pending'
}

/** Never before the time meant: a fraction is rounded up to the next millisecond. */
function seconds(ms: number): number {
  return Math.max(0, Math.ceil(ms)) / 1000
}
