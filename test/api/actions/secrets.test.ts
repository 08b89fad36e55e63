// Setting secrets through the descriptions, as JSON:API and GraphQL do.
import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Access } from '../../../src/access/access.ts'
import { findItem } from '../../../src/api/resources/read.ts'
import { secrets } from '../../../src/api/resources/secrets.ts'
import { changeResource, createResource, removeResource, type Writing } from '../../../src/api/resources/write.ts'
import { createLog } from '../../../src/log.ts'
import { openQueue, type Queue } from '../../../src/queue/queue.ts'
import { createVault } from '../../../src/secrets/vault.ts'
import type { Database } from '../../../src/store/database.ts'
import type { Environment } from '../../../src/store/environments.ts'
import { latestRelease, queueRelease } from '../../../src/store/releases.ts'
import { addSecretOnce, listSecrets, placeOf } from '../../../src/store/secrets.ts'
import { createToken } from '../../../src/store/tokens.ts'
import { viewerOf } from '../../../src/store/viewer.ts'
import type { Workspace } from '../../../src/store/workspaces.ts'
import { shaOf, team, workspaceWithEnvironment } from '../../store/rows.ts'
import { testDatabase } from '../../support/database.ts'

let db: Database
let queue: Queue
let mine: Writing
let others: Writing
let workspace: Workspace
let environment: Environment
const vault = createVault(randomBytes(32))

beforeAll(async () => {
  const database = await testDatabase()
  db = database.db
  queue = await openQueue(database.url, createLog('silent'))
  const place = await workspaceWithEnvironment(db)
  ;({ workspace, environment } = place)
  mine = await writingOf(workspace.teamId)
  others = await writingOf(await team(db))
})
afterAll(() => queue.close())

async function writingOf(teamId: string): Promise<Writing> {
  const viewer = (await viewerOf(db, await createToken(db, { teamId, name: 'automation' })))!
  const acting = { db, queue, vault, access: {} as Access, baseUrl: 'http://kyozo.test', ipAddress: '203.0.113.9' }
  return { at: { db, viewer, baseUrl: acting.baseUrl, now: new Date() }, acting } as Writing
}

const sent = (attributes: Record<string, unknown>, related: Record<string, string | null> = {}) => ({
  attributes,
  related,
  idempotencyKey: undefined,
})

function create(attributes: Record<string, unknown>, related: Record<string, string | null> = { workspace: workspace.id }, writing = mine) {
  return createResource(writing, secrets, sent(attributes, related))
}

it('is sealed with its place, shown without its value, and told of in the audit trail', async () => {
  const made = await create(
    { name: 'STRIPE_KEY', value: 'sk_canary_1', service: 'api' },
    { workspace: workspace.id, environment: environment.id },
  )
  expect(made).toEqual({ kind: 'row', id: expect.any(String) })
  const { id } = made as { id: string }
  await changeResource(mine, secrets, { target: { id }, sent: sent({ value: 'sk_canary_2' }) })

  const found = await findItem(mine.at, secrets, { id })
  expect(found?.row).toMatchObject({ name: 'STRIPE_KEY', service: 'api', version: 2, isMade: false })
  expect(JSON.stringify(found)).not.toMatch(/canary|ciphertext/)
  const [stored] = (await listSecrets(db, { workspaceId: workspace.id, environmentId: environment.id })).filter(
    (secret) => secret.id === id,
  )
  expect(vault.open(placeOf(stored!), stored!.ciphertext)).toBe('sk_canary_2')
  expect(() => vault.open(placeOf({ ...stored!, service: 'web' }), stored!.ciphertext)).toThrow()

  const { rows } = await sql<{
    whole: string
  }>`select to_jsonb(a)::text as whole from audit_events a where subject_id = ${id} order by id`.execute(db)
  expect(rows.map(({ whole }) => JSON.parse(whole))).toMatchObject([
    { action: 'secrets.create', subject_name: 'STRIPE_KEY', details: { service: 'api', version: 1 }, ip_address: '203.0.113.9' },
    { action: 'secrets.update', subject_name: 'STRIPE_KEY', details: { service: 'api', version: 2 } },
  ])
  expect(JSON.stringify(rows)).not.toContain('canary')
  await removeResource(mine, secrets, { target: { id }, sent: sent({}) })
  expect(await findItem(mine.at, secrets, { id })).toBeUndefined()
})

it.each([
  ['PORT', 'v', 'set by kyozo to the port'],
  ['KYOZO_ADMIN_TOKEN', 'v', 'kyozo keeps for itself'],
  ['LD_PRELOAD', 'v', 'steers how programs are started'],
  ['1A', 'v', 'begin with no digit'],
  ['A B', 'v', 'must be letters'],
  ['NUL', 'sk_\0canary', 'holds a NUL character'],
  ['EMPTY', '', 'is empty'],
  ['LARGE', 'canary'.repeat(11_000), 'is 66000 bytes long; at most 65536 are kept'],
])('is refused as %j with words and without its value', async (name, value, words) => {
  const error = (await create({ name, value }).catch((thrown: unknown) => thrown)) as Error
  expect(error).toMatchObject({ code: 'invalid', message: expect.stringContaining(words) })
  expect(error.message).not.toContain('canary')
})

it('takes 64 KiB, several lines and every script', async () => {
  const value = `${'ü\n'.repeat(21_845)}x`
  expect(Buffer.byteLength(value)).toBe(65_536)
  await create({ name: 'LARGEST', value })
})

it('is one of its name in its place, and one more in another', async () => {
  await create({ name: 'TWICE', value: 'one' })
  await expect(create({ name: 'TWICE', value: 'two' })).rejects.toMatchObject({ code: 'conflict', hint: expect.stringContaining('PATCH') })
  await create({ name: 'TWICE', value: 'two', service: 'api' })
  await create({ name: 'TWICE', value: 'three' }, { workspace: workspace.id, environment: environment.id })
})

it('is neither set, changed nor removed by another team, for whom it does not exist', async () => {
  const gone = { code: 'not_found' }
  await expect(create({ name: 'X', value: 'theirs' }, { workspace: workspace.id }, others)).rejects.toMatchObject(gone)
  const { id } = (await create({ name: 'OURS', value: 'ours' })) as { id: string }
  await expect(changeResource(others, secrets, { target: { id }, sent: sent({ value: 'theirs' }) })).rejects.toMatchObject(gone)
  await expect(removeResource(others, secrets, { target: { id }, sent: sent({}) })).rejects.toMatchObject(gone)
  const theirs = await workspaceWithEnvironment(db, others.at.viewer.teamId)
  const mixed = { workspace: theirs.workspace.id, environment: environment.id }
  await expect(create({ name: 'X', value: 'v' }, mixed, others)).rejects.toMatchObject(gone)
  const second = await workspaceWithEnvironment(db, workspace.teamId)
  await expect(create({ name: 'X', value: 'v' }, { workspace: workspace.id, environment: second.environment.id })).rejects.toMatchObject({
    code: 'invalid',
    message: 'environment must be one of the workspace that is given',
  })
})

it('is not changed when kyozo made it, and the age key is for no service', async () => {
  const scope = { teamId: workspace.teamId, workspaceId: workspace.id, environmentId: environment.id }
  await addSecretOnce(db, scope, { name: 'KYOZO_POSTGRES_PASSWORD', ciphertext: Buffer.from('x'), keyId: vault.keyId })
  const [made] = (await listSecrets(db, scope)).filter(({ isMade }) => isMade)
  const target = { id: made!.id }
  await expect(changeResource(mine, secrets, { target, sent: sent({ value: 'mine' }) })).rejects.toMatchObject({ code: 'state_conflict' })
  await expect(removeResource(mine, secrets, { target, sent: sent({}) })).rejects.toMatchObject({ code: 'state_conflict' })
  await expect(create({ name: 'SOPS_AGE_KEY', value: 'AGE-SECRET-KEY-1', service: 'api' })).rejects.toMatchObject({ code: 'invalid' })
})

it('releases what is live once more, once for changes that come together, and nothing where nothing is live', async () => {
  expect(await latestRelease(db, environment.id)).toBeUndefined()
  const { release } = await queueRelease(db, {
    teamId: workspace.teamId,
    workspaceId: workspace.id,
    environmentId: environment.id,
    ref: environment.ref,
    sha: shaOf('a'),
    triggeredBy: 'ada',
  })
  await db.updateTable('releases').set({ state: 'live' }).where('id', '=', release.id).execute()
  await db.updateTable('environments').set({ liveReleaseId: release.id }).where('id', '=', environment.id).execute()
  await create({ name: 'FIRST', value: 'one' })
  await create({ name: 'SECOND', value: 'two' })
  const latest = await db
    .selectFrom('releases')
    .selectAll()
    .where('environmentId', '=', environment.id)
    .orderBy('sequence', 'desc')
    .executeTakeFirstOrThrow()
  expect(latest).toMatchObject({ state: 'queued', sha: shaOf('a'), triggeredBy: 'automation', options: { analyze: true, ofLive: true } })
  const { count } = await db
    .selectFrom('releases')
    .select((select) => select.fn.countAll().as('count'))
    .where('environmentId', '=', environment.id)
    .executeTakeFirstOrThrow()
  expect(Number(count)).toBe(2)
})
