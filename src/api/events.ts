// GET /api/v1/events?topics=…: what happens, as server-sent events that resume by their id.
import { type NextFunction, type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { KyozoError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Database } from '../store/database.ts'
import { requireViewer, viewerIn } from './authenticate.ts'
import { type EventStreamOptions, openEventStream } from './event-stream.ts'
import { assertAcceptsEvents } from './jsonapi/media-type.ts'
import type { Live } from './live/live.ts'
import { parsePosition } from './live/live-event.ts'
import { badPosition, readParameters } from './log-answer.ts'
import { onlyReads } from './only-reads.ts'

export interface EventsContext {
  readonly db: Database
  readonly live: Live
  readonly log: Log
  /** Pages of other origins are refused; default is that only the base URL's own are served. */
  readonly origins: readonly string[]
  readonly stream?: EventStreamOptions
}

export function eventsRouter(context: EventsContext): Router {
  const router = Router()
  return router
    .get('/', refuseForeignPages(context.origins), requireViewer(context.db, 'Bearer'), (request, response) =>
      answer(context, request, response),
    )
    .all('/', onlyReads)
}

/** A page elsewhere that is opened in a signed-in browser must not read along. */
export function refuseForeignPages(origins: readonly string[]) {
  return (request: Request, _response: Response, next: NextFunction): void => {
    const { origin } = request.headers
    if (origin !== undefined && !origins.includes(origin))
      throw new KyozoError('forbidden', `pages of ${origin.slice(0, 100)} may not follow what happens here`)
    next()
  }
}

async function answer({ live, log, stream: options }: EventsContext, request: Request, response: Response): Promise<void> {
  assertAcceptsEvents(request.headers.accept)
  const { topics, after } = readQuery(request)
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  let end: (reason: KyozoError | undefined) => void = () => undefined
  const batches = live.subscribeInBatches(viewerIn(response), topics, { after, signal: gone.signal, onEnd: (reason) => end(reason) })
  // What can be refused is refused before anything is answered.
  const first = await batches.next()
  if (first.done) throw new KyozoError('overloaded', 'kyozo is stopping', { hint: 'come back in a moment' })
  const stream = openEventStream(response, options)
  end = (reason) => stream.end(reason)
  try {
    await stream.send(first.value)
    for await (const batch of batches) await stream.send(batch)
    stream.end()
  } catch (error) {
    if (!(error instanceof KyozoError)) log.warn({ error }, 'a live stream broke off')
    stream.end(error)
  } finally {
    await batches.return()
  }
}

const parameters = { topics: z.union([z.string(), z.array(z.string())]), last_event_id: z.string() }

function readQuery(request: Request): { readonly topics: readonly string[]; readonly after: string | undefined } {
  const { topics = [], last_event_id: parameter } = readParameters(request, parameters)
  const after = request.get('last-event-id') ?? parameter
  if (after !== undefined && after !== '' && parsePosition(after) === undefined) throw badPosition(request, after)
  return {
    topics: [topics]
      .flat()
      .join(',')
      .split(',')
      .map((topic) => topic.trim())
      .filter((topic) => topic !== ''),
    after: after === '' ? undefined : after,
  }
}
