// A service that lives in another's namespace has its network from there: whatever becomes of that one, it must reach its siblings again.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { dockerfile } from '../support/busybox-service.ts'
import { until } from '../support/until.ts'
import { docker, type Mending, startMending } from './mending.ts'

const minutes = 60_000
const deadline = { deadlineMs: 90_000 }

const serve = (name: string, port: number, more = 'ENV STEP=1') =>
  dockerfile(name, [more, `RUN mkdir /www && echo ${name} > /www/index.html`, `CMD ["httpd", "-f", "-p", "${port}", "-h", "/www"]`])
const compose = [
  'services:',
  '  web: { build: ./web, expose: [8080] }',
  // What is asked of it is its guest's to answer.
  '  vpn: { build: ./vpn, ports: ["8080:8080"] }',
  '  app: { build: ./app, network_mode: "service:vpn" }',
  '',
].join('\n')

let mine: Mending

beforeAll(async () => {
  mine = await startMending({ ...serve('web', 8080), ...serve('vpn', 9090), ...serve('app', 8080), 'compose.yaml': compose })
  expect(await mine.push()).toContain('3 live')
}, 3 * minutes)

afterAll(() => mine?.remove(), minutes)

/** A static program looks up no names for a connection of its own. */
const ask = 'printf "GET / HTTP/1.0\\r\\n\\r\\n" | nc -w 2 $(nslookup web | sed -n "s/^Address: *//p" | tail -n 1) 8080 | tail -n 1'
const reaches = async () => {
  const app = await mine.container('app')
  return app !== '' && (await docker('exec', app, 'sh', '-c', ask).catch(() => '')) === 'web'
}

/** It reaches its siblings, and is reached through its host. */
async function works(): Promise<void> {
  await until('app to reach web', reaches, deadline)
  await until('app to answer', async () => (await mine.said('vpn')) === '200 app', deadline)
}

it(
  'comes back with its host when that was killed, and when that was removed and it has ended itself',
  async () => {
    await works()
    const app = await mine.container('app')
    await docker('kill', await mine.container('vpn'))
    await works()
    expect(await mine.container('app')).toBe(app)
    await docker('rm', '-f', await mine.container('vpn'))
    await docker('kill', app).catch(() => undefined)
    await works()
    const ended = async () => (await mine.repairs()).map(({ state }) => state)
    await until('the repairs to have ended', async () => !(await ended()).includes('running'), deadline)
    expect(new Set(await ended())).toEqual(new Set(['succeeded']))
  },
  4 * minutes,
)

it(
  'is left alone by a push that does not concern it, and goes along with one that replaces its host',
  async () => {
    const containers = () => Promise.all([mine.container('vpn'), mine.container('app')])
    const before = await containers()
    await mine.repository.commit('Web', serve('web', 8080, 'ENV STEP=2'))
    expect(await mine.push()).toContain('2 unchanged')
    expect(await containers()).toEqual(before)
    await mine.repository.commit('Host', serve('vpn', 9090, 'ENV STEP=2'))
    expect(await mine.push()).toContain('2 live')
    await works()
    expect((await containers()).filter((id) => before.includes(id))).toEqual([])
  },
  4 * minutes,
)

it(
  'is started again when a person restarts its host',
  async () => {
    const before = await Promise.all([mine.container('vpn'), mine.container('app')])
    const startedAt = () => docker('inspect', '-f', '{{.State.StartedAt}}', before[1]!)
    const then = await startedAt()
    expect(await mine.ask('vpn', 'restart')).toBe(202)
    await until('app to be started again', async () => (await startedAt()) !== then, deadline)
    await works()
    expect(await Promise.all([mine.container('vpn'), mine.container('app')])).toEqual(before)
  },
  3 * minutes,
)
