// Who asks: a bearer token on the API, the same token as a basic password for git and pages. A token in the address is never looked at.
import type { NextFunction, Request, Response } from 'express'
import { KyozoError } from '../errors.ts'
import type { Database } from '../store/database.ts'
import { type Viewer, viewerOf } from '../store/viewer.ts'

/** The viewer, or undefined when no valid token came with the request. */
export async function authenticate(db: Database, request: Request): Promise<Viewer | undefined> {
  const token = tokenOf(request.headers.authorization ?? '')
  return token === undefined || token === '' ? undefined : viewerOf(db, token)
}

function tokenOf(header: string): string | undefined {
  const bearer = /^Bearer +([\x21-\x7e]+)$/i.exec(header)
  if (bearer) return bearer[1]
  const basic = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(header)
  if (!basic) return undefined
  const pair = Buffer.from(basic[1]!, 'base64').toString('utf8')
  return pair.slice(pair.indexOf(':') + 1)
}

/** The viewer that `requireViewer` put on the response. */
export function viewerIn(response: Response): Viewer {
  const viewer: unknown = response.locals.viewer
  if (viewer === undefined) throw new KyozoError('unauthorized', 'no token came with this request')
  return viewer as Viewer
}

/** Refuses a request without a valid token. `scheme` is what a client is told to use. */
export function requireViewer(db: Database, scheme: 'Bearer' | 'Basic') {
  return async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    const viewer = await authenticate(db, request)
    if (viewer === undefined) {
      response.setHeader('WWW-Authenticate', `${scheme} realm="kyozo"`)
      throw new KyozoError('unauthorized', 'this needs an API token, and none that is valid came with the request', {
        hint: scheme === 'Bearer' ? 'send the header Authorization: Bearer <token>' : 'use the token as the password, with any user name',
      })
    }
    response.locals.viewer = viewer
    next()
  }
}
