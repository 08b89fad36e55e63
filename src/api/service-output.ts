// GET /api/v1/service_instances/<id>/logs: what the containers of a service print, as a page of lines or as a stream that resumes.
import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { reasonToRefuse } from '../access/rights.ts'
import type { OutputLine, OutputPosition } from '../engine/engine.ts'
import { KyozoError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Database } from '../store/database.ts'
import { findRow } from '../store/reading.ts'
import type { Viewer } from '../store/viewer.ts'
import { requireViewer, viewerIn } from './authenticate.ts'
import { type EventStreamOptions, openEventStream, type SentEvent } from './event-stream.ts'
import { refuseForeignPages } from './events.ts'
import { acceptedType, prefersEvents } from './jsonapi/media-type.ts'
import { linksOf } from './jsonapi/read-routes.ts'
import type { Holds } from './live/holds.ts'
import { badPosition, readParameters, sendDocument } from './log-answer.ts'
import { onlyReads } from './only-reads.ts'
import { outputId, outputPosition } from './output-position.ts'

/** Which service's output is meant. */
export interface OutputSubject {
  readonly environmentId: string
  readonly service: string
}

/** What this needs of the engine; lines come redacted and cut. */
export interface ServiceOutput {
  read(subject: OutputSubject, options: { readonly tail: number; readonly since?: string }): Promise<readonly OutputLine[]>
  follow(
    subject: OutputSubject,
    options: { readonly tail: number; readonly since?: string; readonly after?: OutputPosition; readonly signal: AbortSignal },
  ): AsyncIterable<readonly OutputLine[]>
}

export interface ServiceOutputContext {
  readonly db: Database
  readonly output: ServiceOutput
  readonly holds: Holds
  readonly log: Log
  readonly origins: readonly string[]
  readonly stream?: EventStreamOptions
}

export const largestTail = 1_000
const usualTail = 100
const linesInEvent = 100
const charactersInEvent = 128 * 1024

export function serviceOutputRouter(context: ServiceOutputContext): Router {
  const router = Router()
  router.get('/:id/logs', refuseForeignPages(context.origins), requireViewer(context.db, 'Bearer'), async (request, response) => {
    const viewer = viewerIn(response)
    const row = await rowOf(context.db, viewer, String(request.params.id))
    const isFollowed = prefersEvents(request.headers.accept)
    const asked = readQuery(request, isFollowed ? streamParameters : parameters)
    if (isFollowed) await stream(context, { request, response, viewer, row, asked })
    else await page(context, { request, response, row, asked })
  })
  return router.all('/:id/logs', onlyReads)
}

interface ServiceRow {
  readonly id: string
  readonly name: string
  readonly workspaceId: string
  readonly environmentId: string
}

async function rowOf(db: Database, viewer: Viewer, id: string): Promise<ServiceRow> {
  const columns = ['id', 'name', 'workspaceId', 'environmentId'] as const
  const row = z.uuid().safeParse(id).success ? await findRow(db, viewer, { table: 'serviceInstances', columns, id }) : undefined
  if (row === undefined) throw new KyozoError('not_found', 'there is no resource of type service_instances with this id')
  assertMayRead(viewer, row as unknown as ServiceRow)
  return row as unknown as ServiceRow
}

function assertMayRead(viewer: Viewer, { id, workspaceId }: ServiceRow): void {
  const reason = reasonToRefuse(viewer, 'service_instances.logs', { workspaceId, serviceInstanceId: id })
  if (reason !== undefined) throw new KyozoError('forbidden', reason)
}

interface Asked {
  readonly tail: number
  readonly since: string | undefined
  readonly after: OutputPosition | undefined
}

async function page(
  { output }: ServiceOutputContext,
  {
    request,
    response,
    row,
    asked,
  }: { readonly request: Request; readonly response: Response; readonly row: ServiceRow; readonly asked: Asked },
): Promise<void> {
  acceptedType(request.headers.accept)
  const { tail, since } = asked
  const lines = await output.read(subjectOf(row), { tail, ...(since === undefined ? {} : { since }) })
  sendDocument(request, response, {
    data: lines.map((line) => ({
      type: 'output_lines',
      id: `${line.container.slice(0, 12)}.${line.at}.${line.nth}`,
      attributes: attributesOf(line),
    })),
    meta: { position: outputId(lines) },
    links: linksOf(request),
  })
}

function subjectOf({ environmentId, name }: ServiceRow): OutputSubject {
  return { environmentId, service: name }
}

function attributesOf({ container, at, stream: source, text }: OutputLine) {
  return { container: container.slice(0, 12), stream: source, text, at }
}

interface Streaming {
  readonly request: Request
  readonly response: Response
  readonly viewer: Viewer
  readonly row: ServiceRow
  readonly asked: Asked
}

async function stream(context: ServiceOutputContext, { response, viewer, row, asked }: Streaming): Promise<void> {
  const hold = context.holds.hold(viewer, async (now) => assertMayRead(now, row))
  const opened = openEventStream(response, context.stream)
  opened.signal.addEventListener('abort', () => hold.release(), { once: true })
  hold.ended.addEventListener('abort', () => opened.end(hold.ended.reason instanceof KyozoError ? hold.ended.reason : undefined), {
    once: true,
  })
  const position = new Map(asked.after)
  try {
    const { tail, since, after } = asked
    const from = { tail, ...(since === undefined ? {} : { since }), ...(after === undefined ? {} : { after }) }
    for await (const lines of context.output.follow(subjectOf(row), { ...from, signal: hold.ended }))
      for (const some of inParts(lines)) await opened.send([eventOf(row, some, position)])
    opened.end()
  } catch (error) {
    if (!(error instanceof KyozoError)) context.log.warn({ error }, 'the output of a service could not be followed')
    opened.end(error)
  } finally {
    hold.release()
  }
}

function* inParts(lines: readonly OutputLine[]): Generator<readonly OutputLine[]> {
  let part: OutputLine[] = []
  let characters = 0
  for (const line of lines) {
    if (part.length >= linesInEvent || (part.length > 0 && characters + line.text.length > charactersInEvent)) {
      yield part
      part = []
      characters = 0
    }
    part.push(line)
    characters += line.text.length
  }
  if (part.length > 0) yield part
}

function eventOf(
  row: ServiceRow,
  lines: readonly OutputLine[],
  position: Map<string, { readonly at: string; readonly nth: number }>,
): SentEvent {
  const id = outputId(lines, position)
  return {
    id,
    name: 'output.lines',
    document: {
      type: 'output',
      id: row.id,
      action: 'lines',
      workspace: row.workspaceId,
      environment: row.environmentId,
      service: row.id,
      release: null,
      data: { lines: lines.map(attributesOf) },
      at: lines.at(-1)!.at,
    },
  }
}

/** Names as JSON:API has them: the stream takes the same ones. */
const parameters = {
  'page[size]': z.coerce.number({ error: 'it is no whole number' }).int('it is no whole number').min(0).max(largestTail),
  'filter[at][gte]': z.iso.datetime({ offset: true, error: 'it is no time, as 2026-01-31T12:00:00Z is one' }),
}

/** What is not JSON:API has names of its own: browsers resume by a header, and begin by this. */
const streamParameters = { ...parameters, last_event_id: z.string() }

function readQuery(request: Request, shapes: typeof parameters | typeof streamParameters): Asked {
  const { 'page[size]': tail = usualTail, 'filter[at][gte]': since, ...own } = readParameters(request, shapes)
  const parameter = 'last_event_id' in own ? own.last_event_id : undefined
  const last = request.get('last-event-id') ?? parameter
  const after = last === undefined || last === '' ? undefined : outputPosition(last)
  if (after === null) throw badPosition(request, last!)
  return { tail, since, after }
}
