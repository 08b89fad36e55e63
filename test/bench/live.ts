// The live stream: what 1,000 clients that only listen cost, and how soon 1,000 events a second reach 100 clients, beside one bare LISTEN
// of PostgreSQL's. Nobody may miss one.
import { readFile } from 'node:fs/promises'
import { Agent, type IncomingMessage, request } from 'node:http'
import pg from 'pg'
import { newId } from '../../src/ids.ts'
import { hashOf } from '../../src/store/tokens.ts'
import { startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { until } from '../support/until.ts'
import type { Bench, Benchmark, Row } from './benchmark.ts'
import { median, quantile } from './measure.ts'
import { ownPostgres } from './own-postgres.ts'
import { mebibytes, milliseconds } from './show.ts'

export const live: Benchmark = {
  name: 'live',
  title: '1,000 idle clients of the live stream; 1,000 events a second to 100 clients, none lost',
  run,
}

const idleClients = 1_000
const clients = 100
const perSecond = 1_000
const seconds = 20
/** Each event is a transaction of its own; so many connections store them side by side. */
const writers = 8
/** One person may hold fifty streams. */
const streamsOfViewer = 50

async function run(bench: Bench): Promise<readonly Row[]> {
  const databaseUrl = await ownPostgres(bench)
  const kyozo = await startKyozo({ DATABASE_URL: databaseUrl, KYOZO_API_RATE: '1000000' })
  bench.afterwards(() => kyozo.remove())
  const teamId = await teamOf(databaseUrl)
  const tokens = await makeTokens(databaseUrl, teamId, Math.ceil(idleClients / streamsOfViewer))
  const idle = await idleMemory(bench, kyozo, tokens)
  const told = await fanOut({ bench, kyozo, databaseUrl, teamId, tokens })
  const bare = await bareListen({ bench, databaseUrl })
  const compared = (what: string, share: number): Row => ({
    what: `${what} of ${perSecond} events/s to ${clients} clients`,
    kyozo: milliseconds(quantile(told.latencies, share)),
    against: 'one bare LISTEN of as many',
    other: milliseconds(quantile(bare, share)),
    ratio: quantile(told.latencies, share) / quantile(bare, share),
  })
  return [
    {
      what: `memory of ${idleClients} idle clients, each`,
      kyozo: `${((idle.after - idle.before) / idleClients / 1024).toFixed(1)} KiB`,
      against: 'kyozo without / with them',
      other: `${mebibytes(idle.before)} / ${mebibytes(idle.after)}`,
    },
    compared('p50', 0.5),
    compared('p99', 0.99),
    { what: 'events that a client missed', kyozo: String(told.lost), against: 'told', other: String(told.count), aim: '0' },
    { what: 'events stored a second', kyozo: told.perSecond.toFixed(0), against: 'asked for', other: String(perSecond) },
  ]
}

async function teamOf(databaseUrl: string): Promise<string> {
  const { rows } = await query<{ id: string }>(databaseUrl, `select id from teams where name = 'default'`)
  return rows[0]!.id
}

async function query<T extends object>(databaseUrl: string, text: string, values: readonly unknown[] = []): Promise<pg.QueryResult<T>> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    return await client.query<T>(text, [...values])
  } finally {
    await client.end()
  }
}

async function makeTokens(databaseUrl: string, teamId: string, count: number): Promise<readonly string[]> {
  const tokens: string[] = []
  for (let at = 0; at < count; at++) {
    const [userId, token] = [newId(), newId()]
    await query(databaseUrl, `insert into users (id, name, email) values ($1, 'ada', $2)`, [userId, `${userId}@kyozo.test`])
    await query(databaseUrl, `insert into members (id, team_id, user_id, role) values ($1, $2, $3, 'member')`, [newId(), teamId, userId])
    await query(
      databaseUrl,
      `insert into api_keys (id, team_id, reference_id, name, start, key, scopes) values ($1, $2, $3, 'bench', 'x', $4, '{read}')`,
      [newId(), teamId, userId, hashOf(token)],
    )
    tokens.push(token)
  }
  return tokens
}

interface Stream {
  readonly answer: IncomingMessage
  close(): void
}

function openStream(kyozo: TestKyozo, token: string): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${token}`, Accept: 'text/event-stream' }
    const asked = request(`${kyozo.url}/api/v1/events?topics=team`, { headers, agent: new Agent() }, (answer) => {
      if (answer.statusCode === 200) resolve({ answer, close: () => asked.destroy() })
      else reject(new Error(`a stream was refused with ${answer.statusCode}`))
    })
    asked.once('error', reject)
    asked.end()
  })
}

async function openStreams(kyozo: TestKyozo, tokens: readonly string[], count: number): Promise<readonly Stream[]> {
  const streams: Stream[] = []
  while (streams.length < count)
    streams.push(
      ...(await Promise.all(
        Array.from({ length: 50 }, (_, at) => openStream(kyozo, tokens[Math.floor((streams.length + at) / streamsOfViewer)]!)),
      )),
    )
  return streams
}

async function idleMemory(
  bench: Bench,
  kyozo: TestKyozo,
  tokens: readonly string[],
): Promise<{ readonly before: number; readonly after: number }> {
  // The first streams load what all need.
  const warm = await openStreams(kyozo, tokens, 100)
  for (const { close } of warm) close()
  const before = await settled(kyozo)
  const streams = await openStreams(kyozo, tokens, idleClients)
  for (const { answer } of streams) answer.resume()
  const after = await settled(kyozo)
  bench.note(`${idleClients} clients listen`)
  for (const { close } of streams) close()
  return { before, after }
}

/** The middle of several looks, a second apart, over the time of a heartbeat. */
async function settled(kyozo: TestKyozo): Promise<number> {
  const looks: number[] = []
  await until('the memory to settle', async () => looks.push(await resident(kyozo)) === 20, { deadlineMs: 60_000, everyMs: 1_000 })
  return median(looks.slice(-5))
}

async function resident(kyozo: TestKyozo): Promise<number> {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${kyozo.pid()}/status`, 'utf8'))![1]) * 1024
}

interface FannedOut {
  readonly latencies: readonly number[]
  readonly lost: number
  readonly count: number
  readonly perSecond: number
}

interface FanOut {
  readonly bench: Bench
  readonly kyozo: TestKyozo
  readonly databaseUrl: string
  readonly teamId: string
  readonly tokens: readonly string[]
}

async function fanOut({ bench, kyozo, databaseUrl, teamId, tokens }: FanOut): Promise<FannedOut> {
  const streams = await openStreams(kyozo, tokens, clients)
  const latencies: number[] = []
  const heard = streams.map(({ answer }) => {
    const seen = new Set<string>()
    let rest = ''
    answer.setEncoding('utf8').on('data', (chunk: string) => {
      const now = performance.now()
      const text = rest + chunk
      let from = 0
      for (const found of text.matchAll(/"words":"bench (\d+) ([\d.]+)"/g)) {
        seen.add(found[1]!)
        latencies.push(now - Number(found[2]))
        from = found.index + found[0].length
      }
      rest = text.slice(Math.max(from, text.length - 200))
    })
    return seen
  })
  const insert = `insert into operations (id, team_id, kind, words, requested_by, state, finished_at) values ($1, $2, 'bench', $3, 'bench', 'succeeded', now())`
  const stored = await storeSteadily(databaseUrl, (client, number) =>
    client.query(insert, [newId(), teamId, `bench ${number} ${performance.now()}`]),
  )
  await until('the last events', () => heard.every((seen) => seen.size === stored.count), { deadlineMs: 30_000 }).catch(() => undefined)
  for (const { close } of streams) close()
  const lost = heard.reduce((sum, seen) => sum + stored.count - seen.size, 0)
  bench.note(`${stored.count} events in ${(stored.ms / 1_000).toFixed(1)} s to ${clients} clients, ${lost} lost`)
  return { latencies, lost, count: stored.count * clients, perSecond: stored.count / (stored.ms / 1_000) }
}

async function storeSteadily(
  databaseUrl: string,
  store: (client: pg.Client, number: number) => Promise<unknown>,
): Promise<{ readonly count: number; readonly ms: number }> {
  const count = perSecond * seconds
  const start = performance.now()
  let next = 0
  const write = async () => {
    const client = new pg.Client({ connectionString: databaseUrl })
    await client.connect()
    while (next < count) {
      const number = next++
      const wait = start + (number * 1_000) / perSecond - performance.now()
      if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait))
      await store(client, number)
    }
    await client.end()
  }
  await Promise.all(Array.from({ length: writers }, write))
  return { count, ms: performance.now() - start }
}

/** One connection that listens, and notifications that carry the event themselves: the least that PostgreSQL can do, told to nobody else. */
async function bareListen({ bench, databaseUrl }: { readonly bench: Bench; readonly databaseUrl: string }): Promise<readonly number[]> {
  const latencies: number[] = []
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query('listen bare')
  client.on('notification', ({ payload = '' }) => latencies.push(performance.now() - Number(payload.split(' ')[1])))
  const stored = await storeSteadily(databaseUrl, (writer, number) =>
    writer.query(`select pg_notify('bare', $1)`, [`${number} ${performance.now()}`]),
  )
  await until('the last notification', () => latencies.length === stored.count)
  await client.end()
  bench.note(`bare: ${stored.count} notifications in ${(stored.ms / 1_000).toFixed(1)} s`)
  return latencies
}
