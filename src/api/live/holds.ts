// Streams that are held open: how many one viewer may hold, and that each ends when its viewer may not read any more.
import { KyozoError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { Database } from '../../store/database.ts'
import { viewersNow } from '../../store/live-viewers.ts'
import type { Viewer } from '../../store/viewer.ts'

export interface Hold {
  /** Aborts when the stream must end: with a KyozoError as its reason when a right was lost. */
  readonly ended: AbortSignal
  /** Ends it. */
  release(): void
}

export interface Holds {
  /**
   * `recheck` is called when the viewer's role, scopes or grants have changed, and throws what the stream is to end with. Throws `overloaded` when
   * the viewer, or kyozo, holds too many.
   */
  hold(viewer: Viewer, recheck: (now: Viewer) => Promise<void>): Hold
  close(): void
}

export const streamsOfViewer = 50
const streamsOfProcess = 5_000

interface Held {
  viewer: Viewer
  readonly recheck: (now: Viewer) => Promise<void>
  readonly stop: AbortController
}

/** `lookAgainMs` defaults to 2 s: a right that was taken away ends a stream within 5 s. */
export function createHolds(context: { readonly db: Database; readonly log: Log; readonly lookAgainMs?: number }): Holds {
  const held = new Set<Held>()
  let isLooking = false
  let isClosed = false
  const timer = setInterval(() => {
    if (isLooking || held.size === 0) return
    isLooking = true
    lookAgain(context, [...held])
      .catch((error: unknown) => context.log.warn({ error }, 'the rights of live streams could not be looked at, and are again soon'))
      .finally(() => {
        isLooking = false
      })
  }, context.lookAgainMs ?? usualLookAgainMs)
  return {
    hold(viewer, recheck) {
      assertRoom(held, viewer)
      if (isClosed) throw new KyozoError('overloaded', 'kyozo is stopping', { hint: 'come back in a moment' })
      const one: Held = { viewer, recheck, stop: new AbortController() }
      held.add(one)
      one.stop.signal.addEventListener('abort', () => held.delete(one), { once: true })
      return { ended: one.stop.signal, release: () => one.stop.abort() }
    },
    close() {
      isClosed = true
      clearInterval(timer)
      for (const { stop } of held) stop.abort()
    },
  }
}

const usualLookAgainMs = 2_000

function assertRoom(held: ReadonlySet<Held>, viewer: Viewer): void {
  let own = 0
  for (const { viewer: other } of held) if (other.userId === viewer.userId && other.teamId === viewer.teamId) own++
  if (own < streamsOfViewer && held.size < streamsOfProcess) return
  const reason =
    own < streamsOfViewer
      ? `this kyozo holds ${streamsOfProcess} live streams already`
      : `you hold ${streamsOfViewer} live streams already, and no more are given to one person or program`
  throw new KyozoError('overloaded', reason, { hint: 'name several topics in one stream, and close those that nobody reads' })
}

async function lookAgain({ db, log }: { readonly db: Database; readonly log: Log }, held: readonly Held[]): Promise<void> {
  const viewers = await viewersNow(
    db,
    held.map(({ viewer }) => viewer),
  )
  for (const [at, one] of held.entries()) {
    const now = viewers[at]
    if (now === undefined)
      one.stop.abort(new KyozoError('unauthorized', 'the token, session or membership that this stream was opened with has ended'))
    else if (rightsOf(now) !== rightsOf(one.viewer))
      await one.recheck(now).then(
        () => {
          one.viewer = now
        },
        (error: unknown) => {
          if (error instanceof KyozoError) one.stop.abort(error)
          else log.warn({ error }, 'the rights of a live stream could not be looked at, and are again soon')
        },
      )
  }
}

function rightsOf({ role, scopes, grants }: Viewer): string {
  return JSON.stringify([role, scopes, grants])
}
