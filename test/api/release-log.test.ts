// The pages of a release's log over real HTTP: all lines for whoever may read them, and of some services for whoever was granted those.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { answerError } from '../../src/api/answer-error.ts'
import { releaseLogRouter } from '../../src/api/release-log.ts'
import { newId } from '../../src/ids.ts'
import { createLog } from '../../src/log.ts'
import type { Database } from '../../src/store/database.ts'
import { createLogWriter } from '../../src/store/logs.ts'
import { queueRelease } from '../../src/store/releases.ts'
import { createToken, hashOf } from '../../src/store/tokens.ts'
import { shaOf, workspaceWithEnvironment } from '../store/rows.ts'
import { testDatabase } from '../support/database.ts'

let db: Database
let server: Server
let base: string
const mine = { teamId: '', workspaceId: '', environmentId: '', releaseId: '', token: '' }

beforeAll(async () => {
  db = (await testDatabase()).db
  const app = express()
    .set('query parser', 'simple')
    .use('/releases', releaseLogRouter(db), answerError('jsonapi', createLog('silent')))
  server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { workspace, environment } = await workspaceWithEnvironment(db)
  const ids = { teamId: workspace.teamId, workspaceId: workspace.id, environmentId: environment.id }
  const { release } = await queueRelease(db, { ...ids, ref: environment.ref, sha: shaOf('1'), triggeredBy: 'test' })
  Object.assign(mine, ids, { releaseId: release.id, token: await createToken(db, { teamId: ids.teamId, name: 'mine' }) })
  const writer = createLogWriter(db, { releaseId: release.id, redact: (text) => text, notify: async () => undefined })
  writer.write({ stream: 'release', text: 'begun' })
  for (const service of ['api', 'web']) for (let at = 0; at < 3; at++) writer.write({ stream: 'build', service, text: `${service} ${at}` })
  writer.write({ stream: 'release', text: 'ended' })
  await writer.close()
})

afterAll(() => server.close())

interface Answer {
  readonly status: number
  readonly texts: readonly string[]
  readonly next: string | null
  readonly document: unknown
}

async function ask(at: string, token = mine.token, accept = 'application/vnd.api+json'): Promise<Answer> {
  const answer = await fetch(`${base}${at}`, { headers: { Authorization: `Bearer ${token}`, Accept: accept } })
  const document = (await answer.json()) as { data?: { attributes: { text: string } }[]; links?: { next: string | null } }
  return {
    status: answer.status,
    texts: document.data?.map(({ attributes }) => attributes.text) ?? [],
    next: document.links?.next ?? null,
    document,
  }
}

const all = ['begun', 'api 0', 'api 1', 'api 2', 'web 0', 'web 1', 'web 2', 'ended']

it('is read in pages that follow each other', async () => {
  const texts: string[] = []
  let next: string | null = `/releases/${mine.releaseId}/logs?page[size]=3`
  while (next !== null) {
    const page: Answer = await ask(next)
    texts.push(...page.texts)
    next = page.next
  }
  expect(texts).toEqual(all)
  expect((await ask(`/releases/${mine.releaseId}/logs?filter[stream]=release`)).texts).toEqual(['begun', 'ended'])
})

it('shows a member nothing, or the lines of what it was granted', async () => {
  const userId = newId()
  const token = newId()
  await db
    .insertInto('users')
    .values({ id: userId, name: 'ada', email: `${userId}@kyozo.test` })
    .execute()
  await db.insertInto('members').values({ id: newId(), teamId: mine.teamId, userId, role: 'member' }).execute()
  await db
    .insertInto('apiKeys')
    .values({ id: newId(), teamId: mine.teamId, referenceId: userId, name: 'hers', start: 'x', key: hashOf(token), scopes: ['read'] })
    .execute()
  const at = `/releases/${mine.releaseId}/logs`
  expect((await ask(at, token)).status).toBe(403)
  const { teamId, workspaceId, environmentId } = mine
  const serviceInstanceId = newId()
  await db
    .insertInto('serviceInstances')
    .values({
      id: serviceInstanceId,
      teamId,
      workspaceId,
      environmentId,
      name: 'web',
      folderPath: 'web',
      serviceType: 'nodejs',
      status: 'running',
    })
    .execute()
  const grant = (id: string | null) =>
    db
      .insertInto('servicePermissions')
      .values({ id: newId(), teamId, workspaceId, serviceInstanceId: id, userId, permissionType: 'view_logs' })
      .execute()
  await grant(serviceInstanceId)
  expect((await ask(at, token)).texts).toEqual(['begun', 'web 0', 'web 1', 'web 2', 'ended'])
  await grant(null)
  expect((await ask(at, token)).texts).toEqual(all)
})

it('of another team is not there, like one that does not exist', async () => {
  const { workspace } = await workspaceWithEnvironment(db)
  const theirs = await createToken(db, { teamId: workspace.teamId, name: 'theirs' })
  const foreign = await ask(`/releases/${mine.releaseId}/logs`, theirs)
  expect(foreign).toEqual(await ask(`/releases/${newId()}/logs`, theirs))
  expect(foreign.status).toBe(404)
})

it.each([
  ['page[after]=yesterday', 400],
  ['after=1', 400],
  ['page[size]=100000', 400],
  ['sort=text', 400],
])('refuses %s', async (query, status) => {
  expect((await ask(`/releases/${mine.releaseId}/logs?${query}`)).status).toBe(status)
})

it('is JSON:API and nothing else', async () => {
  expect((await ask(`/releases/${mine.releaseId}/logs`, mine.token, 'text/html')).status).toBe(406)
})
