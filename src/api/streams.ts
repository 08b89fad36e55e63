// The addresses below /api/v1 that answer with what happens or with lines, not with resources. This file is the list.
import { Router } from 'express'
import { type EventsContext, eventsRouter } from './events.ts'
import { releaseLogRouter } from './release-log.ts'
import { type ServiceOutput, serviceOutputRouter } from './service-output.ts'

export type StreamContext = EventsContext & { readonly output: ServiceOutput }

export function streamRouter(context: StreamContext): Router {
  return Router()
    .use('/events', eventsRouter(context))
    .use('/service_instances', serviceOutputRouter({ ...context, holds: context.live.holds }))
    .use('/releases', releaseLogRouter(context.db))
}
