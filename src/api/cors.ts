// Web pages of other origins may call the API only where the operator has listed them, and only with a token: cookies are never for them.
import type { NextFunction, Request, Response } from 'express'

const requestHeaders = 'Accept, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Kyozo-Team, Last-Event-ID'
const answerHeaders = 'Content-Location, ETag, Location, Retry-After'
const preflightSeconds = '600'

export function cors(origins: readonly string[]) {
  const allowed = new Set(origins)
  return (request: Request, response: Response, next: NextFunction): void => {
    if (allowed.size > 0) response.vary('Origin')
    const { origin } = request.headers
    const isAllowed = origin !== undefined && allowed.has(origin)
    if (isAllowed) allow(response, origin)
    if (isAllowed && request.method === 'OPTIONS' && request.get('access-control-request-method') !== undefined) answerPreflight(response)
    else next()
  }
}

function allow(response: Response, origin: string): void {
  response.set({ 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': answerHeaders })
  // Helmet says same-origin everywhere else.
  response.set('Cross-Origin-Resource-Policy', 'cross-origin')
}

function answerPreflight(response: Response): void {
  response
    .status(204)
    .set({
      'Access-Control-Allow-Methods': 'GET, HEAD, POST, PATCH, DELETE',
      'Access-Control-Allow-Headers': requestHeaders,
      'Access-Control-Max-Age': preflightSeconds,
    })
    .end()
}
