// The sender on the stored outbox and a GitHub that fails: what PostgreSQL hands out must keep the order that the sender relies on.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createConnections } from '../../src/forge/connections.ts'
import { githubConnection } from '../../src/forge/github/connection.ts'
import type { CommitStatus } from '../../src/forge/messages.ts'
import { newId } from '../../src/ids.ts'
import { startOutbox } from '../../src/serving/outbox.ts'
import { defaultTeam } from '../../src/store/instance.ts'
import { listen, notify } from '../../src/store/notify.ts'
import { putOutbox } from '../../src/store/outbox.ts'
import { testDatabase } from '../support/database.ts'
import { type GitHubDouble, type GitHubRepository, startGitHub } from '../support/github/github.ts'

const { db, url } = await testDatabase()
const teamId = await defaultTeam(db)
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
const onStatuses = { method: 'POST', path: /\/statuses\// } as const
const waiting = { timeout: 15_000 }
let github: GitHubDouble
let shop: GitHubRepository
let sha: string
let start: (owner: string) => ReturnType<typeof startOutbox>
let senders: ReturnType<typeof startOutbox>[]
let stop: () => Promise<void>

beforeEach(async () => {
  await db.deleteFrom('outbox').execute()
  await db.deleteFrom('forgeHosts').execute()
  github = await startGitHub()
  shop = await github.createRepository({ fullName: 'acme/shop', isPrivate: true })
  sha = (await shop.push({ change: { files: { 'README.md': 'shop' } } })).sha
  const settings = { apiUrl: github.apiUrl, webUrl: github.webUrl, webhookSecret: 's', token: github.createToken() }
  const notifications = await listen(url)
  // As two processes on one database.
  const connections = createConnections(
    [
      githubConnection(settings),
      githubConnection({ ...settings, name: 'second', apiUrl: settings.apiUrl.toUpperCase() }),
      githubConnection({ ...settings, name: 'elsewhere', apiUrl: 'http://127.0.0.1:9' }),
    ],
    Date.now,
  )
  start = (owner) => startOutbox({ owner, db, notifications, connections, log: silent })
  senders = ['one', 'two'].map(start)
  stop = async () => {
    for (const sender of senders) await sender.stop()
    await notifications.close()
    await github.close()
  }
})

afterEach(() => stop())

async function tell(state: CommitStatus['state'], context = 'kyozo/production'): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const payload = statusOf(state, context)
    await putOutbox(trx, [{ teamId, kind: 'status', connection: 'main', target: `status ${sha} ${context}`, payload }])
    await notify(trx, 'outbox', '')
  })
}

function statusOf(state: CommitStatus['state'], context: string): CommitStatus {
  return { repository: { id: String(shop.id), fullName: shop.fullName }, sha, state, context, description: state, targetUrl: null }
}

const posted = () => shop.statuses(sha).map(({ context, state }) => `${context} ${state}`)

it('what is written in a transaction reaches the commit as soon as it is committed', async () => {
  await tell('pending')
  await expect.poll(posted, waiting).toEqual(['kyozo/production pending'])
  await tell('success')
  await tell('success', 'kyozo/production/api')
  await expect.poll(posted, waiting).toHaveLength(3)
  expect(Object.entries(shop.shown(sha)).map(([context, { state }]) => `${context} ${state}`)).toEqual([
    'kyozo/production success',
    'kyozo/production/api success',
  ])
  expect(github.problems()).toEqual([])
})

it('a pending that has to be tried again never follows the verdict that came meanwhile', async () => {
  const verdictIsThere = Promise.withResolvers<void>()
  github.fault({ ...onStatuses, times: 1, after: verdictIsThere.promise, answer: { kind: 'status', status: 500 } })
  await tell('pending')
  await expect.poll(() => github.calls.length, waiting).toBe(1)
  await tell('failure')
  verdictIsThere.resolve()
  await expect.poll(posted, waiting).toEqual(['kyozo/production failure'])
  // The pending is due at once. It stands before the next message, so by the time that one is there it would have been sent.
  await db
    .updateTable('outbox')
    .set({ nextAttemptAt: new Date(0) })
    .where('sentAt', 'is', null)
    .execute()
  await tell('pending', 'kyozo/after')
  await expect.poll(posted, waiting).toEqual(['kyozo/production failure', 'kyozo/after pending'])
})

it('a message that the host refuses keeps the reason', async () => {
  github.fault({ ...onStatuses, times: 1, answer: { kind: 'status', status: 404, body: { message: 'Not Found' } } })
  await tell('success')
  const refused = () => db.selectFrom('outbox').select(['lastError', 'droppedAt']).executeTakeFirstOrThrow()
  await expect.poll(async () => (await refused()).droppedAt, waiting).toBeInstanceOf(Date)
  expect((await refused()).lastError).toBe(
    "GitHub answered 404 (Not Found): the repository is gone, or kyozo's token may not see it (acme/shop)",
  )
})

it('what was claimed when the sending broke off is sent as soon as it can be, not when the claim runs out', async () => {
  let hasBrokenOff = false
  const steps = Symbol.for('kyozo.steps')
  Object.assign(globalThis, {
    [steps]: (step: string) => {
      if (step !== 'status.sent' || hasBrokenOff) return
      hasBrokenOff = true
      throw new Error('the database went away')
    },
  })
  try {
    await Promise.all([tell('success', 'one'), tell('success', 'two'), tell('success', 'three')])
    await expect.poll(() => new Set(posted()), waiting).toEqual(new Set(['one success', 'two success', 'three success']))
  } finally {
    Reflect.deleteProperty(globalThis, steps)
  }
})

it('two processes together tell a host no more than one credential may in a minute', async () => {
  for (let context = 1; context <= 75; context++) await tell('success', `kyozo/production/${context}`)
  const waits = () =>
    db.selectFrom('outbox').select('id').where('lastError', '=', 'waits until its host may be spoken to again').executeTakeFirst()
  await expect.poll(waits, { timeout: 40_000 }).toBeDefined()
  await expect.poll(posted, waiting).toHaveLength(60)
  const { spentAt } = await db.selectFrom('forgeHosts').select('spentAt').executeTakeFirstOrThrow()
  expect(spentAt).toHaveLength(60)
}, 60_000)

it('one process knows at once that the host asked another to be left alone', async () => {
  github.fault({ ...onStatuses, times: 1, answer: { kind: 'status', status: 403, headers: { 'retry-after': '600' } } })
  // One that has not sent anything yet: who was told to wait looks at nothing else meanwhile.
  await senders.pop()!.stop()
  await tell('pending')
  await expect.poll(() => pausedFor(), waiting).toBeGreaterThan(590)
  await senders.pop()!.stop()
  await tell('success', 'kyozo/production/other')
  senders.push(start('two'))
  await expect
    .poll(() => db.selectFrom('outbox').select('lastError').where('target', 'like', '%other').executeTakeFirst(), waiting)
    .toEqual({ lastError: 'waits until its host may be spoken to again' })
  expect(posted()).toEqual([])
})

async function pausedFor(): Promise<number> {
  const host = await db.selectFrom('forgeHosts').select('pausedUntil').executeTakeFirst()
  return (Number(host?.pausedUntil ?? 0) - Date.now()) / 1000
}

/** As if this many states of the commit and context had been sent long ago. */
async function saidBefore(connection: string, times: number): Promise<void> {
  const target = `status ${sha} kyozo/production`
  const rows = Array.from({ length: times }, (_, at) => ({
    ...{ id: newId(), teamId, connection, target, kind: 'status' as const, payload: '{}' },
    sentAt: new Date(Date.now() - (at + 7_200) * 1000),
  }))
  await db.insertInto('outbox').values(rows).execute()
}

it('stops telling of a commit and context before the host refuses to hear more from whomever, and says so', async () => {
  await saidBefore('main', 500)
  await saidBefore('second', 400)
  await tell('success')
  await expect
    .poll(() => db.selectFrom('outbox').select('lastError').where('droppedAt', 'is not', null).execute(), waiting)
    .toEqual([
      { lastError: 'its host was told 900 states of this commit and context already, and takes no more than 1000; push a new commit' },
    ])
  expect(posted()).toEqual([])
})

it('goes on telling a host of a commit and context of which another host was told a thousand times', async () => {
  await saidBefore('elsewhere', 1_000)
  await tell('success')
  await expect.poll(posted, waiting).toEqual(['kyozo/production success'])
})

it('tells what it has to say although the clock of the database was put back by a day', async () => {
  await tell('pending')
  await expect.poll(posted, waiting).toHaveLength(1)
  const tomorrow = new Date(Date.now() + 24 * 3_600_000)
  await db.updateTable('forgeHosts').set({ pausedUntil: tomorrow, pauses: 1 }).execute()
  const times = [{ nextAttemptAt: tomorrow }, { claimedUntil: tomorrow, claimedBy: 'another' }]
  for (const [at, time] of times.entries())
    await db
      .insertInto('outbox')
      .values({
        ...{ id: newId(), teamId, kind: 'status', connection: 'main', target: `${at}` },
        payload: JSON.stringify(statusOf('success', `after/${at}`)),
        ...time,
      })
      .execute()
  await expect.poll(() => posted().toSorted(), waiting).toEqual(['after/0 success', 'after/1 success', 'kyozo/production pending'])
})

it('a host that is silent is not waited for when kyozo stops, and the next start asks it what has arrived', async () => {
  const recover = github.fault({ ...onStatuses, answer: { kind: 'hang' } })
  await Promise.all([tell('success', 'one'), tell('success', 'two'), tell('success', 'three')])
  await expect.poll(() => github.calls.length, waiting).toBeGreaterThan(0)
  const begin = performance.now()
  await Promise.all(senders.map((sender) => sender.stop()))
  expect(performance.now() - begin).toBeLessThan(5_000)
  const rows = await db.selectFrom('outbox').select(['claimedUntil', 'sentAt', 'attempts', 'lastError']).orderBy('attempts').execute()
  expect(rows).toHaveLength(3)
  for (const { claimedUntil, sentAt } of rows) expect({ claimedUntil, sentAt }).toEqual({ claimedUntil: null, sentAt: null })
  expect(rows.at(-1)).toMatchObject({ attempts: 1, lastError: 'kyozo stopped before its host answered' })
  // That it was silent when kyozo stopped is nothing that is held against it.
  expect(await db.selectFrom('forgeHosts').select(['failures', 'pauses']).execute()).toEqual([{ failures: 0, pauses: 0 }])
  recover()
  senders = [start('again')]
  await expect.poll(() => new Set(posted()), waiting).toEqual(new Set(['one success', 'two success', 'three success']))
})
