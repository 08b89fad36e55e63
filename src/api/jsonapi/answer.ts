// Sending documents: their type, their ETag, and what a HEAD or a conditional request gets of them.
import { createHash } from 'node:crypto'
import type { Request, Response } from 'express'
import { KyozoError } from '../../errors.ts'
import { acceptedType } from './media-type.ts'

export interface Answer {
  readonly status?: number
  readonly document: object
  /** Of the row that the document shows alone. */
  readonly version?: string
  readonly headers?: Readonly<Record<string, string>>
}

export function send(request: Request, response: Response, { status = 200, document, version, headers = {} }: Answer): void {
  const body = Buffer.from(JSON.stringify(document))
  response
    .status(status)
    .set({ 'Cache-Control': 'private, no-cache', ...headers })
    .vary('Accept')
    .vary('Authorization')
  if (version !== undefined) {
    const tag = `"${version}-${createHash('sha1').update(body).digest('base64url').slice(0, 12)}"`
    response.setHeader('ETag', tag)
    if (isRead(request) && isKnown(request.get('if-none-match'), tag)) {
      response.status(304).end()
      return
    }
  }
  response.setHeader('Content-Type', acceptedType(request.headers.accept))
  response.setHeader('Content-Length', body.length)
  response.end(request.method === 'HEAD' ? undefined : body)
}

function isRead({ method }: Request): boolean {
  return method === 'GET' || method === 'HEAD'
}

/** Weakly compared, as RFC 9110 has it for reading. */
function isKnown(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false
  return header.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === tag)
}

/**
 * The versions that a change may start from, or undefined for any. A tag's second part is about one spelling of the document: only the first,
 * the row's version, says whether the row has changed.
 */
export function expectedVersions(request: Request): readonly string[] | undefined {
  const header = request.get('if-match')
  if (header === undefined || header.trim() === '*') return undefined
  return header.split(',').flatMap((tag) => /^"(\d+)-[\w-]+"$/.exec(tag.trim())?.[1] ?? [])
}

export function assertVersion(version: string, expected: readonly string[] | undefined): void {
  if (expected === undefined || expected.includes(version)) return
  throw new KyozoError('precondition_failed', 'the resource has changed since it was read', {
    hint: 'read it again, and send the new ETag as If-Match',
  })
}
