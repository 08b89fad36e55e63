// Looks at real servers; what runs is handed in, as the engine would list it.
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import type { Engine, RunningContainer } from '../../src/engine/engine.ts'
import { provenHealth, startedAgain } from '../../src/health/hysteresis.ts'
import { runningCheck } from '../../src/pipeline/health-config.ts'
import type { ObservedContainer } from '../../src/reconcile/plan.ts'
import type { ContainerHealthRow, WatchedService } from '../../src/store/container-health.ts'
import { createLooks, type Looks } from '../../src/watch/looks.ts'
import type { WatchedContainer } from '../../src/watch/watched-containers.ts'
import { until } from '../support/until.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** Says this to whoever asks; nothing means that nobody is ever answered. */
async function saying(text: () => string): Promise<{ readonly port: number; readonly asked: number[] }> {
  const asked: number[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket
      .on('error', () => undefined)
      .once('data', () => {
        asked.push(performance.now())
        socket.write(text())
      })
  }).listen(0, '127.0.0.1')
  closers.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, asked }
}

const well = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'
const sick = 'HTTP/1.1 503 Away\r\nContent-Length: 0\r\n\r\n'

function watched(
  id: string,
  team: string,
  { port = 0, timeout = '60s', deadlineMs = 1_000, health = { kind: 'http', path: '/', port: 80 } as object } = {},
): WatchedContainer {
  const container = { id, health: 'none', publishedPorts: { 80: port }, addressOnNetwork: null } as unknown as RunningContainer
  const service = { id: `service of ${id}`, teamId: team, environmentId: `environment of ${id}` } as WatchedService
  return { container, service, check: runningCheck({ ...health, interval: '1s', timeout, retries: 3, deadlineMs })! }
}

const engine: Pick<Engine, 'inspect' | 'exec'> = {
  inspect: async (ids) => ids.map((id) => ({ id, state: 'running' }) as ObservedContainer),
  exec: (container) => (container.startsWith('hangs') ? new Promise(() => undefined) : Promise.resolve({ exitCode: 0, output: '' })),
}

function looksAt(containers: readonly WatchedContainer[], known: readonly ContainerHealthRow[] = []): Looks {
  const looks = createLooks({ engine, isEngineAway: () => false })
  looks.look(containers, { known, running: new Set(containers.map(({ container }) => container.id)), nowMs: performance.now() })
  const timer = setInterval(() => looks.begin(performance.now()), 20)
  closers.push(() => clearInterval(timer))
  return looks
}

const rowOf = (id: string, start: string, isUnproven: boolean): ContainerHealthRow => ({
  ...{ containerId: id, teamId: 'b', serviceInstanceId: `service of ${id}`, start },
  ...(isUnproven ? startedAgain : provenHealth),
})

it('looks at every team, however many looks at others hang', async () => {
  const silent = await saying(() => '')
  const honest = await saying(() => well)
  const hanging = Array.from({ length: 80 }, (_, at) => watched(`hangs ${at}`, ['a', 'c'][at % 2]!, { port: silent.port }))
  looksAt([...hanging, watched('answers', 'b', { port: honest.port })])
  await until('the looks that hang to be under way', () => silent.asked.length >= 20, { deadlineMs: 15_000 })
  const before = honest.asked.length
  await until('the other team to be looked at', () => honest.asked.length >= before + 3, { deadlineMs: 15_000 })
  expect(silent.asked.length).toBeLessThan(32)
})

it('runs the programs of every team, however many of others hang', async () => {
  const health = { kind: 'exec', command: ['check'] }
  const looks = looksAt([
    ...Array.from({ length: 8 }, (_, at) => watched(`hangs ${at}`, 'a', { health })),
    watched('ends', 'b', { health }),
  ])
  const found = await until('the other team’s program to be run', () => looks.take().checks.find(({ teamId }) => teamId === 'b'))
  expect(found).toMatchObject({ status: 'healthy', checkType: 'exec' })
})

it('ends a look at a service that leaves HTTP, and goes on looking', async () => {
  const leaving = await saying(() => 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
  const looks = looksAt([watched('leaves', 'a', { port: leaving.port })])
  await until('the container to be sick', () => looks.isSick('leaves'), { deadlineMs: 10_000 })
  expect(looks.take().changed).toMatchObject([{ words: 'GET / answered 101, which leaves HTTP (3 of 3)' }])
})

it('looks at one that was started again at once and again soon, and calls it sick no sooner than any other', async () => {
  let text = sick
  const begun = performance.now()
  const starting = await saying(() => text)
  const looks = looksAt([watched('again', 'b', { port: starting.port, deadlineMs: 10_000 })], [rowOf('again', 'second', true)])
  await until('a few looks', () => starting.asked.length >= 3)
  expect(starting.asked[2]! - begun).toBeLessThan(1_900)
  expect(looks.take()).toMatchObject({ changed: [], turned: [] })
  text = well
  await until('it to be proven', () => !looks.isSick('again'))
  expect(looks.take()).toMatchObject({
    changed: [{ ...provenHealth, containerId: 'again', start: 'second' }],
    turned: ['environment of again'],
  })
  text = sick
  const startedMs = performance.now()
  looks.look([watched('again', 'b', { port: starting.port })], {
    ...{ known: [rowOf('again', 'third', true)], running: new Set(['again']) },
    nowMs: startedMs,
  })
  const row = await until('it to be sick', () =>
    looks.take().changed.find(({ isUnproven, status }) => status === 'unhealthy' && !isUnproven),
  )
  expect(row).toMatchObject({ words: 'GET / answered 503 (3 of 3)', start: 'third' })
  expect(performance.now() - startedMs).toBeGreaterThan(2_900)
})

it('calls one that was started again sick no sooner than it may take to start', async () => {
  let text = sick
  const begun = performance.now()
  const starting = await saying(() => text)
  const again = watched('again', 'b', { port: starting.port, deadlineMs: 10_000 })
  const looks = looksAt([again], [rowOf('again', 'second', true)])
  await until('it to have failed for longer than any other', () => performance.now() - begun > 4_000 && starting.asked.length > 4)
  expect(looks.take()).toMatchObject({ changed: [], checks: [], turned: [] })
  text = well
  await until('it to be proven', () => !looks.isSick('again'))
  expect(looks.take()).toMatchObject({ changed: [{ ...provenHealth, start: 'second' }], turned: ['environment of again'] })
  text = sick
  const startedMs = performance.now()
  looks.look([again], { known: [rowOf('again', 'third', true)], running: new Set(['again']), nowMs: startedMs })
  await until('it to be sick', () => looks.take().changed.find(({ isUnproven, status }) => status === 'unhealthy' && !isUnproven))
  expect(performance.now() - startedMs).toBeGreaterThan(10_000)
}, 60_000)

it('says nothing of a container that was started again while it was looked at', async () => {
  const slow = await saying(() => '')
  const one = watched('one', 'b', { port: slow.port, timeout: '5s' })
  const looks = looksAt([one], [rowOf('one', 'first', false)])
  await until('a look to be under way', () => slow.asked.length === 1)
  looks.look([one], { known: [rowOf('one', 'second', true)], running: new Set(['one']), nowMs: performance.now() })
  expect(looks.isSick('one')).toBe(true)
  await until('the next look', () => slow.asked.length === 2)
  expect(looks.take()).toMatchObject({ changed: [], checks: [] })
})
