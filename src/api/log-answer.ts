// Lines of a log as JSON:API, and the reading of what a client asks of them.
import type { Request, Response } from 'express'
import type { z } from 'zod'
import { KyozoError, type Problem } from '../errors.ts'
import { send } from './jsonapi/answer.ts'
import { implementation } from './jsonapi/document.ts'

/** In the type that the client takes. */
export function sendDocument(request: Request, response: Response, document: object): void {
  send(request, response, { document: { jsonapi: implementation, ...document } })
}

/** Query parameters by their shapes. Throws `bad_request` that names each that is unknown or wrong. */
export function readParameters<S extends Readonly<Record<string, z.ZodType>>>(
  request: Request,
  shapes: S,
): { readonly [K in keyof S]?: z.infer<S[K]> } {
  const problems: Problem[] = []
  const read: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(request.query)) {
    const parsed = Object.hasOwn(shapes, name) ? shapes[name]!.safeParse(value) : undefined
    if (parsed?.success) read[name] = parsed.data
    else {
      const parameter = name.slice(0, 60)
      const words =
        parsed === undefined ? 'is unknown here' : `is ${JSON.stringify(String(value).slice(0, 60))}: ${parsed.error.issues[0]?.message}`
      problems.push({ source: { parameter }, message: `${JSON.stringify(parameter)} ${words}` })
    }
  }
  if (problems.length === 0) return read as { readonly [K in keyof S]?: z.infer<S[K]> }
  throw new KyozoError('bad_request', `the query parameter ${problems.map(({ message }) => message).join(', ')}`, {
    hint: `these lines can be asked with ${Object.keys(shapes).join(', ')}`,
    problems,
  })
}

/** For an id in `Last-Event-ID` or `last_event_id` that no event had. */
export function badPosition(request: Request, position: string): KyozoError {
  const message = `the position ${JSON.stringify(position.slice(0, 60))} is none that was ever told`
  const source = request.get('last-event-id') === undefined ? { parameter: 'last_event_id' } : { header: 'Last-Event-ID' }
  return new KyozoError('bad_request', message, {
    hint: 'send the id of the last event, or none to begin now',
    problems: [{ source, message }],
  })
}
