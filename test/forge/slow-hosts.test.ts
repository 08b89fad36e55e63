// Git hosts that answer late or never, on the stored outbox: what is for others reaches them all the same.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createConnections } from '../../src/forge/connections.ts'
import type { ForgeConnection } from '../../src/forge/forge.ts'
import { githubConnection } from '../../src/forge/github/connection.ts'
import type { CommitStatus } from '../../src/forge/messages.ts'
import { startOutbox } from '../../src/serving/outbox.ts'
import { defaultTeam } from '../../src/store/instance.ts'
import { listen, notify } from '../../src/store/notify.ts'
import { putOutbox } from '../../src/store/outbox.ts'
import { testDatabase } from '../support/database.ts'
import { type GitHubDouble, type GitHubRepository, startGitHub } from '../support/github/github.ts'

const { db, url } = await testDatabase()
const teamId = await defaultTeam(db)
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
/** Shorter than a host is given for one answer. */
const soon = { timeout: 8_000 }
const contexts = Array.from({ length: 12 }, (_, at) => `kyozo/production/s${at}`)
let github: GitHubDouble
let shop: GitHubRepository
let sha: string
let slow: Server
let answered = 0
let stop: () => Promise<void> = async () => undefined

beforeEach(async () => {
  await db.deleteFrom('outbox').execute()
  await db.deleteFrom('forgeHosts').execute()
  github = await startGitHub()
  shop = await github.createRepository({ fullName: 'acme/shop', isPrivate: true })
  sha = (await shop.push({ change: { files: { 'README.md': 'shop' } } })).sha
})

afterEach(async () => {
  slow.closeAllConnections()
  slow.close()
  await stop()
  await github.close()
})

/** Answers 201 after this long. */
async function startSlow(afterMs: number): Promise<void> {
  answered = 0
  slow = createServer((_, response) => {
    setTimeout(() => {
      answered++
      response.writeHead(201).end('{}')
    }, afterMs).unref()
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => slow.once('listening', resolve))
}

/** A process whose teams have this many hosts of their own, which are all as slow, each with a credential of its own. */
async function start(hosts: number): Promise<readonly string[]> {
  const names = Array.from({ length: hosts }, (_, at) => `slow-${at}`)
  const settings = { webUrl: github.webUrl, webhookSecret: 's' }
  const apiUrl = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`
  const all: ForgeConnection[] = [
    githubConnection({ ...settings, apiUrl: github.apiUrl, token: github.createToken() }),
    ...names.map((name) => githubConnection({ ...settings, name, apiUrl, token: name })),
  ]
  const notifications = await listen(url)
  const sender = startOutbox({ owner: 'me', db, notifications, connections: createConnections(all, Date.now), log: silent })
  stop = async () => {
    await sender.stop()
    await notifications.close()
  }
  return names
}

async function tell(connection: string, of = contexts): Promise<void> {
  const repository = { id: String(shop.id), fullName: shop.fullName }
  await db.transaction().execute(async (trx) => {
    for (const context of of) {
      const payload: CommitStatus = { repository, sha, state: 'success', context, description: 'live', targetUrl: null }
      await putOutbox(trx, [{ teamId, kind: 'status', connection, target: `status ${sha} ${context}`, payload }])
    }
    await notify(trx, 'outbox', '')
  })
}

const told = () => shop.statuses(sha).map(({ context }) => context)

it('ten hosts that never answer hold up no other', async () => {
  await startSlow(60_000)
  const names = await start(10)
  for (const name of names) await tell(name)
  await tell('main')
  await expect.poll(() => told().length, soon).toBe(contexts.length)
  expect(told().toSorted()).toEqual(contexts.toSorted())
}, 60_000)

it('a host that takes a second for each answer holds up no other, and hears one thing at a time, in the order in which it became true', async () => {
  await startSlow(1_000)
  await start(1)
  await tell('slow-0')
  await tell('main')
  await expect.poll(() => told().length, soon).toBe(contexts.length)
  expect(told()).toEqual(contexts)
  expect(answered).toBeLessThan(contexts.length)
  const underWay = () =>
    db.selectFrom('outbox').select('id').where('connection', '=', 'slow-0').where('claimedUntil', 'is not', null).execute()
  await expect.poll(async () => (await underWay()).length, soon).toBe(1)
}, 60_000)

it('more hosts that hang than are spoken to at once put off another by no more than one answer', async () => {
  await startSlow(60_000)
  const names = await start(30)
  for (const name of names) await tell(name, ['kyozo/production'])
  await tell('main', ['kyozo/production'])
  await expect.poll(told, { timeout: 20_000 }).toEqual(['kyozo/production'])
}, 60_000)
