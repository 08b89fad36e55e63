// What Prometheus reads, over real HTTP.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { answerError } from '../../src/api/answer-error.ts'
import { createMeasures, type Measures } from '../../src/api/prometheus.ts'
import { createGates } from '../../src/gate.ts'
import { newId } from '../../src/ids.ts'
import { createLog } from '../../src/log.ts'
import type { Database } from '../../src/store/database.ts'
import { queueRelease } from '../../src/store/releases.ts'
import { createToken } from '../../src/store/tokens.ts'
import { shaOf, team, workspaceWithEnvironment } from '../store/rows.ts'
import { testDatabase } from '../support/database.ts'

let db: Database
let server: Server
let base: string
let measures: Measures
const tokens = { operator: '', other: '' }

beforeAll(async () => {
  db = (await testDatabase()).db
  const operatorTeam = await team(db)
  tokens.operator = await createToken(db, { teamId: operatorTeam, name: 'prometheus' })
  tokens.other = await createToken(db, { teamId: await team(db), name: 'theirs' })
  measures = createMeasures(db, { operatorTeam, gates: createGates() })
  const app = express()
    .use(measures.observe)
    .use('/metrics', measures.router)
    .get('/releases/:id', (_request, response) => void response.send('a page'))
    .use(answerError('text', createLog('silent')))
  server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => server.close())

function scrape(token?: string): Promise<Response> {
  return fetch(`${base}/metrics`, { headers: token === undefined ? {} : { Authorization: `Bearer ${token}` } })
}

it('is for owners and admins of the first team: the figures are of all teams together', async () => {
  expect((await scrape()).status).toBe(401)
  expect((await scrape(tokens.other)).status).toBe(403)
  expect((await scrape(tokens.operator)).status).toBe(200)
})

it('counts what there is, and forgets what is not there any more', async () => {
  const { workspace, environment } = await workspaceWithEnvironment(db)
  const ids = { teamId: workspace.teamId, workspaceId: workspace.id, environmentId: environment.id }
  const { release } = await queueRelease(db, { ...ids, ref: environment.ref, sha: shaOf('1'), triggeredBy: 'me' })
  await db
    .insertInto('serviceInstances')
    .values({ id: newId(), ...ids, name: 'api', folderPath: 'api', serviceType: 'nodejs', status: 'running' })
    .execute()
  const first = await (await scrape(tokens.operator)).text()
  expect(first).toContain('kyozo_services{of="running"} 1')
  expect(first).toContain('kyozo_releases{of="queued"} 1')
  await db.deleteFrom('releases').where('id', '=', release.id).execute()
  expect(await (await scrape(tokens.operator)).text()).not.toContain('kyozo_releases{of="queued"}')
})

it('times requests by the door they come through, never by an address', async () => {
  await fetch(`${base}/releases/${newId()}`)
  await fetch(`${base}/releases/${newId()}`)
  await fetch(`${base}/wp-admin.php`)
  const text = await (await scrape(tokens.operator)).text()
  expect(text).toContain('kyozo_http_request_duration_seconds_count{door="releases",method="GET",status="2xx"} 2')
  expect(text).toContain('kyozo_http_request_duration_seconds_count{door="other",method="GET",status="4xx"} 1')
  expect(text).not.toContain('wp-admin')
})

it('counts deliveries that were refused, by reason', async () => {
  measures.refused('signature_invalid')
  measures.refused('signature_invalid')
  measures.refused('payload_too_large')
  const lines = (await (await scrape(tokens.operator)).text()).split('\n').filter((line) => line.startsWith('kyozo_webhook_rejected_total'))
  expect(lines).toEqual([
    'kyozo_webhook_rejected_total{reason="signature_invalid"} 2',
    'kyozo_webhook_rejected_total{reason="payload_too_large"} 1',
  ])
})
