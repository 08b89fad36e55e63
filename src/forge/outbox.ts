// Tells Git hosts what the outbox holds. Each message is claimed, sent once, and settled: sent, to be tried again, or given up with a reason.
import { asKyozoError } from '../errors.ts'
import { reached } from '../steps.ts'
import { unlessAborted } from '../unless-aborted.ts'
import { contentWindows, createBudget, type Window } from './budget.ts'
import type { ForgeClient } from './client.ts'
import type { ForgeMessage, SendOptions, SendOutcome } from './messages.ts'
import { afterOutcome, asOf, type HostState, type Settlement, settle } from './outbox-rules.ts'
import { readMessage } from './read-message.ts'

export interface OutboxItem {
  readonly id: string
  readonly kind: string
  readonly connection: string
  /** What it is about; at most one message of a connection and target is under way at a time. */
  readonly target: string
  readonly payload: unknown
  /** The one about to be made included. */
  readonly attempts: number
  readonly createdAt: Date
}

/**
 * The stored outbox. Its promise: `claim` gives the newest message only of what a connection has to say of a target, never while another of these
 * is under way, and never one that is older than another which was sent or dropped before. Otherwise a `pending` that had to be tried again
 * would overtake the verdict.
 */
export interface Outbox {
  /** The message of these connections that is to be sent next, verdicts before what is pending; nobody else is given it for three minutes. */
  claim(connections: readonly string[]): Promise<OutboxItem | undefined>
  /** `remoteId`: what the host calls it, where it said so. */
  sent(id: string, remoteId: string | undefined): Promise<void>
  /** Given up; what kyozo was not let in for is sent again when it is. */
  dropped(id: string, why: { readonly reason: string; readonly cause: 'access' | 'message' | 'time' }): Promise<void>
  retry(id: string, retry: { readonly inSeconds: number; readonly reason: string; readonly countsAsAttempt: boolean }): Promise<void>
  /** What the host called the newest message of this one's connection and target that it took; undefined when it said nothing. */
  knownId(item: OutboxItem): Promise<string | undefined>
  /** How many messages of this one's target its host was sent, by whatever connection. */
  sentOf(item: OutboxItem): Promise<number>
  /** Reads how a connection's host does, and changes it: of all senders, in whatever process, one at a time. */
  host<T>(connection: string, decide: (host: StoredHost, nowMs: number) => HostDecision<T>): Promise<T>
}

/** What all senders know of one host. Its times are epoch milliseconds by the store's clock. */
export interface StoredHost extends HostState {
  /** When something was sent during the last hour, oldest first. */
  readonly sentMs: readonly number[]
}

export interface HostDecision<T> {
  /** Default is that nothing changes. */
  readonly host?: StoredHost
  readonly result: T
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
  /** Epoch milliseconds by the clock that the clients read. */
  readonly now: () => number
  /** In [0, 1). */
  readonly random: () => number
  /** Aborts when no host is waited for any more. Default is never. */
  readonly halt?: AbortSignal
}

/** What came of one look: `postponed` was put back untried, since its host is paused or its budget spent. */
export interface Sending {
  readonly kind: 'nothing' | 'postponed' | Settlement['kind']
  /** For so long nothing is to be sent by these connections. */
  readonly waitMs: number
}

export interface OutboxSender {
  /**
   * Sends the next message of connections that share an account at their host. Throws only what the outbox throws; a claim that was not
   * settled ends by itself and the message is sent again.
   */
  sendNext(connections: readonly string[]): Promise<Sending>
}

export function createOutboxSender(options: OutboxSenderOptions): OutboxSender {
  return {
    async sendNext(connections) {
      const item = await options.outbox.claim(connections)
      return item === undefined ? { kind: 'nothing', waitMs: 0 } : handle(options, item)
    },
  }
}

async function handle(options: OutboxSenderOptions, item: OutboxItem): Promise<Sending> {
  const never = await whyNever(options, item)
  if (never !== undefined) return apply(options, { item, settlement: { kind: 'undeliverable', ...never }, pauseMs: 0 })
  const { waitMs, begunMs } = await options.outbox.host(item.connection, (host, nowMs) =>
    takeTurn(asOf(host, nowMs), { nowMs, makes: madeBy(item), windows: options.clientOf(item.connection)?.windows }),
  )
  if (waitMs > 0) return postpone(options, item, waitMs)
  const outcome = await send(options, item)
  const sentByMs = options.now()
  const { pauseMs, ageMs } = await options.outbox.host(item.connection, (host, nowMs) => {
    const state = afterOutcome(asOf(host, nowMs), onClock(outcome, nowMs - sentByMs), { nowMs, begunMs, chance: options.random() })
    const result = { pauseMs: Math.max(0, state.pausedUntilMs - nowMs), ageMs: nowMs - item.createdAt.getTime() }
    return { host: { ...host, ...state }, result }
  })
  const settlement = settle(outcome, { attempts: item.attempts, ageMs, chance: options.random() })
  return apply(options, { item, settlement, pauseMs, remoteId: outcome.kind === 'sent' ? outcome.id : undefined })
}

/** It keeps its place before what was written after it: who sends waits, not the message. */
async function postpone({ outbox }: OutboxSenderOptions, item: OutboxItem, waitMs: number): Promise<Sending> {
  await outbox.retry(item.id, { inSeconds: 0, reason: 'waits until its host may be spoken to again', countsAsAttempt: false })
  return { kind: 'postponed', waitMs }
}

interface Turn {
  /** None when the message may go now: then it has its place in the budget. */
  readonly waitMs: number
  /** By the store's clock. */
  readonly begunMs: number
}

/** A deployment is made, and then told how it goes: two things to a host that counts what is made. */
function madeBy({ kind }: OutboxItem): number {
  return kind === 'deployment' ? 2 : 1
}

interface Asking {
  readonly nowMs: number
  readonly makes: number
  readonly windows: readonly Window[] | undefined
}

function takeTurn(host: StoredHost, { nowMs, makes, windows = contentWindows }: Asking): HostDecision<Turn> {
  const budget = createBudget(windows, host.sentMs)
  const startMs = Math.max(host.pausedUntilMs, budget.nextMs(nowMs))
  if (startMs > nowMs) return { result: { waitMs: startMs - nowMs, begunMs: nowMs } }
  for (let made = 0; made < makes; made++) budget.spend(nowMs)
  return { host: { ...host, sentMs: budget.times() }, result: { waitMs: 0, begunMs: nowMs } }
}

/** A client tells times by its own clock. */
function onClock(outcome: SendOutcome, differenceMs: number): SendOutcome {
  return outcome.kind === 'rate_limited' && outcome.untilMs !== undefined
    ? { ...outcome, untilMs: outcome.untilMs + differenceMs }
    : outcome
}

/** GitHub takes a thousand; what is left is for the people and programs that use the same name. */
const statusesOfTarget = 900

type Never = Pick<Settlement & { readonly kind: 'undeliverable' }, 'reason' | 'cause'>

async function whyNever({ clientOf, outbox }: OutboxSenderOptions, item: OutboxItem): Promise<Never | undefined> {
  if (clientOf(item.connection) === undefined)
    return { cause: 'access', reason: `there is no connection named ${item.connection} any more` }
  const message = readMessage(item)
  if (message === undefined) return { cause: 'message', reason: 'the message is none that this kyozo can send' }
  if (message.kind !== 'status') return undefined
  const sent = await outbox.sentOf(item)
  if (sent < statusesOfTarget) return undefined
  const reason = `its host was told ${sent} states of this commit and context already, and takes no more than 1000; push a new commit`
  return { cause: 'message', reason }
}

async function send({ clientOf, outbox, log, halt = never }: OutboxSenderOptions, item: OutboxItem): Promise<SendOutcome> {
  try {
    await reached('status.sending', item.target)
    const message = readMessage(item)!
    const known = await sendOptions(outbox, item, message)
    return await unlessAborted(halt, () => clientOf(item.connection)!.send(message, known))
  } catch (error) {
    if (halt.aborted) return { kind: 'unheard', reason: 'kyozo stopped before its host answered' }
    // A client answers with outcomes; one that throws is broken, which is no reason to lose the message.
    log.error({ error, id: item.id, target: item.target }, 'telling a Git host failed unexpectedly')
    return { kind: 'unavailable', reason: asKyozoError(error).message }
  }
}

const never = new AbortController().signal

/** Only what is changed in place has a name at its host. */
async function sendOptions(outbox: Outbox, item: OutboxItem, { kind }: ForgeMessage): Promise<SendOptions> {
  const isChanged = kind === 'comment' || kind === 'deployment' || kind === 'check'
  const knownId = isChanged ? await outbox.knownId(item) : undefined
  return { mayBeThere: item.attempts > 1, ...(knownId === undefined ? {} : { knownId }) }
}

interface Settling {
  readonly item: OutboxItem
  readonly settlement: Settlement
  readonly remoteId?: string | undefined
  /** For so long its host is left alone. */
  readonly pauseMs: number
}

async function apply({ outbox, log }: OutboxSenderOptions, { item, settlement, remoteId, pauseMs }: Settling): Promise<Sending> {
  const fields = { id: item.id, target: item.target, attempts: item.attempts }
  const sending: Sending = { kind: settlement.kind, waitMs: pauseMs }
  switch (settlement.kind) {
    case 'sent':
      await reached('status.sent', item.target)
      await outbox.sent(item.id, remoteId)
      log.info(fields, `${item.kind} sent`)
      return sending
    case 'undeliverable':
      await outbox.dropped(item.id, settlement)
      log.error({ ...fields, reason: settlement.reason }, `${item.kind} cannot be delivered`)
      return sending
    case 'retry': {
      const { inMs, reason, countsAsAttempt } = settlement
      await outbox.retry(item.id, { inSeconds: seconds(inMs), reason, countsAsAttempt })
      log.warn({ ...fields, reason, inMs: Math.max(inMs, pauseMs) }, `${item.kind} will be sent again`)
      return sending
    }
  }
}

/** Never before the time meant: a fraction is rounded up to the next millisecond. */
function seconds(ms: number): number {
  return Math.max(0, Math.ceil(ms)) / 1000
}
