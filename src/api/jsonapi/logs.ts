// GET /api/v1/releases/<id>/logs: what a release and its builds printed, page by page.
import { z } from 'zod'
import { readLog } from '../../store/logs.ts'
import { resourceOf } from '../resources/index.ts'
import { send } from './answer.ts'
import { implementation } from './document.ts'
import { type Asked, assertMay, existing } from './read-routes.ts'

const largestLogPage = 1_000

export async function logs({ at, request, response }: Omit<Asked, 'target'>, id: string): Promise<void> {
  const resource = resourceOf('releases')
  const item = await existing(at, resource, { id, fields: ['state'] })
  assertMay(at, { right: 'log_lines.read', item })
  const after = z
    .string()
    .regex(/^\d{1,18}$/)
    .catch('0')
    .parse(request.query.after ?? '0')
  const lines = await readLog(at.db, item.id, { after, limit: largestLogPage })
  const path = request.originalUrl.split('?')[0]!
  send(request, response, {
    document: {
      jsonapi: implementation,
      data: lines.map((line) => ({
        type: 'log_lines',
        id: line.sequence,
        attributes: { stream: line.stream, service: line.service, text: line.text, recorded_at: line.recordedAt },
      })),
      meta: { state: item.attributes.state },
      links: { self: request.originalUrl, next: lines.length === largestLogPage ? `${path}?after=${lines.at(-1)!.sequence}` : null },
    },
  })
}
