// GET /api/v1/releases/<id>/logs: what a release and its builds printed, in pages. The topic logs:<id> of the live stream tells the rest.
import { Router } from 'express'
import { z } from 'zod'
import { KyozoError } from '../errors.ts'
import type { Database } from '../store/database.ts'
import { readLog } from '../store/logs.ts'
import { findRow } from '../store/reading.ts'
import { requireViewer, viewerIn } from './authenticate.ts'
import { acceptedType } from './jsonapi/media-type.ts'
import { linksOf } from './jsonapi/read-routes.ts'
import { logReach } from './live/topics.ts'
import { readParameters, sendDocument } from './log-answer.ts'
import { onlyReads } from './only-reads.ts'

const largestPage = 1_000

const parameters = {
  /** The sequence number of the last line that is known. */
  'page[after]': z.string().regex(/^\d{1,18}$/, 'it is no sequence number of a line'),
  'page[size]': z.coerce.number().int().min(1).max(largestPage),
  'filter[stream]': z.enum(['release', 'build']),
}

export function releaseLogRouter(db: Database): Router {
  const router = Router()
  router.get('/:id/logs', requireViewer(db, 'Bearer'), async (request, response) => {
    acceptedType(request.headers.accept)
    const viewer = viewerIn(response)
    const id = z.uuid().safeParse(request.params.id)
    const columns = ['id', 'state', 'workspaceId', 'environmentId'] as const
    const row = id.success ? await findRow(db, viewer, { table: 'releases', columns, id: id.data }) : undefined
    if (row === undefined) throw new KyozoError('not_found', 'there is no resource of type releases with this id')
    const reach = await logReach(db, viewer, row as unknown as { workspaceId: string; environmentId: string })
    const { 'page[after]': after = '0', 'page[size]': limit = largestPage, 'filter[stream]': stream } = readParameters(request, parameters)
    const lines = await readLog(db, String(row.id), {
      after,
      limit,
      ...(stream === undefined ? {} : { stream }),
      ...(reach.kind === 'all' ? {} : { services: [...reach.services] }),
    })
    const isFull = lines.length === limit
    sendDocument(request, response, {
      data: lines.map((line) => ({
        type: 'log_lines',
        id: line.sequence,
        attributes: { stream: line.stream, service: line.service, text: line.text, recorded_at: line.recordedAt },
      })),
      meta: { state: row.state },
      links: { ...linksOf(request), next: isFull ? nextLink(request.originalUrl, lines.at(-1)!.sequence) : null },
    })
  })
  return router.all('/:id/logs', onlyReads)
}

function nextLink(address: string, after: string): string {
  const url = new URL(address, 'http://localhost')
  url.searchParams.set('page[after]', after)
  return `${url.pathname}${url.search}`
}
