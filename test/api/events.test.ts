// The live stream over real HTTP: what is told, to whom, from where, and when it ends.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { answerError } from '../../src/api/answer-error.ts'
import { eventsRouter } from '../../src/api/events.ts'
import { streamsOfViewer } from '../../src/api/live/holds.ts'
import { createLive, type Live } from '../../src/api/live/live.ts'
import { newId } from '../../src/ids.ts'
import { createLog } from '../../src/log.ts'
import type { Database } from '../../src/store/database.ts'
import { createLogWriter } from '../../src/store/logs.ts'
import { listen, type Notifications } from '../../src/store/notify.ts'
import { queueRelease, type Release } from '../../src/store/releases.ts'
import type { PermissionType, TokenScope } from '../../src/store/tables/access.ts'
import { createToken, hashOf } from '../../src/store/tokens.ts'
import { shaOf, workspaceWithEnvironment } from '../store/rows.ts'
import { testDatabase } from '../support/database.ts'
import { type EventClient, openEvents } from '../support/events.ts'
import { until } from '../support/until.ts'

let db: Database
let notifications: Notifications
let live: Live
let server: Server
let base: string
const clients: EventClient[] = []
const heartbeatMs = 50

beforeAll(async () => {
  const database = await testDatabase()
  db = database.db
  notifications = await listen(database.url)
  const log = createLog('silent')
  live = createLive({ db, notifications, log, lookAgainMs: 100 })
  const app = express()
    .set('query parser', 'simple')
    .use('/events', eventsRouter({ db, live, log, origins: ['http://kyozo.test'], stream: { heartbeatMs } }), answerError('jsonapi', log))
  server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`
})

afterEach(() => {
  for (const client of clients.splice(0)) client.close()
})

afterAll(async () => {
  await live.close()
  server.close()
  await notifications.close()
})

async function open(token: string, query: string, headers: Readonly<Record<string, string>> = {}): Promise<EventClient> {
  const client = await openEvents(`${base}?${query}`, { Authorization: `Bearer ${token}`, ...headers })
  clients.push(client)
  if (client.status === 200) await client.event('stream.ready')
  else await until('the answer', () => client.isEnded())
  return client
}

async function fresh(teamId?: string) {
  const { workspace, environment } = await workspaceWithEnvironment(db, teamId)
  const ids = { teamId: workspace.teamId, workspaceId: workspace.id, environmentId: environment.id }
  return {
    ids,
    token: await createToken(db, { teamId: ids.teamId, name: newId() }),
    operation: (words: string) =>
      db
        .insertInto('operations')
        .values({ id: newId(), ...ids, kind: 'test', words, requestedBy: 'test' })
        .execute(),
    release: async (digit = '1') =>
      (await queueRelease(db, { ...ids, ref: environment.ref, sha: shaOf(digit), triggeredBy: 'test' })).release,
    service: async (name: string) => {
      const id = newId()
      await db
        .insertInto('serviceInstances')
        .values({ id, ...ids, name, folderPath: name, serviceType: 'nodejs', status: 'running' })
        .execute()
      return id
    },
  }
}

/** A person of the team with a token of some scopes. */
async function person(teamId: string, { role = 'member' as 'owner' | 'member', scopes = ['read'] as readonly TokenScope[] } = {}) {
  const userId = newId()
  await db
    .insertInto('users')
    .values({ id: userId, name: 'ada', email: `${userId}@kyozo.test` })
    .execute()
  await db.insertInto('members').values({ id: newId(), teamId, userId, role }).execute()
  const token = newId()
  const tokenId = newId()
  await db
    .insertInto('apiKeys')
    .values({ id: tokenId, teamId, referenceId: userId, name: 'hers', start: 'x', key: hashOf(token), scopes: [...scopes] })
    .execute()
  const grant = async (workspaceId: string, serviceInstanceId: string | null, permissionType: PermissionType = 'view_logs') => {
    const id = newId()
    await db.insertInto('servicePermissions').values({ id, teamId, workspaceId, serviceInstanceId, userId, permissionType }).execute()
    return () => db.updateTable('servicePermissions').set({ revokedAt: new Date() }).where('id', '=', id).execute()
  }
  return { userId, token, tokenId, grant }
}

const writerOf = ({ id }: Release) => createLogWriter(db, { releaseId: id, redact: (text) => text, notify: async () => undefined })
const words = (client: EventClient) => client.events.flatMap(({ data }) => data.data?.words ?? [])
const texts = (client: EventClient) =>
  client.events
    .filter(({ name }) => name === 'logs.lines')
    .flatMap(({ data }) => data.data.lines.map((line: { text: string }) => line.text))

describe('a stream', () => {
  it('tells what happens as one document each, and how to come back', async () => {
    const { token, ids, operation } = await fresh()
    const client = await open(token, `topics=workspace:${ids.workspaceId}`)
    expect(client.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    })
    await operation('hello')
    const event = await client.event('operations.created')
    expect(event).toEqual({
      id: expect.stringMatching(/^\d+$/),
      name: 'operations.created',
      data: {
        type: 'operations',
        id: expect.any(String),
        action: 'created',
        workspace: ids.workspaceId,
        environment: ids.environmentId,
        service: null,
        release: null,
        data: { kind: 'test', state: 'queued', words: 'hello' },
        at: expect.stringMatching(/^\d{4}-.*Z$/),
      },
    })
    await until('a heartbeat', () => client.comments.length > 1)
  })

  it('follows a workspace, an environment, a service, a release or the whole team, and nothing else', async () => {
    const one = await fresh()
    const other = await fresh(one.ids.teamId)
    const foreign = await fresh()
    const service = await one.service('api')
    const release = await one.release()
    const topics = {
      team: 'team',
      workspace: `workspace:${one.ids.workspaceId}`,
      environment: `environment:${one.ids.environmentId}`,
      service: `service:${service}`,
      release: `release:${release.id}`,
      nothing: `workspace:${other.ids.workspaceId}`,
    }
    const opened = await Promise.all(Object.values(topics).map((topic) => open(one.token, `topics=${topic}`)))
    await foreign.operation('foreign')
    await db.updateTable('serviceInstances').set({ status: 'stopped' }).where('id', '=', service).execute()
    await db.updateTable('releases').set({ stage: 'fetch' }).where('id', '=', release.id).execute()
    await one.operation('last')
    await other.operation('last')
    const [all, workspace, environment, ofService, ofRelease, nothing] = opened as [
      EventClient,
      EventClient,
      EventClient,
      EventClient,
      EventClient,
      EventClient,
    ]
    const names = (client: EventClient) => client.events.slice(1).map(({ name }) => name)
    await until(
      'the last events',
      () =>
        names(all).length === 4 &&
        names(workspace).length === 3 &&
        names(environment).length === 3 &&
        names(nothing).length === 1 &&
        names(ofService).length === 1 &&
        names(ofRelease).length === 1,
    )
    expect(names(all)).toEqual(['service_instances.updated', 'releases.updated', 'operations.created', 'operations.created'])
    expect(names(workspace)).toEqual(['service_instances.updated', 'releases.updated', 'operations.created'])
    expect(names(environment)).toEqual(names(workspace))
    expect(names(ofService)).toEqual(['service_instances.updated'])
    expect(names(ofRelease)).toEqual(['releases.updated'])
    expect(names(nothing)).toEqual(['operations.created'])
  })

  it('resumes behind the last event, by header before parameter, and without either begins now', async () => {
    const { token, ids, operation } = await fresh()
    const topic = `topics=workspace:${ids.workspaceId}`
    const first = await open(token, topic)
    for (const text of ['a', 'b', 'c']) await operation(text)
    await until('three events', () => words(first).length === 3)
    const ids3 = first.events.map(({ id }) => id!)
    const byHeader = await open(token, `${topic}&last_event_id=${ids3[3]}`, { 'Last-Event-ID': ids3[1]! })
    await until('two events', () => words(byHeader).length === 2)
    const byParameter = await open(token, `${topic}&last_event_id=${ids3[2]}`)
    await until('an event', () => words(byParameter).length === 1)
    const now = await open(token, topic)
    await operation('d')
    await until('the newest', () => words(now).length === 1)
    expect([words(byHeader).slice(0, 2), words(byParameter).slice(0, 1), words(now)]).toEqual([['b', 'c'], ['c'], ['d']])
  })

  it('says so when what came between is forgotten, or when the position is of another database', async () => {
    const { token, ids, operation } = await fresh()
    await operation('kept')
    await db
      .deleteFrom('liveEvents')
      .where('position', '<', ({ selectFrom }) => selectFrom('liveEvents').select(({ fn }) => fn.max('position').as('last')))
      .execute()
    for (const position of ['1', '99999999999']) {
      const client = await open(token, `topics=workspace:${ids.workspaceId}&last_event_id=${position}`)
      const reset = await client.event('stream.reset')
      await operation(`after ${position}`)
      await until('the next event', () => words(client).length > 0)
      expect([Number(reset.id) > 1, words(client)]).toEqual([true, [`after ${position}`]])
    }
  })
})

describe('a log', () => {
  it('is told line by line to its end', async () => {
    const { token, release } = await fresh()
    const one = await release()
    const client = await open(token, `topics=logs:${one.id}`)
    const writer = writerOf(one)
    for (let at = 0; at < 450; at++) writer.write({ stream: 'build', service: 'api', text: `line ${at}` })
    await writer.close()
    await db.updateTable('releases').set({ state: 'failed' }).where('id', '=', one.id).execute()
    const end = await client.event('logs.ended')
    expect(texts(client)).toEqual(Array.from({ length: 450 }, (_, at) => `line ${at}`))
    expect(end.data).toMatchObject({ type: 'logs', id: one.id, action: 'ended', data: { state: 'failed' } })
    expect(client.events.find(({ name }) => name === 'logs.lines')!.data.data.lines[0]).toEqual({
      sequence: expect.stringMatching(/^\d+$/),
      stream: 'build',
      service: 'api',
      text: 'line 0',
      recorded_at: expect.stringMatching(/^\d{4}-.*Z$/),
    })
  })

  it('that is large is told in parts, each of which can be resumed behind', async () => {
    const { token, release } = await fresh()
    const one = await release()
    const client = await open(token, `topics=logs:${one.id}`)
    const writer = writerOf(one)
    for (let at = 0; at < 40; at++) writer.write({ stream: 'build', text: `${at} ${'x'.repeat(10_000)}` })
    for (let at = 40; at < 700; at++) writer.write({ stream: 'build', text: `${at} x` })
    await writer.close()
    const numbers = (of: EventClient) => texts(of).map((text) => Number.parseInt(text, 10))
    await until('all lines', () => texts(client).length === 700)
    const parts = client.events.filter(({ name }) => name === 'logs.lines')
    expect(parts.length).toBeGreaterThan(5)
    expect(Math.max(...parts.map(({ data }) => JSON.stringify(data).length))).toBeLessThan(200_000)
    for (const [at, { id, data }] of parts.entries()) {
      const again = await open(token, `topics=logs:${one.id}`, { 'Last-Event-ID': id! })
      const next = Number.parseInt(data.data.lines.at(-1).text, 10) + 1
      await until(`the lines behind part ${at}`, () => texts(again).length === 700 - next)
      expect(numbers(again)).toEqual(Array.from({ length: 700 - next }, (_, line) => next + line))
      again.close()
    }
  })

  it('shows a member the lines of the services it was granted, and those of the release itself', async () => {
    const { ids, release, service } = await fresh()
    const one = await release()
    const api = await service('api')
    await service('web')
    const ada = await person(ids.teamId)
    expect((await open(ada.token, `topics=logs:${one.id}`)).status).toBe(403)
    const revoke = await ada.grant(ids.workspaceId, api)
    const client = await open(ada.token, `topics=logs:${one.id}`)
    const writer = writerOf(one)
    writer.write({ stream: 'release', text: 'of the release' })
    writer.write({ stream: 'build', service: 'web', text: 'of web' })
    writer.write({ stream: 'build', service: 'api', text: 'of api' })
    await writer.close()
    await until('two lines', () => texts(client).length === 2)
    expect(texts(client)).toEqual(['of the release', 'of api'])
    await revoke()
    expect((await client.event('error')).data).toMatchObject({ code: 'forbidden', detail: expect.stringContaining('view_logs') })
    await until('the stream to end', () => client.isEnded())
  })
})

describe('refused is', () => {
  it('what belongs to another team, in the same words as what does not exist', async () => {
    const mine = await fresh()
    const theirs = await fresh()
    const release = await theirs.release()
    const service = await theirs.service('api')
    for (const [kind, id] of [
      ['workspace', theirs.ids.workspaceId],
      ['environment', theirs.ids.environmentId],
      ['service', service],
      ['release', release.id],
      ['logs', release.id],
    ]) {
      const foreign = await open(mine.token, `topics=${kind}:${id}`)
      const missing = await open(mine.token, `topics=${kind}:${newId()}`)
      expect([foreign.status, foreign.text()]).toEqual([404, missing.text()])
    }
  })

  it.each([
    ['no topic', 'topics=', /no topic is named/],
    ['an unknown topic', 'topics=team,everything', /"everything" is no topic/],
    ['a topic without an id', 'topics=workspace:mine', /"workspace:mine" is no topic/],
    [
      'too many topics',
      `topics=${Array.from({ length: 51 }, newId)
        .map((id) => `release:${id}`)
        .join()}`,
      /51 topics are named/,
    ],
    ['an unknown parameter', 'topics=team&token=secret', /"token"/],
    ['a position that was never told', 'topics=team&last_event_id=yesterday', /"yesterday"/],
  ])('%s', async (_, query, wanted) => {
    const { token } = await fresh()
    const client = await open(token, query)
    const { errors } = JSON.parse(client.text()) as { errors: { detail: string }[] }
    expect([client.status, errors[0]!.detail]).toEqual([400, expect.stringMatching(wanted)])
  })

  it('who takes no events, and any method but reading', async () => {
    const { token } = await fresh()
    const documents = await open(token, 'topics=team', { Accept: 'application/vnd.api+json' })
    expect([documents.status, JSON.parse(documents.text()).errors[0].source]).toEqual([406, { header: 'Accept' }])
    const send = (method: string) =>
      fetch(`${base}?topics=team`, { method, headers: { Authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(5_000) })
    const answers = [await send('HEAD'), await send('OPTIONS'), await send('POST')]
    expect(answers.map(({ status, headers }) => [status, headers.get('allow') ?? headers.get('content-type')])).toEqual([
      [200, 'text/event-stream; charset=utf-8'],
      [204, 'GET, HEAD, OPTIONS'],
      [405, 'GET, HEAD, OPTIONS'],
    ])
  })

  it('who has no token, a token without the scope to read, and a page of another origin', async () => {
    const { ids, token } = await fresh()
    const writer = await person(ids.teamId, { scopes: ['deploy'] })
    const nobody = await open('nobody', 'topics=team')
    const blind = await open(writer.token, 'topics=team')
    const foreign = await open(token, 'topics=team', { Origin: 'http://elsewhere.test' })
    const own = await open(token, 'topics=team', { Origin: 'http://kyozo.test' })
    expect([nobody.status, blind.status, foreign.status, own.status]).toEqual([401, 403, 403, 200])
  })

  it('the stream that is one too many for a person, until another is closed', async () => {
    const { token } = await fresh()
    const opened = await Promise.all(Array.from({ length: streamsOfViewer }, () => open(token, 'topics=team')))
    expect((await open(token, 'topics=team')).status).toBe(429)
    opened[0]!.close()
    await until('room for another', async () => (await open(token, 'topics=team')).status === 200)
  })
})

describe('a stream ends with an error', () => {
  it.each([
    ['its token is revoked', (ada: Awaited<ReturnType<typeof person>>) => db.deleteFrom('apiKeys').where('id', '=', ada.tokenId).execute()],
    [
      'its token expires',
      (ada: Awaited<ReturnType<typeof person>>) =>
        db
          .updateTable('apiKeys')
          .set({ expiresAt: new Date(0) })
          .where('id', '=', ada.tokenId)
          .execute(),
    ],
    [
      'its user leaves the team',
      (ada: Awaited<ReturnType<typeof person>>) => db.deleteFrom('members').where('userId', '=', ada.userId).execute(),
    ],
    [
      'its user is disabled',
      (ada: Awaited<ReturnType<typeof person>>) =>
        db.updateTable('users').set({ disabledAt: new Date() }).where('id', '=', ada.userId).execute(),
    ],
  ])('when %s', async (_, revoke) => {
    const { ids } = await fresh()
    const ada = await person(ids.teamId)
    const client = await open(ada.token, 'topics=team')
    await revoke(ada)
    expect((await client.event('error')).data).toMatchObject({ code: 'unauthorized' })
    await until('the stream to end', () => client.isEnded())
  })
})

it('gives a client that does not read everything when it reads again, and keeps nothing for it meanwhile', async () => {
  const { token, ids } = await fresh()
  const slow = await open(token, `topics=workspace:${ids.workspaceId}`)
  slow.pause()
  const quick = await open(token, `topics=workspace:${ids.workspaceId}`)
  const batch = 500
  const rounds = 24
  const filler = 'x'.repeat(1_000)
  for (let round = 0; round < rounds; round++)
    await db
      .insertInto('operations')
      .values(
        Array.from({ length: batch }, (_, at) => ({
          id: newId(),
          ...ids,
          kind: 'test',
          words: `${round * batch + at} ${filler}`,
          requestedBy: 'test',
        })),
      )
      .execute()
  await until('the quick one to have all', () => words(quick).length === batch * rounds)
  expect(words(slow).length).toBeLessThan(batch * rounds)
  slow.resume()
  await until('the slow one to have all', () => words(slow).length === batch * rounds)
  for (const client of [quick, slow])
    expect(words(client).map((text) => Number.parseInt(text, 10))).toEqual(Array.from({ length: batch * rounds }, (_, at) => at))
})
