// The body of a form or of a small request, read into memory no further than it may go.
import type { Request } from 'express'
import { KyozoError } from '../../errors.ts'

/** An invitation's form with the longest password is two kilobytes. */
const largestBody = 16 * 1024
const deadlineMs = 10_000

export async function readSmallBody(request: Request): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  const timer = setTimeout(() => request.destroy(), deadlineMs)
  try {
    for await (const part of request as AsyncIterable<Buffer>) {
      size += part.length
      if (size > largestBody) throw new KyozoError('payload_too_large', `the body of this request may have ${largestBody} bytes`)
      parts.push(part)
    }
  } finally {
    clearTimeout(timer)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** The fields of a form. Throws `media_type_unsupported` for anything else. */
export async function readForm(request: Request): Promise<URLSearchParams> {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(request.get('content-type') ?? ''))
    throw new KyozoError('media_type_unsupported', 'this address takes what its form sends')
  return new URLSearchParams(await readSmallBody(request))
}
