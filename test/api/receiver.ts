// What the tests of the webhook receiver share: a real server with a ledger in memory, and ways to speak to it.
import { createHmac, randomUUID } from 'node:crypto'
import { type AddressInfo, connect } from 'node:net'
import express from 'express'
import { afterEach } from 'vitest'
import { type Acceptance, type VerifiedDelivery, type WebhookOptions, webhookRouter } from '../../src/api/webhooks.ts'
import { reasonToIgnore } from '../../src/forge/forge.ts'
import { exampleOf, githubCom } from '../forge/github/examples.ts'

export const secret = githubCom.webhookSecret
const closers: (() => void)[] = []

/** Stops each test's servers after it. */
export function useReceivers(): void {
  afterEach(() => {
    for (const close of closers.splice(0)) close()
  })
}

export interface Receiver {
  readonly url: string
  readonly port: number
  /** What the ledger was given, duplicates left out. */
  readonly stored: VerifiedDelivery[]
  readonly refusals: string[]
  readonly lines: string[]
}

/** A real server whose ledger keeps deliveries in memory by the rules of the port: one id, one row. */
export async function startReceiver(options: Partial<WebhookOptions> = {}): Promise<Receiver> {
  const stored: VerifiedDelivery[] = []
  const refusals: string[] = []
  const lines: string[] = []
  const write = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`)
  const app = express()
  app.use(
    '/webhooks',
    webhookRouter({
      connections: {
        find: async ({ name }) =>
          name === undefined || name === 'main' ? githubCom : name === 'empty' ? { ...githubCom, name, webhookSecret: '' } : undefined,
      },
      ledger: { accept: async (delivery) => acceptInto(stored, delivery) },
      log: { info: write, warn: write, error: write },
      onRefused: (code) => refusals.push(code),
      ...options,
    }),
  )
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  closers.push(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/webhooks/github`, port, stored, refusals, lines }
}

export function acceptInto(stored: VerifiedDelivery[], delivery: VerifiedDelivery): Acceptance {
  const { deliveryId } = delivery
  const url = `http://kyozo.test/deliveries/${deliveryId}`
  if (stored.some((known) => known.deliveryId === deliveryId)) return { decision: 'duplicate', reason: 'received before', deliveryId, url }
  stored.push(delivery)
  const ignored = reasonToIgnore(delivery.forgeEvent)
  return { decision: ignored === undefined ? 'accepted' : 'ignored', reason: ignored ?? 'a release is queued', deliveryId, url }
}

export function sign(body: string | Uint8Array, withSecret = secret): string {
  return `sha256=${createHmac('sha256', withSecret).update(body).digest('hex')}`
}

export function signedHeaders(body: string | Uint8Array, changes: Record<string, string | undefined> = {}): Record<string, string> {
  const headers = {
    'content-type': 'application/json',
    'x-github-event': 'push',
    'x-github-delivery': randomUUID(),
    'x-hub-signature-256': sign(body),
    ...changes,
  }
  return Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown>
}

export async function deliver(url: string, body: string | Uint8Array, changes: Record<string, string | undefined> = {}): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    body: typeof body === 'string' ? body : new Uint8Array(body),
    headers: signedHeaders(body, changes),
  })
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> }
}

/** Writes bytes on a socket and reads until the server closes it. */
export function converse(port: number, pieces: readonly (string | Uint8Array)[], end = false): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk.toString()
    })
    socket.on('close', () => resolve(answer))
    // The server may close while the rest of a refused body is still being written; what it answered is what counts.
    socket.on('error', (error) => (answer === '' ? reject(error) : resolve(answer)))
    for (const piece of pieces) socket.write(piece)
    if (end) socket.end()
  })
}

export const push = JSON.stringify({ ...exampleOf('push'), ref: 'refs/heads/master', after: 'a'.repeat(40) })
