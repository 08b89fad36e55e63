// The sender on the stored outbox and a GitHub that fails: what PostgreSQL hands out must keep the order that the sender relies on.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createConnections } from '../../src/forge/connections.ts'
import type { CommitStatus } from '../../src/forge/forge.ts'
import { githubConnection } from '../../src/forge/github/connection.ts'
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
let stop: () => Promise<void>

beforeEach(async () => {
  await db.deleteFrom('outbox').execute()
  github = await startGitHub()
  shop = await github.createRepository({ fullName: 'acme/shop', isPrivate: true })
  sha = (await shop.push({ change: { files: { 'README.md': 'shop' } } })).sha
  const settings = { apiUrl: github.apiUrl, webUrl: github.webUrl, webhookSecret: 's', token: github.createToken() }
  const notifications = await listen(url)
  const outbox = startOutbox({
    owner: 'test',
    db,
    notifications,
    connections: createConnections([githubConnection(settings)], Date.now),
    log: silent,
  })
  stop = async () => {
    await outbox.stop()
    await notifications.close()
    await github.close()
  }
})

afterEach(() => stop())

async function tell(state: CommitStatus['state'], context = 'kyozo/production'): Promise<void> {
  const repository = { id: String(shop.id), fullName: shop.fullName }
  const payload: CommitStatus = { repository, sha, state, context, description: state, targetUrl: null }
  await db.transaction().execute(async (trx) => {
    await putOutbox(trx, [{ teamId, kind: 'status', connection: 'main', target: `status ${sha} ${context}`, payload }])
    await notify(trx, 'outbox', '')
  })
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
