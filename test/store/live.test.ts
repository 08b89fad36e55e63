// What is told live, on real PostgreSQL: in the order of commits, without a hole and without a duplicate, whoever writes at the same time.
import { sql } from 'kysely'
import { beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/ids.ts'
import type { Database, Executor } from '../../src/store/database.ts'
import { forgetLiveEvents, type LivePage, type LiveRow, liveRange, orderLive, readLive } from '../../src/store/live.ts'
import { createLogWriter } from '../../src/store/logs.ts'
import { queueRelease } from '../../src/store/releases.ts'
import { testDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'
import { shaOf, workspaceWithEnvironment } from './rows.ts'

let db: Database

beforeAll(async () => {
  db = (await testDatabase()).db
})

async function readOrdered(page: LivePage): Promise<LiveRow[]> {
  await orderLive(db)
  return readLive(db, page)
}

async function fresh() {
  const { workspace, environment } = await workspaceWithEnvironment(db)
  const ids = { teamId: workspace.teamId, workspaceId: workspace.id, environmentId: environment.id }
  await orderLive(db)
  const after = (await liveRange(db)).last
  const operation = (words: string, executor: Executor = db) =>
    executor
      .insertInto('operations')
      .values({ id: newId(), ...ids, kind: 'test', words, requestedBy: 'test' })
      .execute()
  const told = async () =>
    (await readOrdered({ after, limit: 100_000 })).filter((row) => row.teamId === ids.teamId).map((row) => row.data.words ?? row.data)
  return { ids, environment, operation, told, after }
}

async function inTransaction(work: (trx: Executor) => Promise<unknown>, end: 'commit' | 'roll back' = 'commit') {
  const rolledBack = new Error('rolled back')
  await db
    .transaction()
    .execute(async (trx) => {
      await work(trx)
      if (end === 'roll back') throw rolledBack
    })
    .catch((error: unknown) => {
      if (error !== rolledBack) throw error
    })
}

describe('the order', () => {
  it('is that of commits, not of statements: a long transaction is told when it ends', async () => {
    const { operation, told } = await fresh()
    await inTransaction(async (trx) => {
      await operation('begun first', trx)
      await operation('ended first')
      expect(await told()).toEqual(['ended first'])
    })
    expect(await told()).toEqual(['ended first', 'begun first'])
  })

  it('knows nothing of what was rolled back, wholly or to a savepoint', async () => {
    const { operation, told } = await fresh()
    await inTransaction((trx) => operation('undone', trx), 'roll back')
    await inTransaction(async (trx) => {
      await operation('kept', trx)
      await sql`savepoint here`.execute(trx)
      await operation('undone too', trx)
      await sql`rollback to savepoint here`.execute(trx)
      await operation('kept too', trx)
    })
    expect(await told()).toEqual(['kept', 'kept too'])
  })

  it('has no hole and no duplicate for one who reads on while many write, hold row locks and roll back', async () => {
    const { environment, operation, after, ids } = await fresh()
    const writers = 12
    const rounds = 40
    const committed: string[] = []
    let isWriting = true
    const write = async (writer: number) => {
      for (let round = 0; round < rounds; round++) {
        const words = `${writer} ${round}`
        const end = (writer + round) % 5 === 0 ? ('roll back' as const) : ('commit' as const)
        await inTransaction(async (trx) => {
          // Two rows that all of them change, always in this order: the commit's lock comes after both.
          if (round % 3 === 0) await sql`update environments set expires_at = now() where id = ${environment.id}`.execute(trx)
          await operation(words, trx)
          if (round % 4 === 0)
            await sql`update workspaces set default_branch = ${`b${writer}-${round}`} where id = ${ids.workspaceId}`.execute(trx)
          if (round % 7 === 0) await sql`select pg_sleep(0.01)`.execute(trx)
          await operation(`${words} again`, trx)
        }, end)
        if (end === 'commit') committed.push(words, `${words} again`)
      }
    }
    const seen: { position: number; words: unknown }[] = []
    const read = async () => {
      for (let position = after, last = false; ; ) {
        const isLast = !isWriting
        const rows = await readOrdered({ after: position, limit: 7 })
        seen.push(
          ...rows.filter((row) => row.resourceType === 'operations').map((row) => ({ position: row.position, words: row.data.words })),
        )
        position = rows.at(-1)?.position ?? position
        if (last && rows.length === 0) return
        last = isLast
      }
    }
    const reading = read()
    await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)))
    isWriting = false
    await reading
    expect(seen.map(({ words }) => words).toSorted()).toEqual(committed.toSorted())
    expect(seen.map(({ position }) => position)).toEqual(seen.map(({ position }) => position).toSorted((a, b) => a - b))
    // What one transaction tells keeps its order, and what one connection commits later is told later.
    for (let writer = 0; writer < writers; writer++) {
      const ofWriter = (list: readonly unknown[]) => list.filter((text) => String(text).startsWith(`${writer} `))
      expect(ofWriter(seen.map(({ words }) => words))).toEqual(ofWriter(committed))
    }
  }, 60_000)
})

it('is ordered by several processes at once without a hole', async () => {
  const { operation, told } = await fresh()
  let isWriting = true
  const order = async () => {
    while (isWriting) await orderLive(db)
  }
  const ordering = Promise.all([order(), order(), order()])
  await Promise.all(
    Array.from({ length: 4 }, async (_, writer) => {
      for (let at = 0; at < 50; at++) await operation(`${writer} ${at}`)
    }),
  )
  isWriting = false
  await ordering
  const all = await told()
  expect(all).toHaveLength(200)
  for (let writer = 0; writer < 4; writer++)
    expect(all.filter((words) => String(words).startsWith(`${writer} `))).toEqual(Array.from({ length: 50 }, (_, at) => `${writer} ${at}`))
})

describe('what is told', () => {
  it('is a release from its queueing to the end of its log', async () => {
    const { ids, environment, after } = await fresh()
    const { release } = await queueRelease(db, { ...ids, ref: environment.ref, sha: shaOf('1'), triggeredBy: 'test' })
    const writer = createLogWriter(db, { releaseId: release.id, redact: (text) => text, notify: async () => undefined })
    writer.write({ stream: 'release', text: 'one' })
    writer.write({ stream: 'build', service: 'api', text: 'two' })
    await writer.close()
    await db.updateTable('releases').set({ state: 'running', stage: 'fetch' }).where('id', '=', release.id).execute()
    await db.updateTable('releases').set({ state: 'failed', reason: 'it did not work' }).where('id', '=', release.id).execute()
    await db.updateTable('releases').set({ attempt: 2 }).where('id', '=', release.id).execute()
    const rows = await readOrdered({ after, limit: 100 })
    const places = {
      teamId: ids.teamId,
      workspaceId: ids.workspaceId,
      environmentId: ids.environmentId,
      serviceInstanceId: null,
      releaseId: release.id,
    }
    expect(rows.every((row) => Object.entries(places).every(([name, value]) => row[name as keyof typeof row] === value))).toBe(true)
    const about = { sha: shaOf('1'), ref: environment.ref }
    expect(rows.map(({ resourceType, action, data }) => [`${resourceType}.${action}`, data])).toEqual([
      ['releases.created', { ...about, state: 'queued', stage: null, reason: null }],
      ['logs.lines', { from: expect.any(Number), to: expect.any(Number) }],
      ['releases.updated', { ...about, state: 'running', stage: 'fetch', reason: null }],
      ['releases.updated', { ...about, state: 'failed', stage: 'fetch', reason: 'it did not work' }],
      ['logs.ended', { state: 'failed' }],
    ])
  })

  it('is a deployment event with the place of its service, and not what retention takes away', async () => {
    const { ids, after } = await fresh()
    const service = { id: newId(), ...ids, name: 'api', folderPath: 'api', serviceType: 'nodejs', status: 'running' as const }
    await db.insertInto('serviceInstances').values(service).execute()
    const event = { id: newId(), teamId: ids.teamId, serviceInstanceId: service.id, eventType: 'service_started' as const }
    await db.insertInto('deploymentEvents').values(event).execute()
    await db.deleteFrom('deploymentEvents').where('id', '=', event.id).execute()
    const rows = await readOrdered({ after, limit: 100 })
    expect(rows.slice(1)).toMatchObject([
      {
        resourceType: 'deployment_events',
        action: 'created',
        workspaceId: ids.workspaceId,
        environmentId: ids.environmentId,
        serviceInstanceId: service.id,
        data: { event_type: 'service_started', sequence_number: 1 },
      },
    ])
  })

  it('does not unfold a delivery’s body', async () => {
    const { ids, after } = await fresh()
    const body = Buffer.alloc(24 * 1024 ** 2, 'x')
    await db
      .insertInto('deliveries')
      .values({
        id: newId(),
        teamId: ids.teamId,
        workspaceId: ids.workspaceId,
        forge: 'git',
        deliveryId: newId(),
        event: 'push',
        headers: '{}',
        body,
        decision: 'accepted',
        reason: 'yes',
      })
      .execute()
    expect((await readOrdered({ after, limit: 10 })).map(({ data }) => data)).toEqual([
      { forge: 'git', event: 'push', decision: 'accepted', reason: 'yes' },
    ])
  })
})

it('tells two writers of one log one after the other, so that a reader is never overtaken', async () => {
  const { ids, environment, after } = await fresh()
  const { release } = await queueRelease(db, { ...ids, ref: environment.ref, sha: shaOf('1'), triggeredBy: 'test' })
  const writers = [1, 2, 3].map(() => createLogWriter(db, { releaseId: release.id, redact: (text) => text, notify: async () => undefined }))
  await Promise.all(
    writers.map(async (writer, at) => {
      for (let round = 0; round < 20; round++) {
        for (let line = 0; line < 50; line++) writer.write({ stream: 'build', text: `${at} ${round} ${line}` })
        await writer.flush()
      }
    }),
  )
  const batches = (await readOrdered({ after, limit: 1_000 }))
    .filter((row) => row.action === 'lines')
    .map(({ data }) => data as { from: number; to: number })
  expect(batches.every((batch, at) => at === 0 || batch.from > batches[at - 1]!.to)).toBe(true)
})

it('forgets what is older than a day, keeps the newest, and drops batches that were told', async () => {
  const { operation, ids } = await fresh()
  for (let at = 0; at < 5; at++) await operation(`old ${at}`)
  await orderLive(db)
  await sql`update live_events set created_at = now() - interval '25 hours'`.execute(db)
  const { last } = await liveRange(db)
  await forgetLiveEvents(db)
  expect(await liveRange(db)).toEqual({ first: last, last })
  await operation('new')
  await forgetLiveEvents(db)
  const left = await readOrdered({ after: 0, limit: 10 })
  expect(left.map(({ data, teamId }) => (teamId === ids.teamId ? data.words : 'foreign'))).toEqual(['new'])
  await until('batches to be gone', async () => (await db.selectFrom('liveLogBatches').selectAll().execute()).length === 0)
})
