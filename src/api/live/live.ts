// What happens, told as it happens: the door for SSE and for GraphQL's subscriptions. Checks who may follow what when a subscription begins, and
// every few seconds again.
import { KyozoError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { slots } from '../../pipeline/slots.ts'
import type { Database } from '../../store/database.ts'
import { viewersNow } from '../../store/live-viewers.ts'
import type { Notifications } from '../../store/notify.ts'
import type { Viewer } from '../../store/viewer.ts'
import { createFeed } from './feed.ts'
import { type LiveEvent, parsePosition } from './live-event.ts'
import { createLogParts } from './log-parts.ts'
import { type Batch, batchesOf, type Source, type Subscriber } from './subscription.ts'
import { follow, parseTopics, type Topics } from './topics.ts'

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
  /** Default is 2 s: a right that was taken away ends a stream within 5 s. */
  readonly lookAgainMs?: number
}

export const streamsOfViewer = 50
const streamsOfProcess = 5_000
/** Who comes back after a restart reads the database; all at once would leave nothing to the API. */
const readersAtOnce = 4

interface Stream extends Subscriber {
  readonly topics: Topics
  readonly stop: AbortController
}

export function createLive(context: LiveContext): Live {
  const { db } = context
  const feed = createFeed(context)
  const source: Source = { db, feed, parts: createLogParts(db), inSlot: slots(readersAtOnce) }
  const streams = new Set<Stream>()
  let isClosed = false
  const lookAgain = endWhereRefused(context, streams)
  async function* subscribeInBatches(viewer: Viewer, asked: readonly string[], options: SubscribeOptions): AsyncGenerator<Batch, void> {
    const topics = parseTopics(asked)
    const after = options.after === undefined ? undefined : parsePosition(options.after)
    if (options.after !== undefined && after === undefined) throw badPosition(options.after)
    const following = await follow(db, viewer, topics)
    if (isClosed || options.signal.aborted) return
    assertRoom(streams, viewer)
    const stop = new AbortController()
    const stream: Stream = { viewer, following, topics, stop, ended: stop.signal }
    const leave = () => stop.abort()
    options.signal.addEventListener('abort', leave, { once: true })
    stop.signal.addEventListener('abort', () => options.onEnd?.(asEnd(stop.signal)), { once: true })
    streams.add(stream)
    try {
      yield* batchesOf(source, stream, after)
    } finally {
      streams.delete(stream)
      options.signal.removeEventListener('abort', leave)
    }
  }
  return {
    subscribeInBatches,
    async *subscribe(viewer, topics, options) {
      for await (const batch of subscribeInBatches(viewer, topics, options)) yield* batch
    },
    async close() {
      isClosed = true
      lookAgain.stop()
      for (const stream of streams) stream.stop.abort()
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

/** What one viewer, and all together, may hold open. */
function assertRoom(streams: ReadonlySet<Stream>, viewer: Viewer): void {
  let own = 0
  for (const { viewer: other } of streams) if (other.userId === viewer.userId && other.teamId === viewer.teamId) own++
  if (own < streamsOfViewer && streams.size < streamsOfProcess) return
  const reason =
    own < streamsOfViewer
      ? `this kyozo holds ${streamsOfProcess} live streams already`
      : `you hold ${streamsOfViewer} live streams already, and no more are given to one person or program`
  throw new KyozoError('overloaded', reason, { hint: 'name several topics in one stream, and close those that nobody reads' })
}

const usualLookAgainMs = 2_000

/** Ends streams whose viewer is gone or may not follow their topics any more; the others go on with the rights of now. */
function endWhereRefused(context: LiveContext, streams: ReadonlySet<Stream>): { stop(): void } {
  const look = async () => {
    const current = [...streams]
    const viewers = await viewersNow(
      context.db,
      current.map(({ viewer }) => viewer),
    )
    await Promise.all(current.map((stream, at) => lookAt(context, stream, viewers[at])))
  }
  let isLooking = false
  const timer = setInterval(() => {
    if (isLooking || streams.size === 0) return
    isLooking = true
    look()
      .catch((error: unknown) => context.log.warn({ error }, 'the rights of live streams could not be looked at, and are again soon'))
      .finally(() => {
        isLooking = false
      })
  }, context.lookAgainMs ?? usualLookAgainMs)
  return { stop: () => clearInterval(timer) }
}

async function lookAt({ db, log }: LiveContext, stream: Stream, now: Viewer | undefined): Promise<void> {
  if (now === undefined) {
    stream.stop.abort(new KyozoError('unauthorized', 'the token, session or membership that this stream was opened with has ended'))
    return
  }
  const isSame =
    JSON.stringify([now.role, now.scopes, now.grants]) === JSON.stringify([stream.viewer.role, stream.viewer.scopes, stream.viewer.grants])
  if (isSame) return
  try {
    stream.following = await follow(db, now, stream.topics)
    stream.viewer = now
  } catch (error) {
    if (error instanceof KyozoError) stream.stop.abort(error)
    else log.warn({ error }, 'the rights of a live stream could not be looked at, and are again soon')
  }
}
