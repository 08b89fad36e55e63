// GET on a path: a 2xx with its whole body is well. Redirects are not followed, because where they lead is not the service; what leads from a health
// path to a login says nothing of health.
import { Agent, type IncomingMessage, request } from 'node:http'
import { inSeconds, oneLine, type ProbeResult, type ProbeTarget, probeLimitMs } from './probe.ts'

/** A health page is small; more is not read. */
const bodyLimitBytes = 64 * 1024
const headerLimitBytes = 16 * 1024

/** A probe must see a new connection: one that is kept says nothing about whether others still get through. */
const agent = new Agent({ keepAlive: false })

export function probeHttp(target: ProbeTarget, path: string, limitMs = probeLimitMs): Promise<ProbeResult> {
  const asked = `GET ${path}`
  return new Promise((resolve) => {
    const headers = { host: 'localhost', 'user-agent': 'kyozo-health', accept: '*/*', connection: 'close' }
    const sent = request({ host: target.host, port: target.port, path, headers, agent, maxHeaderSize: headerLimitBytes })
    const settle = (hasPassed: boolean, words: string) => {
      clearTimeout(timer)
      resolve({ hasPassed, words: `${asked} ${words}` })
      sent.destroy()
    }
    const fail = (why: string) => settle(false, why)
    let begun: Begun | undefined
    // The whole look has this long, however many bytes drip in meanwhile.
    const timer = setTimeout(() => {
      if (begun === undefined) fail(`got no answer in ${inSeconds(limitMs)}`)
      else settle(...verdictOf(begun, path, `did not end in ${inSeconds(limitMs)}`))
    }, limitMs)
    sent.once('response', (answer) => {
      const mine = { answer, body: readBody(answer) }
      begun = mine
      answer.once('close', () => settle(...verdictOf(mine, path, 'broke off')))
    })
    // Without a listener Node 24 ends the connection and says nothing but `close`.
    sent.once('upgrade', (_, socket) => {
      socket.destroy()
      fail('answered 101, which leaves HTTP')
    })
    sent.on('error', (error: NodeJS.ErrnoException) => fail(wordsOf(error)))
    sent.once('close', () => {
      if (begun === undefined) fail('found the connection closed')
    })
    sent.end()
  })
}

interface Begun {
  readonly answer: IncomingMessage
  readonly body: { isEnough(): boolean }
}

/** `otherwise`: what became of a body that is not whole. */
function verdictOf({ answer, body }: Begun, path: string, otherwise: string): [hasPassed: boolean, words: string] {
  const { statusCode: status = 0 } = answer
  const said = `answered ${status}${leadsTo(answer)}`
  return isWell(status, path) && !body.isEnough() ? [false, `${said}, but its body ${otherwise}`] : [isWell(status, path), said]
}

/** `/` is what is asked for where nothing better is known, and of many programs it leads to the page that people begin at. */
function isWell(status: number, path: string): boolean {
  return status >= 200 && status < (path === '/' ? 400 : 300)
}

/** Enough is all of it, or as much of it as a health page has at most: a longer one may go on for ever. */
function readBody(answer: IncomingMessage): { isEnough(): boolean } {
  let size = 0
  answer.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > bodyLimitBytes) answer.destroy()
  })
  answer.on('error', () => undefined)
  return { isEnough: () => answer.complete || size > bodyLimitBytes }
}

function leadsTo({ statusCode = 0, headers }: IncomingMessage): string {
  const { location } = headers
  if (statusCode < 300 || statusCode > 399 || location === undefined) return ''
  return `, which leads to ${oneLine(location.replace(/[?#].*$/s, ''))} and is not followed`
}

const startOfTls = [0x15, 0x16]

export function wordsOf(error: NodeJS.ErrnoException & { readonly rawPacket?: Buffer }): string {
  if (error.code === 'ECONNREFUSED' || error.code === 'ECONNRESET') return 'found nothing listening on 0.0.0.0'
  if (error.code === 'HPE_HEADER_OVERFLOW') return 'got an answer with headers above 16 KiB'
  const first = error.rawPacket?.[0]
  if (first !== undefined && startOfTls.includes(first)) return 'got an answer by TLS, and is asked without'
  if (error.code?.startsWith('HPE_')) return 'got an answer that is not HTTP'
  return `failed (${error.code ?? error.message})`
}
