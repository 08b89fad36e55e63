import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDockerEngine } from '../../src/engine/docker/docker-engine.ts'
import type { EngineEvent } from '../../src/engine/engine.ts'
import { eventually, type TestStack, testStack } from '../support/stacks.ts'

let stack: TestStack
beforeEach(async () => {
  stack = await testStack()
})
afterEach(() => stack.remove())

/** A way to the engine that can be cut. */
async function breakableEngine() {
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const engine = connect('/var/run/docker.sock')
    for (const [from, to] of [
      [client, engine],
      [engine, client],
    ] as const) {
      sockets.add(from)
      from.on('error', () => to.destroy()).on('close', () => to.destroy())
      from.pipe(to)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    dockerHost: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: () => {
      for (const socket of sockets) socket.destroy()
      sockets.clear()
    },
    close: () => server.close(),
  }
}

test('events of this instance are told, and a broken connection is a gap after which they go on', async () => {
  const way = await breakableEngine()
  const { identity, stacksDir } = stack
  const log = { info: () => undefined, warn: () => undefined }
  const engine = createDockerEngine({ dockerHost: way.dockerHost, stacksDir, instance: identity.instance, log })
  const abort = new AbortController()
  const events: EngineEvent[] = []
  let gaps = 0
  // Networks and volumes carry no label: whose they are is for the listener to know.
  const onEvent = (event: EngineEvent) => void (event.container === '' || events.push(event))
  const watching = engine.watch({ signal: abort.signal, onEvent, onGap: () => gaps++ })
  try {
    await eventually(() => (gaps === 1 ? true : undefined))
    const files = stack.files({ api: { script: 'exec sleep 1000', more: { healthcheck: { test: ['CMD', 'true'], interval: '1s' } } } })
    const [api] = await stack.run(files, 'api')
    await eventually(() => events.find((event) => event.action === 'health'))
    const common = { container: api?.id, project: identity.project, service: 'api' }
    expect(events.slice(0, 3)).toEqual(['create', 'start', 'health'].map((action) => ({ ...common, action })))
    way.cut()
    await eventually(() => (gaps === 2 ? true : undefined))
    events.length = 0
    await stack.engine.remove([api?.id ?? ''])
    await eventually(() => events.find((event) => event.action === 'destroy'))
    expect(
      events
        .map((event) => event.action)
        .filter((action) => action !== 'health')
        .sort(),
    ).toEqual(['destroy', 'die', 'stop'])
  } finally {
    abort.abort()
    way.close()
  }
  await watching
})
