// What happens, told as it happens: the door for SSE and for GraphQL's subscriptions. Who may follow what is checked when a subscription begins, and
// every few seconds again.
import { KyozoError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { slots } from '../../pipeline/slots.ts'
import type { Database } from '../../store/database.ts'
import type { Notifications } from '../../store/notify.ts'
import type { Viewer } from '../../store/viewer.ts'
import { createFeed } from './feed.ts'
import { createHolds, type Holds } from './holds.ts'
import { type LiveEvent, parsePosition } from './live-event.ts'
import { createLogParts } from './log-parts.ts'
import { type Batch, batchesOf, type Source } from './subscription.ts'
import { follow, parseTopics } from './topics.ts'

export interface Live {
  /**
   * Endless events of these topics (`team`, `workspace:<id>`, `environment:<id>`, `service:<id>`, `release:<id>`, `logs:<release id>`), beginning
   * with `stream.ready`, which carries the position to resume from. The first `next()` throws `bad_request`, `not_found`, `forbidden` or
   * `overloaded`; later ones throw `unauthorized` or `forbidden` when the viewer may not follow any more. Returns when the signal aborts or kyozo
   * stops: a client then comes back with the id of its last event.
   */
  subscribe(viewer: Viewer, topics: readonly string[], options: SubscribeOptions): AsyncGenerator<LiveEvent, void>
  /** The same in batches of what came at once, for whoever writes many to one socket. */
  subscribeInBatches(viewer: Viewer, topics: readonly string[], options: SubscribeOptions): AsyncGenerator<Batch, void>
  /** For other streams that end with the right to read them. */
  readonly holds: Holds
  close(): Promise<void>
}

export interface SubscribeOptions {
  /** The id of the last event that was told. Default is the present. */
  readonly after?: string | undefined
  readonly signal: AbortSignal
  /** Called when the subscription must end, with the error if there is one: who waits for a slow client does not ask for its next event. */
  readonly onEnd?: (reason: KyozoError | undefined) => void
}

export interface LiveContext {
  readonly db: Database
  readonly notifications: Notifications
  readonly log: Log
  /** How often rights are looked at again. Default is 2 s. */
  readonly lookAgainMs?: number
}

/** Who comes back after a restart reads the database; all at once would leave nothing to the API. */
const readersAtOnce = 4

export function createLive(context: LiveContext): Live {
  const { db } = context
  const feed = createFeed(context)
  const holds = createHolds(context)
  const source: Source = { db, feed, parts: createLogParts(db), inSlot: slots(readersAtOnce) }
  async function* subscribeInBatches(viewer: Viewer, asked: readonly string[], options: SubscribeOptions): AsyncGenerator<Batch, void> {
    const topics = parseTopics(asked)
    const after = options.after === undefined ? undefined : parsePosition(options.after)
    if (options.after !== undefined && after === undefined) throw badPosition(options.after)
    const following = await follow(db, viewer, topics)
    if (options.signal.aborted) return
    const { ended, release } = holds.hold(viewer, async (now) => {
      subscriber.following = await follow(db, now, topics)
      subscriber.viewer = now
    })
    const subscriber = { viewer, following, ended }
    options.signal.addEventListener('abort', release, { once: true })
    ended.addEventListener('abort', () => options.onEnd?.(asEnd(ended)), { once: true })
    try {
      yield* batchesOf(source, subscriber, after)
    } finally {
      options.signal.removeEventListener('abort', release)
      release()
    }
  }
  return {
    subscribeInBatches,
    async *subscribe(viewer, topics, options) {
      for await (const batch of subscribeInBatches(viewer, topics, options)) yield* batch
    },
    holds,
    async close() {
      holds.close()
      await feed.close()
    },
  }
}

function asEnd({ reason }: AbortSignal): KyozoError | undefined {
  return reason instanceof KyozoError ? reason : undefined
}

function badPosition(after: string): KyozoError {
  const message = `the position ${JSON.stringify(after.slice(0, 60))} is none that was ever told`
  return new KyozoError('bad_request', message, { hint: 'send the id of the last event, or none to begin now' })
}
