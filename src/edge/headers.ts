// What of a request's and an answer's head passes the edge, in the order and spelling it came in. Pure.

/** RFC 9110 §7.6.1: for the next hop only. `Expect` is answered by the edge's own server. */
const hopByHop = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** RFC 9110 §7.6.1 forbids to name an end-to-end header in `Connection`; without this one a body could be taken for another request. */
const neverDropped = 'content-length'

/** Set by the edge alone: what a client claims about where it comes from is not passed on, and a second `Host` is not either. */
const edgeOwned = new Set([
  'host',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-real-ip',
])

export interface Client {
  readonly address: string
  readonly isEncrypted: boolean
}

/** Name, value, name, value, as Node takes and gives them; repeated headers stay repeated. */
export type RawHeaders = readonly string[]

export function requestHeaders(raw: RawHeaders, client: Client): string[] {
  const host = valuesOf(raw, 'host')[0] ?? ''
  const forwarded = [
    'X-Forwarded-For',
    client.address,
    'X-Forwarded-Proto',
    client.isEncrypted ? 'https' : 'http',
    'X-Forwarded-Host',
    host,
  ]
  return ['Host', host, ...endToEnd(raw, edgeOwned), ...forwarded]
}

export function upgradeHeaders(raw: RawHeaders, client: Client): string[] {
  return [...requestHeaders(raw, client), 'Connection', 'Upgrade', 'Upgrade', valuesOf(raw, 'upgrade').join(', ')]
}

/** Node's client reads status lines that its server refuses to write, by an error. What is informational is no answer. */
export function canPass({
  statusCode = 0,
  statusMessage = '',
}: {
  readonly statusCode?: number
  readonly statusMessage?: string
}): boolean {
  return statusCode >= 200 && /^[\t\x20-\x7e\x80-\xff]*$/.test(statusMessage)
}

export function responseHeaders(raw: RawHeaders): string[] {
  return endToEnd(raw, new Set())
}

function endToEnd(raw: RawHeaders, alsoDropped: ReadonlySet<string>): string[] {
  const named = new Set(
    valuesOf(raw, 'connection').flatMap((value) =>
      value
        .toLowerCase()
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== neverDropped),
    ),
  )
  const kept: string[] = []
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at] ?? ''
    const key = name.toLowerCase()
    if (!hopByHop.has(key) && !alsoDropped.has(key) && !named.has(key)) kept.push(name, raw[at + 1] ?? '')
  }
  return kept
}

function valuesOf(raw: RawHeaders, wanted: string): string[] {
  return raw.flatMap((value, at) => (at % 2 === 1 && raw[at - 1]?.toLowerCase() === wanted ? [value] : []))
}
