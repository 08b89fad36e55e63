// The API over real HTTP: who may read what, and how it answers what it does not understand.
import { beforeAll, describe, expect, it } from 'vitest'
import { resources } from '../../src/api/resources/index.ts'
import { newId } from '../../src/ids.ts'
import { queueRelease } from '../../src/store/releases.ts'
import { createToken } from '../../src/store/tokens.ts'
import { shaOf, team, workspaceWithEnvironment } from '../store/rows.ts'
import { startApi, type TestApi } from '../support/api.ts'
import { type WholeTeam, wholeTeam } from '../support/whole-team.ts'

let api: TestApi
let theirs: WholeTeam
const mine = { teamId: '', token: '', workspaceId: '', releaseIds: [] as string[] }

beforeAll(async () => {
  api = await startApi()
  await fillMine()
  theirs = await wholeTeam(api.db)
})

async function fillMine() {
  const { db } = api
  mine.teamId = await team(db)
  mine.token = await createToken(db, { teamId: mine.teamId, name: 'mine' })
  const { workspace, environment } = await workspaceWithEnvironment(db, mine.teamId)
  mine.workspaceId = workspace.id
  for (const digit of ['1', '2', '3']) {
    const { release } = await queueRelease(db, {
      teamId: mine.teamId,
      workspaceId: workspace.id,
      environmentId: environment.id,
      ref: environment.ref,
      sha: shaOf(digit),
      triggeredBy: 'me',
    })
    mine.releaseIds.unshift(release.id)
  }
}

async function get(path: string, headers: Record<string, string> = { Authorization: `Bearer ${mine.token}` }) {
  const answer = await fetch(`${api.origin}/api/v1${path}`, { headers })
  return {
    status: answer.status,
    headers: answer.headers,
    body: (await answer.json()) as {
      data?: unknown
      errors?: { status: string; code: string; detail: string }[]
      links?: { next: string | null }
    },
  }
}

describe.each(resources.map((resource) => resource.type))('another team’s %s', (type) => {
  it('are not listed', async () => {
    const { body } = await get(`/${type}`)
    expect((body.data as { id: string }[]).map((row) => row.id)).not.toContain(theirs.ids.get(type))
    const { body: own } = await get(`/${type}`, { Authorization: `Bearer ${theirs.token}` })
    expect((own.data as { id: string }[]).map((row) => row.id)).toContain(theirs.ids.get(type))
  })

  it('are as if they were not there', async () => {
    const [existing, missing] = [await get(`/${type}/${theirs.ids.get(type)}`), await get(`/${type}/${newId()}`)]
    expect(existing.status).toBe(404)
    expect(existing.body).toEqual(missing.body)
  })

  it('cannot be read without a token, with a wrong one, or with one in the address', async () => {
    for (const headers of [{}, { Authorization: 'Bearer wrong' }, { Authorization: 'Basic' }]) {
      const answer = await get(`/${type}`, headers as Record<string, string>)
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="kyozo"')
    }
    expect((await get(`/${type}?token=${mine.token}`, {})).status).toBe(401)
  })
})

it('does not read the log of another team’s release', async () => {
  expect((await get(`/releases/${theirs.ids.get('releases')}/logs`)).status).toBe(404)
})

it('pages through a listing without a hole or a duplicate', async () => {
  const seen: string[] = []
  for (let next: string | null | undefined = `/releases?filter[workspace]=${mine.workspaceId}&page[size]=2`; next; ) {
    const { body } = await get(next)
    seen.push(...(body.data as { id: string }[]).map((row) => row.id))
    next = body.links?.next?.replace('/api/v1', '')
  }
  expect(seen).toEqual(mine.releaseIds)
})

it('answers in JSON:API’s media type, and only to who takes it', async () => {
  expect((await get('/workspaces')).headers.get('content-type')).toBe('application/vnd.api+json')
  const refused = await get('/workspaces', { Authorization: `Bearer ${mine.token}`, Accept: 'application/vnd.api+json; version=2' })
  expect(refused).toMatchObject({ status: 406, body: { errors: [{ status: '406', code: 'not_acceptable' }] } })
})

it.each([
  '?filter[secret]=1',
  '?page[size]=0',
  '?page[size]=1000',
  '?page[after]=x',
  '?sort=name',
  "?filter[workspace]=' or 1=1",
  '?filter[workspace]=%00',
])('refuses the query %s by name', async (query) => {
  expect(await get(`/releases${query}`)).toMatchObject({ status: 400, body: { errors: [{ code: 'bad_request' }] } })
})

it.each(['/releases/..%2f..%2fetc', '/releases/1', '/releases/%00', `/releases/${'a'.repeat(3_000)}`])(
  'answers %s as a resource that is not there',
  async (path) => {
    expect([400, 404]).toContain((await get(path)).status)
  },
)
