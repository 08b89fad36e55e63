// Who asks: a bearer token on the API, the same token as a basic password for git and pages, or the cookie of a login. A token in the address is
// never looked at. Where a token came, the cookie is not: what a program sends decides.
import type { NextFunction, Request, Response } from 'express'
import type { Access } from '../access/access.ts'
import { hasSessionCookie } from '../access/better-auth.ts'
import type { Limits } from '../access/limits.ts'
import { KyozoError } from '../errors.ts'
import type { Database } from '../store/database.ts'
import { noteTokenUse } from '../store/tokens.ts'
import { type Viewer, viewerInTeam, viewerOf } from '../store/viewer.ts'
import { assertJsonBody, assertSameOrigin } from './same-origin.ts'

/** Which of their teams a person means for one request: the team's slug. */
export const teamHeader = 'kyozo-team'

/** The viewer of the token that came with the request, or undefined when none that is valid did. */
export async function authenticate(db: Database, request: Request): Promise<Viewer | undefined> {
  const token = tokenOf(request.headers.authorization ?? '')
  const viewer = token === undefined || token === '' ? undefined : await viewerOfToken(db, token)
  const team = request.get(teamHeader)
  return viewer === undefined || team === undefined ? viewer : viewerInTeam(db, viewer, team)
}

/** Lookups under way. */
const lookups = new WeakMap<Database, Map<string, Promise<Viewer | undefined>>>()

/** Requests of one token that come at once ask the database once: nothing is kept beyond its answer, so that a revoked token ends at once. */
function viewerOfToken(db: Database, token: string): Promise<Viewer | undefined> {
  const known = lookups.get(db) ?? new Map<string, Promise<Viewer | undefined>>()
  lookups.set(db, known)
  const underWay = known.get(token)
  if (underWay !== undefined) return underWay
  const lookup = viewerOf(db, token).finally(() => known.delete(token))
  known.set(token, lookup)
  void lookup.then(
    (viewer) => viewer && noteUse(db, viewer),
    () => undefined,
  )
  return lookup
}

/** When this process noted a token's use last. */
const noted = new Map<string, number>()
const noteMs = 60_000
const mostNoted = 10_000

/** Nobody waits for it, and a use that could not be noted is noted with the next one. */
function noteUse(db: Database, { via }: Viewer): void {
  const now = performance.now()
  if (now - (noted.get(via.id) ?? Number.NEGATIVE_INFINITY) < noteMs) return
  if (noted.size >= mostNoted) noted.clear()
  noted.set(via.id, now)
  noteTokenUse(db, via.id).catch(() => noted.delete(via.id))
}

export interface Identification {
  readonly db: Database
  readonly access: Access
  readonly limits: Limits
}

/** Finds the viewer once for everything that follows, and counts the request once. Nobody is refused here but who asks too often. */
export function identify({ db, access, limits }: Identification) {
  return async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    const viewer = request.headers.authorization === undefined ? await signedIn(access, request) : await authenticate(db, request)
    if (viewer === undefined) await limits.stranger(addressOf(request))
    else await limits.api(`${viewer.teamId} ${viewer.userId}`)
    response.locals.isIdentified = true
    response.locals.viewer = viewer
    next()
  }
}

/** A browser sends its cookie whoever made the page: what changes something must come from a page of kyozo's own. */
async function signedIn(access: Access, request: Request): Promise<Viewer | undefined> {
  if (!hasSessionCookie(request.headers.cookie)) return undefined
  assertSameOrigin(request)
  if (request.originalUrl.startsWith('/api/') || request.originalUrl.startsWith('/graphql')) assertJsonBody(request)
  return access.viewerOfSession(headersOf(request), { team: request.get(teamHeader) })
}

export function headersOf(request: Request): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  return headers
}

export function addressOf(request: Request): string {
  return request.ip ?? 'unknown'
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

/** Refuses a request without a valid token or login. `scheme` is what a client is told to use. */
export function requireViewer(db: Database, scheme: 'Bearer' | 'Basic') {
  return async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    const { locals } = response
    const viewer = locals.isIdentified === true ? (locals.viewer as Viewer | undefined) : await authenticate(db, request)
    if (viewer === undefined) {
      response.setHeader('WWW-Authenticate', `${scheme} realm="kyozo"`)
      throw new KyozoError('unauthorized', 'this needs an API token, and none that is valid came with the request', {
        hint: scheme === 'Bearer' ? 'send the header Authorization: Bearer <token>' : 'use the token as the password, with any user name',
      })
    }
    locals.viewer = viewer
    next()
  }
}
