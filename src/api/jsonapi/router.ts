// GET /api/v1/<type> and /api/v1/<type>/<id>: reading, narrowed to the viewer's team.
import { type NextFunction, type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { KyozoError } from '../../errors.ts'
import type { Database } from '../../store/database.ts'
import { instanceId } from '../../store/instance.ts'
import { readLog } from '../../store/logs.ts'
import { type Filter, findRow, listRows } from '../../store/reading.ts'
import { findRelease, releaseServices } from '../../store/releases.ts'
import { requireViewer, viewerIn } from '../authenticate.ts'
import { mediaType, memberName, resourceObject } from './document.ts'
import { type Resource, resources } from './resources.ts'

export interface ApiContext {
  readonly db: Database
  readonly baseUrl: string
}

const defaultPageSize = 50
const largestPageSize = 200
const largestLogPage = 1_000
const id = z.uuid()

export function apiRouter(context: ApiContext): Router {
  const router = Router()
  router.use(negotiate, requireViewer(context.db, 'Bearer'))
  for (const resource of resources) {
    router.get(`/${resource.type}`, (request, response) => list(context, resource, request, response))
    router.get(`/${resource.type}/:id`, (request, response) => show(context, resource, request, response))
  }
  router.get('/instance', (_request, response) => instance(context, response))
  router.get('/releases/:id/logs', (request, response) => logs(context, request, response))
  router.use((request) => {
    throw new KyozoError('not_found', `the API has nothing at ${request.originalUrl.slice(0, 200)}`, {
      hint: `it has ${resources.map(({ type }) => type).join(', ')}`,
    })
  })
  return router
}

/** Which kyozo this is: the id in the labels of everything that it makes. */
async function instance(context: ApiContext, response: Response): Promise<void> {
  send(response, { jsonapi: { version: '1.1' }, data: { type: 'instances', id: await instanceId(context.db), attributes: {} } })
}

/** JSON:API allows its media type only without parameters of ours. */
function negotiate(request: Request, _response: Response, next: NextFunction): void {
  const accepted = (request.headers.accept ?? '*/*').split(',').map((part) => part.trim())
  const isAcceptable = accepted.some((part) =>
    /^(\*\/\*|application\/\*|application\/json|application\/vnd\.api\+json)(\s*;\s*q=[\d.]+)?$/.test(part),
  )
  if (!isAcceptable)
    throw new KyozoError(
      'not_acceptable',
      `this API answers in ${mediaType}, and the request accepts only ${request.headers.accept?.slice(0, 100)}`,
      { hint: `send Accept: ${mediaType}` },
    )
  next()
}

async function list(context: ApiContext, resource: Resource, request: Request, response: Response): Promise<void> {
  const { filter, limit, after } = readQuery(resource, request)
  const columns = ['id', ...resource.attributes, ...Object.values(resource.relationships).map((relationship) => relationship.column)]
  const rows = await listRows(context.db, viewerIn(response), {
    table: resource.table,
    columns: columns as never,
    filter,
    page: { limit: limit + 1, ...(after === undefined ? {} : { after }) },
  })
  const page = rows.slice(0, limit)
  const next = rows.length > limit ? nextLink(request, String(page.at(-1)!.id)) : null
  send(response, {
    jsonapi: { version: '1.1' },
    data: page.map((row) => resourceObject(resource, row, context.baseUrl)),
    links: { self: request.originalUrl, next },
  })
}

async function show(context: ApiContext, resource: Resource, request: Request, response: Response): Promise<void> {
  const columns = [
    'id',
    ...resource.attributes,
    ...resource.largeAttributes,
    ...Object.values(resource.relationships).map((relationship) => relationship.column),
  ]
  const row = await rowOf(context, resource, { request, response, columns })
  const data = resourceObject(resource, row, context.baseUrl)
  if (resource.type === 'releases') Object.assign(data.attributes, await releaseDetails(context, String(row.id)))
  send(response, { jsonapi: { version: '1.1' }, data, links: { self: request.originalUrl } })
}

/** What ran: the stack's two documents, how it differs from the user's own, and a verdict for every service. */
async function releaseDetails(context: ApiContext, releaseId: string): Promise<Record<string, unknown>> {
  const stack = (await findRelease(context.db, releaseId))?.stackSpec
  const verdicts = await releaseServices(context.db, releaseId)
  return {
    compose: stack?.documentText ?? null,
    overlay: stack?.overlayText ?? null,
    differences: stack?.differences ?? [],
    verdicts: verdicts.map(({ releaseId: _, ...verdict }) =>
      Object.fromEntries(Object.entries(verdict).map(([name, value]) => [memberName(name), value])),
    ),
  }
}

async function logs(context: ApiContext, request: Request, response: Response): Promise<void> {
  const release = resources.find((resource) => resource.type === 'releases')!
  const row = await rowOf(context, release, { request, response, columns: ['id', 'state'] })
  const after = z
    .string()
    .regex(/^\d{1,18}$/)
    .catch('0')
    .parse(request.query.after ?? '0')
  const lines = await readLog(context.db, String(row.id), { after, limit: largestLogPage })
  send(response, {
    jsonapi: { version: '1.1' },
    data: lines.map((line) => ({
      type: 'log_lines',
      id: line.sequence,
      attributes: { stream: line.stream, service: line.service, text: line.text, recorded_at: line.recordedAt },
    })),
    meta: { state: row.state },
    links: {
      self: request.originalUrl,
      next: lines.length === largestLogPage ? `${request.baseUrl}/releases/${row.id}/logs?after=${lines.at(-1)!.sequence}` : null,
    },
  })
}

async function rowOf(
  context: ApiContext,
  resource: Resource,
  at: { readonly request: Request; readonly response: Response; readonly columns: readonly string[] },
): Promise<Record<string, unknown>> {
  const asked = id.safeParse(at.request.params.id)
  const row = asked.success
    ? await findRow(context.db, viewerIn(at.response), { table: resource.table, columns: at.columns as never, id: asked.data })
    : undefined
  if (row === undefined) throw new KyozoError('not_found', `there is no resource of type ${resource.type} with this id`)
  return row
}

function readQuery(resource: Resource, request: Request): { filter: Filter; limit: number; after: string | undefined } {
  const filter: Record<string, string | undefined> = {}
  let limit = defaultPageSize
  let after: string | undefined
  for (const [name, value] of Object.entries(request.query)) {
    const text = String(value)
    if (text.includes('\0')) throw badParameter(name, 'it holds a NUL character')
    const filtered = /^filter\[(\w+)\]$/.exec(name)?.[1]
    const column = filtered === undefined ? undefined : Object.entries(resource.filters).find(([key]) => memberName(key) === filtered)?.[1]
    if (column !== undefined) filter[column] = column.endsWith('Id') && column !== 'deliveryId' ? readParameter(name, id, text) : text
    else if (name === 'page[size]') limit = readParameter(name, z.coerce.number().int().min(1).max(largestPageSize), text)
    else if (name === 'page[after]') after = readParameter(name, id, text)
    else throw badParameter(name, `${resource.type} cannot be asked with it`)
  }
  return { filter, limit, after }
}

function readParameter<T>(name: string, shape: z.ZodType<T>, text: string): T {
  const read = shape.safeParse(text)
  if (!read.success) throw badParameter(name, read.error.issues[0]?.message ?? 'it is not right')
  return read.data
}

function badParameter(name: string, why: string): KyozoError {
  return new KyozoError('bad_request', `the query parameter ${JSON.stringify(name.slice(0, 60))} is not valid: ${why}`, {
    hint: `the API guide lists filters, page[size] (at most ${largestPageSize}) and page[after]`,
  })
}

function nextLink(request: Request, after: string): string {
  const url = new URL(request.originalUrl, 'http://localhost')
  url.searchParams.set('page[after]', after)
  return `${url.pathname}${url.search}`
}

function send(response: Response, document: object): void {
  response.set('Cache-Control', 'no-store').vary('Accept')
  response.setHeader('Content-Type', mediaType)
  response.send(Buffer.from(JSON.stringify(document)))
}
