// What is left of an address that only shows something: it says so, and does nothing else.
import type { Request, Response } from 'express'
import { KyozoError } from '../errors.ts'

const allowed = 'GET, HEAD, OPTIONS'

export function onlyReads(request: Request, response: Response): void {
  response.setHeader('Allow', allowed)
  if (request.method === 'OPTIONS') {
    response.status(204).end()
    return
  }
  throw new KyozoError('method_not_allowed', `${request.method} does nothing here`, { hint: `what can be done: ${allowed}` })
}
