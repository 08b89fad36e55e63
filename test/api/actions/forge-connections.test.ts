// A team's own connection to GitHub: made by the API, used by whatever process receives its deliveries.
import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { beforeAll, expect, it } from 'vitest'
import type { Access } from '../../../src/access/access.ts'
import { forgeConnections } from '../../../src/api/resources/forge-connections.ts'
import { findItem } from '../../../src/api/resources/read.ts'
import type { Created } from '../../../src/api/resources/resource.ts'
import { changeResource, createResource, removeResource, type Writing } from '../../../src/api/resources/write.ts'
import { isInside } from '../../../src/forge/api-url.ts'
import { newId } from '../../../src/ids.ts'
import { createVault } from '../../../src/secrets/vault.ts'
import { createToken } from '../../../src/store/tokens.ts'
import { viewerOf } from '../../../src/store/viewer.ts'
import { team } from '../../store/rows.ts'
import { type Served, serveHere } from '../../support/served.ts'
import { until } from '../../support/until.ts'
import { push } from '../receiver.ts'

const key = randomBytes(32)
const vault = createVault(key)
const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
})
let served: Served
let mine: Writing
let others: Writing

beforeAll(async () => {
  served = await serveHere({ KYOZO_SECRET_KEY: key.toString('hex') })
  mine = await writingOf(await team(served.db))
  others = await writingOf(await team(served.db))
})

async function writingOf(teamId: string): Promise<Writing> {
  const { db } = served
  const viewer = (await viewerOf(db, await createToken(db, { teamId, name: 'automation' })))!
  const acting = { db, vault, access: {} as Access, baseUrl: 'http://kyozo.test', ipAddress: undefined }
  return { at: { db, viewer, baseUrl: acting.baseUrl, now: new Date() }, acting } as unknown as Writing
}

const sent = (attributes: Record<string, unknown>) => ({ attributes, related: {}, idempotencyKey: undefined })

async function create(attributes: Record<string, unknown>, writing = mine) {
  const name = `c-${newId().slice(-12)}`
  const made = await createResource(writing, forgeConnections, sent({ forge: 'github', name, ...attributes }))
  return made as Extract<Created, { kind: 'row' }>
}

async function deliver(url: string, secret: string): Promise<Response> {
  const signature = createHmac('sha256', secret).update(push).digest('hex')
  const headers = {
    'content-type': 'application/json',
    'x-github-event': 'push',
    'x-github-delivery': newId(),
    'x-hub-signature-256': `sha256=${signature}`,
  }
  return fetch(url.replace('http://kyozo.test', served.url), { method: 'POST', body: push, headers })
}

/** Once the process has heard of the change. */
function answered(url: string, secret: string, isIt: (status: number) => boolean): Promise<Response> {
  return until('an answer to the delivery', async () => {
    const response = await deliver(url, secret)
    return isIt(response.status) && response
  })
}

it('shows the secret of its webhook once, and takes what is signed with it for the team that made it', async () => {
  const made = await create({ token: 'ghp_canary_token' })
  const { webhook_secret: secret, webhook_url: url } = made.once as { webhook_secret: string; webhook_url: string }
  expect(secret).toMatch(/^[\w-]{43}$/)
  const answer = await answered(url, secret, (status) => status !== 401)
  expect(answer.status).toBe(202)
  const { deliveryId } = (await answer.json()) as { deliveryId: string }
  const delivery = await served.db
    .selectFrom('deliveries')
    .select(['teamId', 'workspaceId', 'connection'])
    .where('id', '=', deliveryId)
    .executeTakeFirstOrThrow()
  expect(delivery).toEqual({ teamId: mine.at.viewer.teamId, workspaceId: expect.any(String), connection: url.split('/').at(-1) })
  const found = await findItem(mine.at, forgeConnections, { id: made.id })
  expect(JSON.stringify(found)).not.toMatch(/canary|webhookSecret/)
  expect(JSON.stringify(found)).not.toContain(secret)

  await expect(removeResource(mine, forgeConnections, { target: { id: made.id }, sent: sent({}) })).rejects.toMatchObject({
    code: 'conflict',
  })
  await served.db.deleteFrom('workspaces').where('id', '=', delivery.workspaceId!).execute()

  const next = 'another-secret-of-32-characters!'
  await changeResource(mine, forgeConnections, { target: { id: made.id }, sent: sent({ webhook_secret: next }) })
  await answered(url, next, (status) => status === 202)
  expect((await deliver(url, secret)).status).toBe(401)
  await served.db.deleteFrom('workspaces').where('connection', '=', url.split('/').at(-1)!).execute()
  await removeResource(mine, forgeConnections, { target: { id: made.id }, sent: sent({}) })
  await answered(url, next, (status) => status === 401)

  const { rows } = await sql<{ row: string }>`select to_jsonb(a)::text as row from audit_events a where subject_id = ${made.id}`.execute(
    served.db,
  )
  expect(rows).toHaveLength(3)
  expect(JSON.stringify(rows)).not.toMatch(/canary|another-secret/)
})

it('is no answer to deliveries without its name, and connects nothing when it was told not to', async () => {
  const made = await create({ connects_repositories: false })
  const { webhook_secret: secret, webhook_url: url } = made.once as { webhook_secret: string; webhook_url: string }
  const answer = await answered(url, secret, (status) => status !== 401)
  expect(await answer.json()).toMatchObject({ decision: 'ignored', reason: expect.stringContaining('connects no repository by itself') })
  expect((await deliver(`${served.url}/webhooks/github`, secret)).status).toBe(401)
})

it.each<[string, Record<string, unknown>, string]>([
  ['a host that kyozo does not speak to yet', { forge: 'sourcehut' }, 'forge is "sourcehut": must be one of'],
  ["the operator's own name", { name: 'main' }, "is kept for the operator's own connections"],
  ['a secret that can be guessed', { webhook_secret: 'short' }, 'must be at least 16 characters'],
  ['an address without HTTPS', { api_url: 'http://github.example' }, 'must begin with https://'],
  ['an address of this machine', { api_url: 'https://127.0.0.1:8443' }, "must not lead into the operator's own networks"],
  ['an address of this machine by name', { api_url: 'https://localhost/api/v3' }, "must not lead into the operator's own networks"],
  ['an address with a password', { api_url: 'https://me:pw@api.github.com' }, 'must hold no user name and no password'],
  ['an address that is none', { api_url: 'file:///etc/passwd' }, 'must be an address such as'],
  ['a key without an app', { private_key: privateKey }, 'app_id and private_key belong together'],
  ['a key that is none', { app_id: '1', private_key: 'hello canary' }, 'private_key is no PEM'],
  ['a public key', { app_id: '1', private_key: publicKey }, 'private_key is a public key, not a private key'],
  ['two keys', { app_id: '1', private_key: privateKey + publicKey }, 'private_key holds 2 keys or certificates'],
  ['a damaged key', { app_id: '1', private_key: `${privateKey.slice(0, 400)}canary${privateKey.slice(440)}` }, 'private_key '],
  ['a key of ten megabytes', { app_id: '1', private_key: privateKey + 'x'.repeat(10 * 1024 ** 2) }, 'private_key is larger than 16 KiB'],
  ['an encrypted key', { app_id: '1', private_key: encryptedKey() }, 'private_key is encrypted with a passphrase'],
  ['a token and an app', { app_id: '1', private_key: privateKey, token: 'ghp_canary' }, 'token and app_id exclude each other'],
])('is refused with %s', async (_, attributes, words) => {
  const error = (await create(attributes).catch((thrown: unknown) => thrown)) as Error
  expect(error).toMatchObject({ code: 'invalid', message: expect.stringContaining(words) })
  expect(error.message).not.toMatch(/canary|MII/)
})

it('takes a key with the line ends of Windows, and an address inside where the operator allows it', async () => {
  const allowing = { ...mine, acting: { ...mine.acting, allowsPrivateForges: true } }
  const made = await create(
    { app_id: '7', private_key: privateKey.replaceAll('\n', '\r\n'), api_url: 'http://127.0.0.1:9/api/v3/' },
    allowing,
  )
  const found = await findItem(mine.at, forgeConnections, { id: made.id })
  expect(found?.row).toMatchObject({ appId: '7', apiUrl: 'http://127.0.0.1:9/api/v3' })
})

it('does not exist for another team, which cannot take its name either', async () => {
  const made = await create({ name: 'taken' })
  const target = { id: made.id }
  await expect(changeResource(others, forgeConnections, { target, sent: sent({ token: 'x' }) })).rejects.toMatchObject({
    code: 'not_found',
  })
  await expect(removeResource(others, forgeConnections, { target, sent: sent({}) })).rejects.toMatchObject({ code: 'not_found' })
  await expect(create({ name: 'taken' }, others)).rejects.toMatchObject({ code: 'conflict', message: 'the name taken is taken' })
})

it.each(['10.1.2.3', '172.31.0.1', '192.168.1.1', '169.254.169.254', '0.0.0.0', '::1', '::ffff:127.0.0.1', 'fd00::1', 'fe80::1'])(
  '%s is inside',
  (address) => {
    expect(isInside(address)).toBe(true)
  },
)

it.each(['140.82.121.5', '172.32.0.1', '2606:50c0:8000::153'])('%s is outside', (address) => {
  expect(isInside(address)).toBe(false)
})

function encryptedKey(): string {
  const encoding = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' } as const
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: encoding,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey
}
