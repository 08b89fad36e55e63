// What GitHub does not let kyozo tell: people see it where they look, and it is told once kyozo is let in again. Stored for real, sent for real.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Connections } from '../../src/forge/connections.ts'
import type { ForgeConnection } from '../../src/forge/forge.ts'
import { githubConnection } from '../../src/forge/github/connection.ts'
import { createGates } from '../../src/gate.ts'
import { commitStatus, statusPlace } from '../../src/pipeline/commit-status.ts'
import { startOutbox } from '../../src/serving/outbox.ts'
import { storedConnections } from '../../src/serving/stored-connections.ts'
import { addAlertRule } from '../../src/store/alerts.ts'
import { outcomesOf } from '../../src/store/delivery-outcomes.ts'
import { defaultTeam } from '../../src/store/instance.ts'
import { listen, notify } from '../../src/store/notify.ts'
import { putOutbox } from '../../src/store/outbox.ts'
import { queueRelease, type Release } from '../../src/store/releases.ts'
import { untoldOf } from '../../src/store/untold.ts'
import { lookAtAlerts } from '../../src/watch/alerts.ts'
import { workspaceWithEnvironment } from '../store/rows.ts'
import { testDatabase } from '../support/database.ts'
import { type GitHubDouble, type GitHubRepository, startGitHub } from '../support/github/github.ts'

const { db, url } = await testDatabase()
const teamId = await defaultTeam(db)
const { workspace, environment } = await workspaceWithEnvironment(db, teamId)
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
const waiting = { timeout: 30_000 }
let github: GitHubDouble
let shop: GitHubRepository
let release: Release
let stop: () => Promise<void> = async () => undefined

beforeEach(async () => {
  await db.deleteFrom('outbox').execute()
  await db.deleteFrom('forgeHosts').execute()
  await db.deleteFrom('forgeCredentials').execute()
  github = await startGitHub()
  shop = await github.createRepository({ fullName: 'acme/shop', isPrivate: true })
  const { sha } = await shop.push({ change: { files: { 'README.md': 'shop' } } })
  const place = { teamId, workspaceId: workspace.id, environmentId: environment.id, ref: environment.ref, triggeredBy: 'ada' }
  ;({ release } = await queueRelease(db, { ...place, sha }))
})

afterEach(async () => {
  await stop()
  await github.close()
})

type Credentials = Partial<Parameters<typeof githubConnection>[0]>

/** A process that sends by these connections, all of the operator's. */
async function start(...all: readonly Credentials[]): Promise<void> {
  const own: ForgeConnection[] = all.map((more) =>
    githubConnection({ apiUrl: github.apiUrl, webUrl: github.webUrl, webhookSecret: 's', ...more }),
  )
  const notifications = await listen(url)
  const vault = { open: () => '' } as never
  const connections: Connections & { close(): Promise<void> } = await storedConnections({
    ...{ own, db, notifications, log, vault },
    gates: createGates(),
  })
  const sender = startOutbox({ owner: 'me', db, notifications, connections, log })
  stop = async () => {
    await sender.stop()
    await connections.close()
    await notifications.close()
  }
}

async function tell(context: string, { connection = 'main' } = {}): Promise<void> {
  const at = { ...workspace, forge: 'github' as const, connection, repositoryId: String(shop.id), repositoryName: shop.fullName }
  await db.transaction().execute(async (trx) => {
    const place = { workspace: at, release, baseUrl: 'http://kyozo.test' }
    await putOutbox(trx, commitStatus(statusPlace(place), { context, state: 'success', description: '2 live' }))
    await notify(trx, 'outbox', '')
  })
}

const untold = async () => (await untoldOf(db, { teamId }, [release.id]))[0]
const told = () => Object.keys(shop.shown(release.sha)).sort()

describe('a token that was revoked', () => {
  it('is named on the release, its delivery and the list of what was given up, opens an alert, and is forgotten with a new token', async () => {
    const token = github.createToken()
    github.revoke(token)
    await addAlertRule(db, { teamId, name: 'untold', condition: 'host_not_told' })
    await start({ token })
    await tell('kyozo/production')
    const reason = "GitHub answered 401 (Bad credentials): kyozo's token is wrong, expired or revoked; give it a new one (acme/shop)"
    await expect.poll(untold, waiting).toBe(`The Git host could not be told: ${reason}`)
    const short = release.sha.slice(0, 7)
    expect(await outcomesOf(db, { teamId }, [[release.id]])).toEqual([
      `${short} waits for production. The Git host could not be told: ${reason}`,
    ])
    expect(await db.selectFrom('deadLetters').selectAll().execute()).toMatchObject([
      { kind: 'status', subject: `acme/shop ${short} kyozo/production`, reason, tries: 1, workspaceId: workspace.id },
    ])
    await lookAtAlerts({ db, log })
    const alerts = () => db.selectFrom('alerts').select(['state', 'words']).execute()
    expect(await alerts()).toEqual([
      { state: 'open', words: expect.stringContaining(`could not be told of the newest release of ${workspace.name} production`) },
    ])
    await stop()
    await start({ token: github.createToken() })
    await expect.poll(told, waiting).toEqual(['kyozo/production'])
    await expect.poll(untold, waiting).toBeNull()
    expect(await db.selectFrom('deadLetters').selectAll().execute()).toEqual([])
    await lookAtAlerts({ db, log })
    expect(await alerts()).toMatchObject([{ state: 'resolved' }])
  }, 90_000)
})

describe('an app', () => {
  const appOf = () => {
    const app = github.createApp()
    return { app, credentials: { app: { id: app.appId, privateKey: app.privateKey } } }
  }

  it('that somebody suspended says so, and tells what it could not once something gets through again', async () => {
    const { app, credentials } = appOf()
    github.setInstallation(app, 'suspended')
    await start(credentials)
    await tell('kyozo/production')
    await expect
      .poll(untold, waiting)
      .toMatch(/403 \(This installation has been suspended\); check that the app is installed .* not suspended/)
    github.setInstallation(app, 'active')
    await tell('kyozo/production/api')
    await expect.poll(told, waiting).toEqual(['kyozo/production', 'kyozo/production/api'])
    await expect.poll(untold, waiting).toBeNull()
  }, 90_000)

  it('that somebody took off says so', async () => {
    const { app, credentials } = appOf()
    github.setInstallation(app, 'deleted')
    await start(credentials)
    await tell('kyozo/production')
    await expect
      .poll(untold, waiting)
      .toMatch(/could not find kyozo's app on acme\/shop: GitHub answered 404 \(Not Found\); check that the app/)
  }, 90_000)
})

it('a repository that is gone says so, and holds up no other', async () => {
  const other = await github.createRepository({ fullName: 'acme/other', isPrivate: true })
  await start({ token: github.createToken() })
  github.removeRepository(shop.id)
  await tell('kyozo/production')
  await expect.poll(untold, waiting).toContain('404 (Not Found): the repository is gone')
  const { sha } = await other.push({ change: { files: { 'README.md': 'other' } } })
  ;[shop, release] = [other, { ...release, sha }]
  await tell('kyozo/production/api')
  await expect.poll(told, waiting).toEqual(['kyozo/production/api'])
  // What is refused for one repository is not asked again because another is well.
  expect(github.calls.filter(({ method, status }) => method === 'POST' && status === 404)).toHaveLength(1)
}, 90_000)

it('two connections with one token tell the host no more than the token may', async () => {
  const token = github.createToken()
  await start({ token }, { token, name: 'second' })
  for (let context = 1; context <= 35; context++) {
    await tell(`kyozo/production/${context}`)
    await tell(`kyozo/staging/${context}`, { connection: 'second' })
  }
  const held = () =>
    db.selectFrom('outbox').select('id').where('lastError', '=', 'waits until its host may be spoken to again').executeTakeFirst()
  await expect.poll(held, { timeout: 60_000 }).toBeDefined()
  expect(told()).toHaveLength(60)
  expect(await db.selectFrom('forgeHosts').select('connection').execute()).toEqual([{ connection: expect.not.stringContaining(token) }])
}, 120_000)

it('what somebody who may not write says of a commit takes nothing away from who may', async () => {
  await tell('kyozo/production')
  await tell('kyozo/production', { connection: 'second' })
  await start({ token: github.createToken() }, { token: github.createToken({ permissions: { statuses: 'read' } }), name: 'second' })
  await expect.poll(told, waiting).toEqual(['kyozo/production'])
  await expect.poll(untold, waiting).toContain('needs the permission to write commit statuses on acme/shop')
}, 90_000)
