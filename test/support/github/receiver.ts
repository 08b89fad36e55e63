// Whoever GitHub's webhooks lead to: takes every delivery and remembers it.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { verify } from '../../../src/forge/github/verify.ts'

export interface Received {
  readonly event: string
  readonly deliveryId: string
  readonly payload: Record<string, unknown>
  readonly isSigned: boolean
}

export interface Receiver {
  readonly url: string
  readonly received: readonly Received[]
  /** `push`, or an event with its action: `pull_request opened`. */
  events(): readonly string[]
  close(): Promise<void>
}

export async function startReceiver({ secret }: { readonly secret: string }): Promise<Receiver> {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    received.push({
      event: String(request.headers['x-github-event']),
      deliveryId: String(request.headers['x-github-delivery']),
      payload: JSON.parse(body.toString()),
      isSigned: verify({ headers: request.headers, body }, secret),
    })
    response.writeHead(202).end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    received,
    events: () => received.map(({ event, payload }) => [event, payload.action].filter((part) => part !== undefined).join(' ')),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
