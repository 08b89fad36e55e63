// Sends what the outbox holds, for each account at a Git host by itself: woken when something is written, and looking now and then for what was put off.
import type { Connections } from '../forge/connections.ts'
import { createOutboxSender, type Outbox } from '../forge/outbox.ts'
import type { Log } from '../log.ts'
import type { Database } from '../store/database.ts'
import { changeForgeHost, type ForgeAccount } from '../store/forge-hosts.ts'
import type { Notifications } from '../store/notify.ts'
import {
  claimOutbox,
  dueConnections,
  expireClaimsOf,
  outboxDropped,
  outboxKnownId,
  outboxRetry,
  outboxSent,
  outboxSentOf,
} from '../store/outbox-sending.ts'
import { createTurns } from './turns.ts'

const lookMs = 2_000
/** Those that are slow take a place each, and cost little while they wait for their hosts. */
const accountsAtOnce = 16
/** An account that has more to say after that lets others go first. */
const turnMs = 5_000
/** A database that went away is not asked at once again. */
const breathMs = 1_000
/** A host that is silent is not waited for when kyozo stops: whoever sends next asks it first whether the message has arrived. */
const stopMs = 1_000

interface Parts {
  readonly db: Database
  readonly notifications: Notifications
  readonly connections: Connections
  /** Names this process in claims. */
  readonly owner: string
  readonly log: Log
}

export function startOutbox(parts: Parts): { stop(): Promise<void> } {
  const { db, notifications, connections, log } = parts
  const brokenOff = new Map<string, ForgeAccount>()
  const stopping = new AbortController()
  const halt = new AbortController()
  const serve = serving(parts, { brokenOff, signal: stopping.signal, halt: halt.signal })
  const turns = createTurns({ atOnce: accountsAtOnce, serve })
  let looking: Promise<void> | undefined
  let isWoken = false
  const look = async () => {
    const due = (await dueConnections(db)).map((connection) => connections.account(connection))
    for (const account of [...brokenOff.values(), ...due]) turns.offer(account.key, account)
  }
  const wake = () => {
    isWoken = true
    if (stopping.signal.aborted || looking !== undefined) return
    isWoken = false
    looking = look()
      .catch((error: unknown) => log.warn({ error }, 'the outbox could not be looked into, and is looked into again'))
      .finally(() => {
        looking = undefined
        if (isWoken) wake()
      })
  }
  const off = notifications.on('outbox', wake)
  const timer = setInterval(wake, lookMs)
  wake()
  return {
    async stop() {
      stopping.abort()
      off()
      clearInterval(timer)
      const late = setTimeout(() => halt.abort(), stopMs)
      await looking
      await turns.stop()
      clearTimeout(late)
    },
  }
}

/** One turn of an account: one message after the other, until there is none, its host is to be left alone, or it is others' turn. */
function serving(
  { db, owner, log, ...parts }: Parts,
  { brokenOff, signal, halt }: { readonly brokenOff: Map<string, ForgeAccount>; readonly signal: AbortSignal; readonly halt: AbortSignal },
): (account: ForgeAccount) => Promise<number> {
  const sender = createOutboxSender({
    outbox: storedOutbox({ db, owner, ...parts }),
    clientOf: (name) => parts.connections.client(name),
    log,
    now: Date.now,
    random: Math.random,
    halt,
  })
  return async (account) => {
    const endsAt = performance.now() + turnMs
    try {
      // What it had claimed when the database went away would wait for minutes otherwise. Nobody else sends for it by this name.
      if (brokenOff.has(account.key)) await expireClaimsOf(db, { owner, connections: account.connections })
      brokenOff.delete(account.key)
      while (!signal.aborted && performance.now() < endsAt) {
        const { kind, waitMs } = await sender.sendNext(account.connections)
        if (kind === 'nothing' || waitMs > 0) return waitMs
      }
      return 0
    } catch (error) {
      brokenOff.set(account.key, account)
      log.warn({ error }, 'the outbox could not be worked off and is tried again')
      return breathMs
    }
  }
}

function storedOutbox({ db, owner, connections }: Pick<Parts, 'db' | 'owner' | 'connections'>): Outbox {
  return {
    claim: (of) => claimOutbox(db, { connections: of, owner }),
    sent: (id, remoteId) => outboxSent(db, id, remoteId),
    knownId: ({ target, connection }) => outboxKnownId(db, { target, connection }),
    dropped: (id, why) => outboxDropped(db, id, why),
    retry: (id, retry) => outboxRetry(db, id, retry),
    sentOf: ({ target, connection }) => outboxSentOf(db, { target, connections: connections.atHostOf(connection) }),
    host: (connection, decide) => changeForgeHost(db, connections.account(connection), decide),
  }
}
