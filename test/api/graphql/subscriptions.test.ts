// Subscriptions over server-sent events, from the same feed as /api/v1/events.
import { afterEach, describe, expect, it } from 'vitest'
import { createLogWriter } from '../../../src/store/logs.ts'
import { startGraphql } from '../../support/graphql.ts'
import { until } from '../../support/until.ts'
import { wholeTeam } from '../../support/whole-team.ts'
import { memberToken } from './member.ts'

const api = await startGraphql()
const mine = await wholeTeam(api.db)
const theirs = await wholeTeam(api.db)
const serviceId = mine.ids.get('service_instances')!
const releaseId = mine.ids.get('releases')!
const open: Subscription[] = []

interface Subscription {
  readonly contentType: string | null
  // biome-ignore lint/suspicious/noExplicitAny: a test asserts what it is
  readonly told: any[]
  isComplete(): boolean
  close(): void
}

afterEach(() => {
  for (const subscription of open.splice(0)) subscription.close()
})

async function subscribe(query: string, variables: Readonly<Record<string, unknown>> = {}, token = mine.token): Promise<Subscription> {
  const gone = new AbortController()
  const answer = await fetch(api.url, {
    method: 'POST',
    signal: gone.signal,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', Accept: 'text/event-stream' },
    body: JSON.stringify({ query, variables }),
  })
  const told: unknown[] = []
  let isComplete = false
  const read = async () => {
    let rest = ''
    for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + chunk).split('\n\n')
      rest = blocks.pop()!
      for (const block of blocks) {
        if (block.startsWith('event: next')) told.push(JSON.parse(block.slice(block.indexOf('data:') + 5)))
        if (block.startsWith('event: complete')) isComplete = true
      }
    }
  }
  read().catch(() => undefined)
  const subscription = { contentType: answer.headers.get('content-type'), told, isComplete: () => isComplete, close: () => gone.abort() }
  open.push(subscription)
  return subscription
}

async function setReason(reason: string): Promise<void> {
  await api.db.updateTable('serviceInstances').set({ statusReason: reason }).where('id', '=', serviceId).execute()
}

const eventsQuery = `subscription ($topics: [String!]!, $after: ID) { events(topics: $topics, after: $after) { id name type resourceId serviceInstanceId workspaceId data at } }`
const namesOf = ({ told }: Subscription) => told.map(({ data }) => data?.events?.name)

describe('events', () => {
  it('are told as they happen, with the ids of /api/v1/events', async () => {
    const stream = await subscribe(eventsQuery, { topics: [`service:${serviceId}`] })
    expect(stream.contentType).toContain('text/event-stream')
    await until('the stream to go on', () => namesOf(stream).includes('stream.ready'))
    await setReason('told')
    await until('the stream to go on', () => namesOf(stream).includes('service_instances.updated'))
    const { events } = stream.told.at(-1).data
    expect(events).toMatchObject({
      type: 'service_instances',
      resourceId: serviceId,
      serviceInstanceId: serviceId,
      workspaceId: mine.ids.get('workspaces'),
    })
    const { position } = await api.db.selectFrom('liveEvents').select('position').orderBy('position', 'desc').executeTakeFirstOrThrow()
    expect(events.id).toBe(String(position))
  })

  it('go on without a hole or a duplicate where a subscription broke off', async () => {
    const first = await subscribe(eventsQuery, { topics: [`service:${serviceId}`] })
    await until('the stream to go on', () => first.told.length > 0)
    await setReason('one')
    await until('the stream to go on', () => namesOf(first).includes('service_instances.updated'))
    first.close()
    const { id } = first.told.at(-1).data.events
    for (const reason of ['two', 'three', 'four']) await setReason(reason)
    const second = await subscribe(eventsQuery, { topics: [`service:${serviceId}`], after: id })
    await until('the stream to go on', () => second.told.length >= 4)
    await setReason('five')
    await until('the stream to go on', () => second.told.length >= 5)
    const ids = second.told.map(({ data }) => Number(data.events.id))
    expect(ids).toEqual([Number(id), ...ids.slice(1).toSorted((a, b) => a - b)])
    expect(new Set(ids).size).toBe(5)
    const { count } = await api.db
      .selectFrom('liveEvents')
      .select(({ fn }) => fn.countAll<string>().as('count'))
      .where('position', '>', id)
      .where('serviceInstanceId', '=', serviceId)
      .executeTakeFirstOrThrow()
    expect(Number(count)).toBe(4)
  })

  it.each([
    [['nonsense'], 'BAD_REQUEST'],
    [[], 'BAD_REQUEST'],
    [[`service:${theirs.ids.get('service_instances')}`], 'NOT_FOUND'],
    [['service:00000000-0000-7000-8000-000000000000'], 'NOT_FOUND'],
  ])('of %s are refused before the stream begins', async (topics, code) => {
    const stream = await subscribe(eventsQuery, { topics })
    await until('the stream to go on', () => stream.isComplete())
    expect(stream.told).toMatchObject([{ errors: [{ extensions: { code } }] }])
    expect(stream.told).toHaveLength(1)
  })

  it('end with a reason when the token is revoked', async () => {
    const token = await memberToken(api.db, mine.teamId)
    const stream = await subscribe(eventsQuery, { topics: ['team'] }, token)
    await until('the stream to go on', () => stream.told.length > 0)
    const { userId } = await api.db
      .selectFrom('members')
      .select('userId')
      .where('teamId', '=', mine.teamId)
      .where('role', '=', 'member')
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()
    await api.db.deleteFrom('apiKeys').where('referenceId', '=', userId).execute()
    await until('the stream to go on', () => stream.isComplete())
    expect(stream.told.at(-1)).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHORIZED' } }] })
  })
})

describe('a resource that is followed', () => {
  it('comes as it is each time', async () => {
    const stream = await subscribe(
      'subscription ($id: ID!) { serviceInstance(id: $id) { event { name } serviceInstance { id statusReason environment { name } } } }',
      { id: serviceId },
    )
    await until('the stream to go on', () => stream.told.length === 1)
    for (const reason of ['a', 'b']) {
      const before = stream.told.length
      await setReason(reason)
      await until('the stream to go on', () => stream.told.length > before)
      expect(stream.told.at(-1)).toEqual({
        data: {
          serviceInstance: {
            event: { name: 'service_instances.updated' },
            serviceInstance: { id: serviceId, statusReason: reason, environment: { name: 'production' } },
          },
        },
      })
    }
  })

  it('is read with the rights of then, not of when the stream began', async () => {
    const workspaceId = mine.ids.get('workspaces')!
    const token = await memberToken(api.db, mine.teamId, [{ workspaceId, permission: 'modify_config' }])
    const stream = await subscribe(
      'subscription ($id: ID!) { workspace(id: $id) { event { name } workspace { secrets { nodes { name } } } } }',
      { id: workspaceId },
      token,
    )
    await until('the stream to go on', () => stream.told.length === 1)
    expect(stream.told[0].data.workspace.workspace.secrets.nodes).toEqual([{ name: 'API_KEY' }])
    await api.db
      .updateTable('servicePermissions')
      .set({ revokedAt: new Date() })
      .where('permissionType', '=', 'modify_config')
      .where('workspaceId', '=', workspaceId)
      .execute()
    await until('the stream to go on', async () => {
      await setReason(`again ${stream.told.length}`)
      return stream.told.at(-1).errors !== undefined
    })
    expect(stream.told.at(-1)).toMatchObject({
      data: { workspace: { workspace: { secrets: null } } },
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    })
  })
})

describe('the log of a release', () => {
  it('is told line by line', async () => {
    const stream = await subscribe(
      'subscription ($id: ID!) { releaseLog(id: $id) { eventId isEnd lines { sequence stream service text recordedAt } } }',
      { id: releaseId },
    )
    await until('the stream to go on', () => stream.told.length === 1)
    const writer = createLogWriter(api.db, { releaseId, redact: (text) => text, notify: async () => undefined })
    writer.write({ stream: 'build', service: 'api', text: 'npm ci' })
    writer.write({ stream: 'release', text: 'built' })
    await writer.close()
    await until('the stream to go on', () => stream.told.length > 1)
    expect(stream.told[1].data.releaseLog).toMatchObject({
      isEnd: false,
      lines: [
        { stream: 'build', service: 'api', text: 'npm ci' },
        { stream: 'release', service: null, text: 'built' },
      ],
    })
  })

  it('is refused to whoever may not read it', async () => {
    const stream = await subscribe(
      'subscription ($id: ID!) { releaseLog(id: $id) { isEnd } }',
      { id: releaseId },
      await memberToken(api.db, mine.teamId),
    )
    await until('the stream to go on', () => stream.isComplete())
    expect(stream.told).toMatchObject([{ errors: [{ extensions: { code: 'FORBIDDEN' } }] }])
  })
})

it('what a subscription held is given back when the client goes', async () => {
  for (let round = 0; round < 3; round++) {
    const streams = await Promise.all(Array.from({ length: 30 }, () => subscribe(eventsQuery, { topics: ['team'] })))
    await until('the stream to go on', () => streams.every(({ told }) => told.length > 0))
    expect(streams.flatMap(({ told }) => told.flatMap(({ errors }) => errors ?? []))).toEqual([])
    for (const stream of streams) stream.close()
    // One person holds fifty at most: the next thirty come only when these have gone.
    await until('the stream to go on', async () => {
      const probe = await Promise.all(Array.from({ length: 21 }, () => subscribe(eventsQuery, { topics: ['team'] })))
      await until('the stream to go on', () => probe.every(({ told }) => told.length > 0))
      for (const stream of probe) stream.close()
      return probe.every(({ told }) => told.every(({ errors }) => errors === undefined))
    })
  }
})

it('a subscription of a kyozo that stops says so, for clients to come back', async () => {
  const stream = await subscribe(eventsQuery, { topics: ['team'] })
  await until('the stream to begin', () => stream.told.length > 0)
  await api.stopLive()
  await until('the stream to end', () => stream.isComplete())
  expect(stream.told.at(-1)).toMatchObject({
    errors: [
      { message: 'kyozo is stopping; come back in a moment, with the id of the last event as after', extensions: { code: 'OVERLOADED' } },
    ],
  })
})
