// What a terminal follows, against a real server that breaks off, falls over and refuses.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { eventsIn, followEvents, type ServerSentEvent } from '../../../src/cli/server/event-stream.ts'

const opened: Server[] = []

afterEach(() => {
  for (const server of opened.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

type Answer = (response: ServerResponse, request: IncomingMessage) => void

/** Each connection gets the next answer; the last one answers all that follow. */
async function serve(...answers: readonly Answer[]): Promise<{ readonly url: string; readonly asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = []
  const server = createServer((request, response) => {
    asked.push(request)
    answers[Math.min(asked.length, answers.length) - 1]!(response, request)
  })
  opened.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`, asked }
}

const stream = (text: string, then: (response: ServerResponse) => void): Answer => {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(text, () => then(response))
  }
}

async function take(count: number, url: string): Promise<ServerSentEvent[]> {
  const enough = new AbortController()
  const events: ServerSentEvent[] = []
  for await (const event of followEvents({ url, headers: {}, signal: enough.signal })) {
    events.push(event)
    if (events.length === count) enough.abort()
  }
  return events
}

async function read(...chunks: readonly (string | Uint8Array)[]): Promise<ServerSentEvent[]> {
  const events: ServerSentEvent[] = []
  const bytes = async function* () {
    for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
  }
  for await (const event of eventsIn(bytes())) events.push(event)
  return events
}

it('an event may come in any pieces, with any line end, with comments between', async () => {
  const text = ': hello\n\nid: 7\r\nevent: releases.updated\r\ndata: {"words":\ndata: "grün"}\n\n:\ndata:bare\n\nid: 8\n\n'
  const whole = [
    { id: '7', name: 'releases.updated', data: '{"words":\n"grün"}' },
    { id: '7', name: 'message', data: 'bare' },
  ]
  expect(await read(text)).toEqual(whole)
  const bytes = Buffer.from(text)
  expect(await read(...Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)))).toEqual(whole)
})

it('an event without its empty line has not happened', async () => {
  expect(await read('data: first\n\ndata: cut o')).toEqual([{ id: '', name: 'message', data: 'first' }])
})

it('a stream that breaks off goes on behind the last event', async () => {
  const { url, asked } = await serve(
    stream('id: 1\ndata: one\n\nid: 2\ndata: two\n\n', (response) => response.destroy()),
    (response) => response.writeHead(503).end('starting'),
    stream('id: 3\ndata: three\n\n', () => undefined),
  )
  expect((await take(3, url)).map(({ data }) => data)).toEqual(['one', 'two', 'three'])
  expect(asked.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '2', '2'])
})

it('a stream that the server ends because it stops goes on too', async () => {
  const { url } = await serve(
    stream('id: 1\ndata: one\n\nevent: error\ndata: {"code":"overloaded","detail":"kyozo is stopping"}\n\n', (response) => response.end()),
    stream('id: 2\ndata: two\n\n', () => undefined),
  )
  expect((await take(2, url)).map(({ data }) => data)).toEqual(['one', 'two'])
})

it('a refusal ends it with the server’s words, at once and in the middle', async () => {
  const errors = JSON.stringify({ errors: [{ code: 'forbidden', detail: 'log_lines.read needs the permission view_logs' }] })
  const refused = await serve((response) => response.writeHead(403).end(errors))
  await expect(take(1, refused.url)).rejects.toMatchObject({ code: 'forbidden', message: 'log_lines.read needs the permission view_logs' })
  const revoked = await serve(
    stream('id: 1\ndata: one\n\nevent: error\ndata: {"code":"unauthorized","detail":"the token was revoked"}\n\n', (response) =>
      response.end(),
    ),
  )
  await expect(take(2, revoked.url)).rejects.toMatchObject({ code: 'unauthorized', message: 'the token was revoked' })
})

it('an address where nobody answers is told at once', async () => {
  await expect(take(1, 'http://127.0.0.1:9/events')).rejects.toMatchObject({
    code: 'engine_unavailable',
    message: 'kyozo did not answer at http://127.0.0.1:9',
  })
})
