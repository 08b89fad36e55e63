// GET on a path: any 2xx or 3xx is well. Redirects are not followed, because where they lead is not the service.
import { Agent, request } from 'node:http'
import { type ProbeResult, type ProbeTarget, probeLimitMs } from './probe.ts'

/** A health page is small; more is not read. */
const bodyLimitBytes = 64 * 1024

/** A probe must see a new connection: one that is kept says nothing about whether others still get through. */
const agent = new Agent({ keepAlive: false })

export function probeHttp(target: ProbeTarget, path: string): Promise<ProbeResult> {
  const asked = `GET ${path}`
  const signal = AbortSignal.timeout(probeLimitMs)
  return new Promise((resolve) => {
    const fail = (why: string) => resolve({ hasPassed: false, words: `${asked} ${why}` })
    const headers = { host: 'localhost', 'user-agent': 'kyozo-health', accept: '*/*', connection: 'close' }
    const sent = request({ host: target.host, port: target.port, path, headers, agent, signal }, (answer) => {
      const status = answer.statusCode ?? 0
      let size = 0
      answer.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > bodyLimitBytes) answer.destroy()
      })
      answer.on('error', () => undefined)
      // A body may go on for ever; the status is the answer.
      answer.once('close', () => resolve({ hasPassed: status >= 200 && status < 400, words: `${asked} answered ${status}` }))
    })
    sent.on('error', (error: NodeJS.ErrnoException) => fail(signal.aborted ? `got no answer in ${probeLimitMs / 1000} s` : wordsOf(error)))
    sent.end()
  })
}

export function wordsOf(error: NodeJS.ErrnoException): string {
  if (error.code === 'ECONNREFUSED' || error.code === 'ECONNRESET') return 'found nothing listening on 0.0.0.0'
  if (error.code?.startsWith('HPE_')) return 'got an answer that is not HTTP'
  return `failed (${error.code ?? error.message})`
}
