// The live stream of real kyozo processes: through restarts, power cuts and from one process to another, nothing is missed and nothing told twice;
// and a service's output, with Docker.
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/ids.ts'
import { dockerfile } from '../support/busybox-service.ts'
import { emptyDatabaseUrl } from '../support/database.ts'
import { type EventClient, openEvents, type ReceivedEvent } from '../support/events.ts'
import { adminToken, startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { until } from '../support/until.ts'

const minutes = 60_000
const authorization = { Authorization: `Bearer ${adminToken}` }
const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
}, minutes)

/** Comes back like a browser, to one of the addresses after the other, and keeps every event that has an id and data of its own. */
function roam(addresses: readonly string[], options: { readonly moveAfter?: number } = {}) {
  const events: ReceivedEvent[] = []
  const resets: ReceivedEvent[] = []
  let lastId: string | undefined
  let isStopped = false
  let visits = 0
  const visit = async (address: string) => {
    const client = await openEvents(address, { ...authorization, ...(lastId === undefined ? {} : { 'Last-Event-ID': lastId }) })
    let taken = 0
    const take = () => {
      for (; taken < client.events.length; taken++) {
        const event = client.events[taken]!
        lastId = event.id ?? lastId
        if (event.name === 'stream.reset') resets.push(event)
        else if (event.name !== 'stream.ready') events.push(event)
      }
    }
    await until(
      'the stream to end, or the time to move on',
      () => {
        take()
        return client.isEnded() || isStopped || client.status !== 200 || taken > (options.moveAfter ?? Number.POSITIVE_INFINITY)
      },
      { everyMs: 5, deadlineMs: 120_000 },
    )
    client.close()
  }
  const roaming = (async () => {
    while (!isStopped)
      await visit(addresses[visits++ % addresses.length]!).catch(() => new Promise<void>((resolve) => setTimeout(resolve, 50)))
  })()
  return {
    events,
    resets,
    visits: () => visits,
    isThere: () => lastId !== undefined,
    stop: async () => {
      isStopped = true
      await roaming
    },
  }
}

/** Many clients of the database that store operations, some of which are rolled back. */
async function startWriting(databaseUrl: string, teamId: string) {
  const written: string[] = []
  let isStopped = false
  const write = async (writer: number) => {
    const client = new pg.Client({ connectionString: databaseUrl })
    await client.connect()
    for (let at = 0; !isStopped; at++) {
      const words = [`${writer} ${at} a`, `${writer} ${at} b`]
      await client.query('begin')
      for (const text of words)
        await client.query(
          `insert into operations (id, team_id, kind, words, requested_by, state, finished_at) values ($1, $2, 'test', $3, 'test', 'succeeded', now())`,
          [newId(), teamId, text],
        )
      if (at % 3 === 0) await client.query('select pg_sleep(0.02)')
      await client.query(at % 4 === 0 ? 'rollback' : 'commit')
      if (at % 4 !== 0) written.push(...words)
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    await client.end()
  }
  const writing = Promise.all([1, 2, 3, 4].map(write))
  return {
    written,
    stop: async () => {
      isStopped = true
      await writing
    },
  }
}

async function teamOf(databaseUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  const { rows } = await client.query<{ id: string }>(`select id from teams where name = 'default'`)
  await client.end()
  return rows[0]!.id
}

describe('a client that comes back', () => {
  it('misses nothing and hears nothing twice, through restarts, power cuts and between two kyozos on one database', async () => {
    const databaseUrl = await emptyDatabaseUrl()
    const one = await startKyozo({ DATABASE_URL: databaseUrl })
    stops.push(() => one.remove())
    const other = await startKyozo({ DATABASE_URL: databaseUrl })
    stops.push(() => other.remove())
    const writing = await startWriting(databaseUrl, await teamOf(databaseUrl))
    stops.push(writing.stop)
    const address = (kyozo: TestKyozo) => `${kyozo.url}/api/v1/events?topics=team`
    const faithful = roam([address(one)])
    const wanderer = roam([address(one), address(other)], { moveAfter: 40 })
    stops.push(faithful.stop, wanderer.stop)
    await until('both to listen', () => faithful.isThere() && wanderer.isThere())
    const before = writing.written.length
    await until('some writing', () => writing.written.length > before + 200)
    await one.stop()
    await one.start()
    await until('more writing', () => writing.written.length > before + 600)
    await one.kill()
    await until('writing while one is away', () => writing.written.length > before + 800)
    await one.start()
    await until('the wanderer to have come around', () => wanderer.visits() > 10)
    await writing.stop()
    for (const client of [faithful, wanderer])
      await until(
        'every event from its first on',
        async () => words(client.events).length >= (await toldSince(databaseUrl, words(client.events)[0]!)).length,
        { deadlineMs: 60_000, everyMs: 500 },
      )
    for (const client of [faithful, wanderer]) {
      const heard = words(client.events)
      // What was committed before it began to listen is not told; from then on everything is, once.
      expect(new Set(heard).size).toBe(heard.length)
      const positions = client.events.map(({ id }) => Number(id))
      expect(positions).toEqual(positions.toSorted((a, b) => a - b))
      const told = await toldSince(databaseUrl, heard[0]!)
      expect(heard).toEqual(told)
      expect(client.resets).toEqual([])
    }
  }, 180_000)
})

function words(events: readonly ReceivedEvent[]): readonly string[] {
  return events.filter(({ name }) => name === 'operations.created').map(({ data }) => data.data.words)
}

async function toldSince(databaseUrl: string, first: string): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  const { rows } = await client.query<{ words: string }>(
    `select o.words from operations o join live_events e on e.resource_id = o.id::text
     where e.action = 'created' and e.position >= (select min(position) from live_events where data ->> 'words' = $1) order by e.position`,
    [first],
  )
  await client.end()
  return rows.map((row) => row.words)
}

describe('the output of a service', () => {
  let kyozo: TestKyozo
  let repository: TestRepository
  let serviceId: string
  const secret = 'hunter22-of-the-test'
  const script = 'i=0; while true; do i=$((i+1)); echo "$i key=$API_KEY"; sleep 0.05; done'

  beforeAll(async () => {
    kyozo = await startKyozo()
    repository = await createRepository({
      files: dockerfile('chatty', ['ENV API_KEY=""', 'USER 10001', `CMD ["sh", "-c", ${JSON.stringify(script)}]`]),
    })
    expect((await repository.push(kyozo.remote('chatty'))).output).toContain('1 live')
    const [workspace] = (await kyozo.api('/workspaces')).data
    const answer = await fetch(`${kyozo.url}/api/v1/secrets`, {
      method: 'POST',
      headers: { ...authorization, 'Content-Type': 'application/vnd.api+json' },
      body: JSON.stringify({
        data: {
          type: 'secrets',
          attributes: { name: 'API_KEY', value: secret, service: 'chatty' },
          relationships: { workspace: { data: { type: 'workspaces', id: workspace!.id } } },
        },
      }),
    })
    expect([answer.status, answer.status < 300 ? '' : await answer.text()]).toEqual([answer.status < 300 ? answer.status : 201, ''])
    serviceId = (await kyozo.api('/service_instances')).data[0]!.id
  }, 3 * minutes)
  afterAll(async () => {
    await repository.remove()
    await kyozo.remove()
  }, minutes)

  const numbers = (lines: readonly { readonly text: string }[]) => lines.map(({ text }) => Number(text.split(' ')[0]))

  it(
    'is a page of its newest lines, without secrets',
    async () => {
      const read = () =>
        kyozo.api<{ data: { type: string; id: string; attributes: { text: string } }[]; meta: { position: string } }>(
          `/service_instances/${serviceId}/logs?page[size]=5`,
        )
      const page = await until(
        'five lines with the secret',
        async () => {
          const read5 = await read()
          return read5.data.length === 5 && read5.data.every(({ attributes }) => attributes.text.includes('***')) && read5
        },
        { deadlineMs: minutes },
      )
      expect(page.data.map(({ attributes }) => attributes.text.split(' ')[1])).toEqual(Array.from({ length: 5 }, () => 'key=***'))
      expect(JSON.stringify(page)).not.toContain(secret)
    },
    2 * minutes,
  )

  it(
    'is followed, and resumed without a hole or a duplicate',
    async () => {
      const address = `${kyozo.url}/api/v1/service_instances/${serviceId}/logs`
      const lines = (client: EventClient) => client.events.flatMap(({ data }) => data.data.lines as { text: string }[])
      // What the secret replaced is listed, with its lines, until it is removed.
      const printing = async () =>
        new Set(
          (await kyozo.api(`/service_instances/${serviceId}/logs?page[size]=1000`)).data.map(({ attributes }) => attributes.container),
        )
      await until('what was replaced to be gone', async () => (await printing()).size === 1, { deadlineMs: minutes })
      const first = await openEvents(`${address}?page[size]=3`, authorization)
      await until('some lines', () => lines(first).length > 20)
      const heard = lines(first)
      const lastId = first.lastId()!
      first.close()
      await kyozo.stop()
      await kyozo.start()
      const second = await openEvents(address, { ...authorization, 'Last-Event-ID': lastId })
      stops.push(() => second.close())
      await until('more lines', () => lines(second).length > 60)
      const all = numbers([...heard, ...lines(second)])
      expect(all).toEqual(all.map((_, at) => all[0]! + at))
      expect(second.events[0]!.name).toBe('output.lines')
    },
    2 * minutes,
  )

  it('is refused where the parameters are wrong or nothing is there', async () => {
    const status = async (at: string, method = 'GET') =>
      (await fetch(`${kyozo.url}/api/v1/service_instances/${at}`, { method, headers: authorization })).status
    expect([
      await status(`${newId()}/logs`),
      await status(`${serviceId}/logs?page[size]=many`),
      await status(`${serviceId}/logs?last_event_id=here`),
      await status(`${serviceId}/logs?tail=5`),
      await status(`${serviceId}/logs`, 'POST'),
    ]).toEqual([404, 400, 400, 400, 405])
  })
})
