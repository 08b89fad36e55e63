// One subscriber's way through what happened: from memory while it keeps up, from the database page by page while it does not. Nothing is queued
// for it: a subscriber that is not asked for its next event costs a position.
import { may, type RightName } from '../../access/rights.ts'
import type { Database } from '../../store/database.ts'
import { type LiveInterest, type LiveRow, liveRange, readLive } from '../../store/live.ts'
import type { Viewer } from '../../store/viewer.ts'
import type { Feed } from './feed.ts'
import { eventOf, type LiveEvent, linesEvent, type Position, streamEvent } from './live-event.ts'
import type { LogParts } from './log-parts.ts'
import { type Following, isReached } from './topics.ts'

const rowsAtOnce = 200

export type Batch = readonly LiveEvent[]

export interface Source {
  readonly db: Database
  readonly feed: Feed
  readonly parts: LogParts
  /** Bounds how many read the database at once. */
  readonly inSlot: <T>(work: () => Promise<T>) => Promise<T>
}

/** What may change while a subscription lives. */
export interface Subscriber {
  viewer: Viewer
  following: Following
  /** Aborts with the reason when it must end. */
  readonly ended: AbortSignal
}

/** In batches, as they come. Endless, until `ended` aborts: then it throws the reason when that is an error, and returns otherwise. */
export async function* batchesOf(source: Source, subscriber: Subscriber, after: Position | undefined): AsyncGenerator<Batch, void> {
  const waiter = createWaiter(subscriber.ended)
  const leave = await source.feed.join(topicKeys(subscriber.following.interest), waiter.wake)
  try {
    const start = after ?? { position: source.feed.head() }
    yield [streamEvent('ready', start)]
    // An event that was told in part is read again, from where it stopped.
    let position = start.sequence === undefined ? start.position : start.position - 1
    while (!isOver(subscriber)) {
      const head = source.feed.head()
      if (position === head) {
        position = (await waiter.wait()) ?? position
        continue
      }
      const page = await nextPage(source, subscriber, { position, head })
      if (page === 'forgotten') yield [streamEvent('reset', { position: head })]
      else yield* tellAll(source, subscriber, { rows: page.rows, start })
      position = page === 'forgotten' ? head : page.position
    }
  } finally {
    leave()
  }
}

function isOver({ ended }: Subscriber): boolean {
  if (ended.reason instanceof Error && ended.reason.name === 'KyozoError') throw ended.reason
  return ended.aborted
}

interface Page {
  readonly rows: readonly LiveRow[]
  /** Behind the page. */
  readonly position: number
}

async function nextPage(
  { db, feed, inSlot }: Source,
  { following }: Subscriber,
  { position, head }: { readonly position: number; readonly head: number },
): Promise<Page | 'forgotten'> {
  // What was told before it joined was read when it joined, so a position ahead of that is of another database.
  if (position > head) return 'forgotten'
  const recent = feed.recent(position, rowsAtOnce)
  if (recent !== undefined) return { rows: recent, position: recent.at(-1)?.position ?? head }
  return inSlot(async () => {
    const rows = await readLive(db, { after: position, until: head, limit: rowsAtOnce, interest: following.interest })
    // Looked at afterwards: what is there now was there while the page was read.
    const { first } = await liveRange(db)
    if (position < first - 1) return 'forgotten'
    return { rows, position: rows.length < rowsAtOnce ? head : rows.at(-1)!.position }
  })
}

/** Rows of memory are everybody's; a right that was lost a moment ago counts at once. */
function isTold({ viewer, following: { interest } }: Subscriber, row: LiveRow): boolean {
  if (row.teamId !== interest.teamId) return false
  if (row.resourceType === 'logs') return interest.logs.includes(row.releaseId ?? '')
  const isAsked =
    interest.isTeam ||
    interest.workspaces.includes(row.workspaceId ?? '') ||
    interest.environments.includes(row.environmentId ?? '') ||
    interest.services.includes(row.serviceInstanceId ?? '') ||
    interest.releases.includes(row.releaseId ?? '')
  return (
    isAsked &&
    may(viewer, `${row.resourceType}.read` as RightName, { workspaceId: row.workspaceId, serviceInstanceId: row.serviceInstanceId })
  )
}

async function* tellAll(
  source: Source,
  subscriber: Subscriber,
  { rows, start }: { readonly rows: readonly LiveRow[]; readonly start: Position },
): AsyncGenerator<Batch, void> {
  let batch: LiveEvent[] = []
  for (const row of rows) {
    if (isOver(subscriber)) return
    if (!isTold(subscriber, row)) continue
    if (row.resourceType === 'logs' && row.action === 'lines') {
      if (batch.length > 0) yield batch
      batch = []
      yield* tellLines(source, subscriber, { row, after: row.position === start.position ? start.sequence : undefined })
    } else batch.push(eventOf(row))
  }
  if (batch.length > 0) yield batch
}

async function* tellLines(
  { parts }: Source,
  subscriber: Subscriber,
  { row, after }: { readonly row: LiveRow; readonly after: string | undefined },
): AsyncGenerator<Batch, void> {
  let sequence = after ?? String(BigInt(String(row.data.from)) - 1n)
  while (!isOver(subscriber)) {
    const { lines, isLast } = await parts.next(row, sequence)
    sequence = lines.at(-1)?.sequence ?? sequence
    const reach = subscriber.following.logs.get(row.releaseId ?? '')
    const told = reach === undefined ? [] : lines.filter((line) => isReached(reach, line.service))
    const id = isLast ? String(row.position) : `${row.position}.${sequence}`
    if (told.length > 0) yield [linesEvent(row, id, told)]
    if (isLast) return
  }
}

function topicKeys(interest: LiveInterest): readonly string[] {
  return [
    ...(interest.isTeam ? [`team:${interest.teamId}`] : []),
    ...interest.workspaces.map((id) => `workspace:${id}`),
    ...interest.environments.map((id) => `environment:${id}`),
    ...interest.services.map((id) => `service:${id}`),
    ...interest.releases.map((id) => `release:${id}`),
    ...interest.logs.map((id) => `logs:${id}`),
  ]
}

/** Waits for the feed: resolves with the head before what came, or with undefined when the subscription ends. */
function createWaiter(ended: AbortSignal) {
  let resolve: ((headBefore?: number) => void) | undefined
  const wake = (headBefore?: number) => {
    resolve?.(headBefore)
    resolve = undefined
  }
  ended.addEventListener('abort', () => wake(), { once: true })
  return {
    wake,
    wait: () =>
      new Promise<number | undefined>((done) => {
        if (ended.aborted) done(undefined)
        else resolve = done
      }),
  }
}
