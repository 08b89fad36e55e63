// What a browser sends on behalf of another site's page is refused: kyozo answers only to hosts it is known by, and takes changes only from its own pages.
import { isIP } from 'node:net'
import type { NextFunction, Request, Response } from 'express'
import { KyozoError } from '../errors.ts'

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Throws `forbidden` unless a request that changes something says that it comes from a page of this host. */
export function assertSameOrigin(request: Request): void {
  if (safeMethods.has(request.method)) return
  const { origin, host } = request.headers
  const site = request.get('sec-fetch-site')
  if (origin === undefined ? site === 'same-origin' : isOf(origin, host) && (site ?? 'same-origin') === 'same-origin') return
  throw new KyozoError('forbidden', 'a change with the cookie of a login must come from a page of kyozo', {
    hint: 'programs send a token in the Authorization header, and no cookie',
  })
}

/** Like `assertSameOrigin`, where there need be no cookie: a program says nothing of an origin, a browser always does. */
export function assertNotForeign(request: Request): void {
  const saysNothing = request.headers.origin === undefined && request.get('sec-fetch-site') === undefined
  if (!saysNothing || request.headers.cookie !== undefined) assertSameOrigin(request)
}

/** Throws `forbidden` when a page of another origin asks to read with a visitor's cookie. What a browser does not tell, it does not do for a page. */
export function assertOwnPage(request: Request): void {
  const { origin, host } = request.headers
  const site = request.get('sec-fetch-site') ?? 'none'
  if ((site === 'none' || site === 'same-origin') && (origin === undefined || isOf(origin, host))) return
  throw new KyozoError('forbidden', 'only pages of kyozo may ask with the cookie of a login')
}

/** A form of another site can send text that looks like JSON, but not say that it is: for that the browser asks first. */
export function assertJsonBody(request: Request): void {
  if (safeMethods.has(request.method) || !hasBody(request)) return
  if (/^application\/(vnd\.api\+)?json\s*(;|$)/i.test(request.get('content-type') ?? '')) return
  throw new KyozoError('media_type_unsupported', 'with the cookie of a login, a body must be JSON')
}

export function hasBody(request: Request): boolean {
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0
}

function isOf(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && host !== undefined && new URL(origin).host === new URL(`http://${host}`).host.replace(/:80$/, '')
}

/**
 * Refuses a host that kyozo is not known by: a name that somebody points here could read answers in a visitor's browser. The name of the base URL,
 * this machine's own names and plain addresses are known; none of them can be made to point elsewhere.
 */
export function requireKnownHost(baseUrl: string) {
  const known = new URL(baseUrl).hostname
  return (request: Request, _response: Response, next: NextFunction): void => {
    const name = hostName(request.headers.host)
    if (name === undefined || (name !== known && name !== 'localhost' && isIP(name.replace(/^\[|\]$/g, '')) === 0))
      throw new KyozoError('misdirected', 'kyozo is not known by the host of this request', {
        hint: `use ${baseUrl}, or set KYOZO_BASE_URL`,
      })
    next()
  }
}

function hostName(host: string | undefined): string | undefined {
  const url = `http://${host ?? ''}`
  return host !== undefined && /^[a-z0-9.[\]:_-]+$/i.test(host) && URL.canParse(url) ? new URL(url).hostname : undefined
}
