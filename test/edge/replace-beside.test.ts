import { once } from 'node:events'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createEdge, type Edge } from '../../src/edge/edge.ts'
import type { RouteTarget } from '../../src/edge/routes.ts'
import { waitUntilHealthy } from '../../src/health/wait-until-healthy.ts'
import type { ObservedContainer } from '../../src/reconcile/plan.ts'
import { eventually, type TestStack, testStack } from '../support/stacks.ts'

let stack: TestStack
let edge: Edge
let front: Server
beforeEach(async () => {
  stack = await testStack()
  edge = createEdge({ baseDomain: 'localhost', log: { warn: () => undefined } })
  front = createServer((incoming, outgoing) => void edge.handle(incoming, outgoing)).listen(0, '127.0.0.1')
  await once(front, 'listening')
})
afterEach(async () => {
  edge.close()
  front.closeAllConnections()
  front.close()
  await stack.remove()
})

interface Load {
  readonly answers: Map<string, number>
  stop(): Promise<void>
}

/** A hundred requests a second, each on its own; counts the answers by what they say. */
function load(): Load {
  const answers = new Map<string, number>()
  const underWay = new Set<Promise<void>>()
  const count = (answer: string) => void answers.set(answer, (answers.get(answer) ?? 0) + 1)
  const timer = setInterval(() => {
    const asked = answerOf().then(count, (error: Error) => count(error.message))
    underWay.add(asked)
    asked.finally(() => underWay.delete(asked))
  }, 10)
  return {
    answers,
    stop: async () => {
      clearInterval(timer)
      await Promise.all(underWay)
    },
  }
}

async function answerOf(): Promise<string> {
  const { port } = front.address() as AddressInfo
  const sent = request({ host: '127.0.0.1', port, headers: { host: 'api.shop.localhost' } }).end()
  const [answer] = await once(sent, 'response')
  let text = ''
  for await (const chunk of answer) text += String(chunk)
  return answer.statusCode === 200 ? text : `${answer.statusCode} ${text}`
}

function routes(targets: readonly (readonly [ObservedContainer, RouteTarget['state']])[]): void {
  edge.setRoutes([
    {
      host: 'api.shop.localhost',
      service: 'api',
      environment: 'production',
      targets: targets.map(([{ id, publishedPorts }, state]) => ({
        container: id,
        host: '127.0.0.1',
        port: publishedPorts[8080] ?? 0,
        state,
      })),
    },
  ])
}

async function healthy(containers: readonly ObservedContainer[]): Promise<readonly ObservedContainer[]> {
  const service = { name: 'api', port: 8080, health: { kind: 'http', path: '/' }, healthDeadlineMs: 20_000, isOneShot: false } as const
  const ids = containers.map(({ id }) => id)
  const outcome = await waitUntilHealthy({ service, containers: ids }, { engine: stack.engine, signal: new AbortController().signal })
  expect(outcome.kind).toBe('healthy')
  return stack.engine.inspect(ids)
}

async function replace(old: readonly ObservedContainer[], version: string): Promise<readonly ObservedContainer[]> {
  const { engine, identity } = stack
  const ids = (containers: readonly ObservedContainer[]) => containers.map(({ id }) => id)
  const files = stack.files({ api: { version }, client: clientScript })
  const created = await stack.run(files, 'api', { count: old.length, withAlias: false })
  await healthy(created)
  await engine.giveAlias(identity, 'api', ids(created))
  const fresh = await healthy(created)
  routes([...fresh.map((container) => [container, 'serving'] as const), ...old.map((container) => [container, 'draining'] as const)])
  expect(await edge.drain(ids(old), 10_000)).toBe(0)
  await engine.takeAlias(identity, 'api', ids(old))
  const seen = answersSeenByClient()
  await eventually(async () => ((await answersSeenByClient()) > (await seen) + 5 ? true : undefined))
  await engine.remove(ids(old))
  return fresh
}

/** A sibling that asks for the service by its name all the time, and says what it got. */
const clientScript = {
  script: `while true; do echo "$(printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 10 api 8080 2>&1 | tail -n 1)"; sleep 0.05; done`,
}
let client: ObservedContainer | undefined

async function answersSeenByClient(): Promise<number> {
  return (await stack.engine.logTail(client?.id ?? '', 1_000)).length
}

test('while a service is replaced twice, neither a hundred requests a second nor its siblings see a failure', {
  timeout: 60_000,
}, async () => {
  const files = stack.files({ api: { version: 'one' }, client: clientScript })
  const first = await healthy(await stack.run(files, 'api', { count: 2 }))
  routes(first.map((container) => [container, 'serving']))
  client = (await stack.run(files, 'client'))[0]
  const requests = load()
  try {
    await eventually(() => ((requests.answers.get('one') ?? 0) > 50 ? true : undefined))
    const second = await replace(first, 'two')
    await eventually(() => ((requests.answers.get('two') ?? 0) > 50 ? true : undefined))
    await replace(second, 'three')
    await eventually(() => ((requests.answers.get('three') ?? 0) > 50 ? true : undefined))
  } finally {
    await requests.stop()
  }
  expect([...requests.answers.keys()]).toEqual(['one', 'two', 'three'])
  const seen = new Set(await stack.engine.logTail(client?.id ?? '', 1_000))
  expect([...seen].sort()).toEqual(['one', 'three', 'two'])
  const { containers } = await stack.engine.observe(stack.identity, [])
  expect(containers.filter(({ service }) => service === 'api')).toMatchObject([
    { state: 'running', hasAlias: true },
    { state: 'running', hasAlias: true },
  ])
})
