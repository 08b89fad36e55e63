// Which messages senders get: when a sender died while it had one, and when two connections speak of one commit.
import { beforeEach, expect, it } from 'vitest'
import { defaultTeam, inSeconds } from '../../src/store/instance.ts'
import { putNews, putOutbox } from '../../src/store/outbox.ts'
import { claimOutbox, dueConnections, expireClaimsOf, outboxDropped, outboxRetry, outboxSent } from '../../src/store/outbox-sending.ts'
import { queueRelease } from '../../src/store/releases.ts'
import { testDatabase } from '../support/database.ts'
import { shaOf, workspaceWithEnvironment } from './rows.ts'

const { db } = await testDatabase()
const teamId = await defaultTeam(db)

beforeEach(() => db.deleteFrom('outbox').execute())

const put = (state: string, connection = 'main') =>
  putOutbox(db, [{ teamId, kind: 'status', connection, target: 'status of one', payload: { state } }])
/** All that this sender is given, one after the other. */
async function claim(owner: string, connections = ['main', 'second']) {
  const claimed: { id: string; state: string }[] = []
  for (;;) {
    const row = await claimOutbox(db, { connections, owner })
    if (row === undefined) return claimed
    claimed.push({ id: row.id, state: (row.payload as { state: string }).state })
  }
}
const stored = () => db.selectFrom('outbox').select(['payload', 'droppedFor', 'claimedUntil', 'sentAt']).orderBy('sequence').execute()

it.each([
  ['starts again', () => expireClaimsOf(db, { owner: 'one' })],
  [
    'does not come back',
    async () =>
      void (await db
        .updateTable('outbox')
        .set({ claimedUntil: new Date(0) })
        .where('claimedBy', '=', 'one')
        .execute()),
  ],
])('what a sender had that died and %s is not left behind when something newer took its place', async (_, ends) => {
  await put('pending')
  expect(await claim('one')).toMatchObject([{ state: 'pending' }])
  await put('success')
  // The order of the two is kept for as long as the first may be under way.
  expect(await claim('two')).toEqual([])
  await ends()
  expect(await dueConnections(db)).toEqual(['main'])
  const [newest, ...others] = await claim('two')
  expect([newest?.state, others]).toEqual(['success', []])
  await outboxSent(db, newest!.id, undefined)
  expect(await stored()).toEqual([
    { payload: { state: 'pending' }, droppedFor: 'overtaken', claimedUntil: null, sentAt: null },
    { payload: { state: 'success' }, droppedFor: null, claimedUntil: null, sentAt: expect.any(Date) },
  ])
})

it('what one connection has to say of a commit neither drops nor holds up what another has to say of it', async () => {
  await put('success')
  await put('pending', 'second')
  expect(await claim('one')).toMatchObject([{ state: 'success' }, { state: 'pending' }])
  await put('failure', 'second')
  const [mine] = await db.selectFrom('outbox').select('id').orderBy('sequence').execute()
  await outboxRetry(db, mine!.id, { inSeconds: 0, reason: 'GitHub answered 502', countsAsAttempt: true })
  expect(await claim('two')).toMatchObject([{ state: 'success' }])
})

it('two who ask at once are not given one message', async () => {
  await put('success')
  await db.transaction().execute(async (trx) => {
    // It began before the other one, whose times are ahead of its own.
    await trx.selectFrom('outbox').select('id').execute()
    expect(await claim('one')).toHaveLength(1)
    expect(await claimOutbox(trx, { connections: ['main'], owner: 'two' })).toBeUndefined()
  })
})

it('a release says that it is live after what it says of its services, whichever processes tell it', async () => {
  const { workspace, environment } = await workspaceWithEnvironment(db, teamId)
  const place = { teamId, workspaceId: workspace.id, environmentId: environment.id, ref: environment.ref, triggeredBy: 'ada' }
  const { release } = await queueRelease(db, { ...place, sha: shaOf('a') })
  const [api, web, all] = ['api', 'web', 'all'].map((target) => ({
    ...({ teamId, kind: 'status', connection: 'main', releaseId: release.id, target, payload: { state: target } } as const),
  }))
  await putOutbox(db, [api!, web!, all!])
  const one = { connections: ['main'], owner: 'one' }
  const first = await claimOutbox(db, one)
  expect(first?.target).toBe('api')
  expect(await claim('two')).toEqual([])
  await outboxSent(db, first!.id, undefined)
  expect(await claimOutbox(db, one)).toMatchObject({ target: 'web' })
  await expireClaimsOf(db, { owner: 'one', connections: ['second'] })
  expect(await dueConnections(db)).toEqual([])
  await expireClaimsOf(db, { owner: 'one', connections: ['main'] })
  expect(await dueConnections(db)).toEqual(['main'])
  expect(await claimOutbox(db, one)).toMatchObject({ target: 'web' })
})

it('what its target was told last is no news, unless it was given up; what nobody was let say is said again after a day', async () => {
  const news = (state: string) => putNews(db, [{ teamId, kind: 'status', connection: 'main', target: 'status of one', payload: { state } }])
  expect([await news('failure'), await news('failure'), await news('success'), await news('failure')]).toEqual([true, false, true, true])
  const [sent] = await claim('one')
  expect(await news('failure')).toBe(false)
  await outboxDropped(db, sent!.id, { reason: 'GitHub answered 422', cause: 'message' })
  expect(await news('failure')).toBe(true)
  const [refused] = await claim('one')
  await outboxDropped(db, refused!.id, { reason: 'GitHub answered 401', cause: 'access' })
  expect(await news('failure')).toBe(false)
  await db
    .updateTable('outbox')
    .set({ droppedAt: inSeconds(-90_000) })
    .where('id', '=', refused!.id)
    .execute()
  expect(await news('failure')).toBe(true)
})

it('what a host could not be told is among what was given up until the same connection says something newer', async () => {
  const givenUp = async () => (await db.selectFrom('deadLetters').select('reason').execute()).map(({ reason }) => reason)
  await put('success')
  const [mine] = await claim('one')
  await outboxDropped(db, mine!.id, { reason: 'GitHub answered 401', cause: 'access' })
  await put('pending', 'second')
  expect(await givenUp()).toEqual(['GitHub answered 401'])
  await put('failure')
  expect(await givenUp()).toEqual([])
})
