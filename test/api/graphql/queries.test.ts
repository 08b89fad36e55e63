// Reading through GraphQL: pages, filters, orders, rights, and how many statements an answer costs.
import { beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { shaOf, workspaceWithEnvironment } from '../../store/rows.ts'
import { startGraphql } from '../../support/graphql.ts'
import { wholeTeam } from '../../support/whole-team.ts'
import { memberToken } from './member.ts'

const api = await startGraphql()
const mine = await wholeTeam(api.db)
const theirs = await wholeTeam(api.db)

async function read(query: string, variables?: Readonly<Record<string, unknown>>, token = mine.token) {
  const { data, errors } = await api.ask(token, query, variables)
  expect(errors).toBeUndefined()
  return data
}

const codesOf = async (query: string, token = mine.token) => {
  const { data, errors = [] } = await api.ask(token, query)
  return { data, errors: errors.map(({ extensions, path }) => `${extensions.code} at ${path?.join('.')}`) }
}

describe('a listing', () => {
  let releaseIds: string[] = []
  beforeAll(async () => {
    const { workspace, environment } = await workspaceWithEnvironment(api.db, mine.teamId)
    releaseIds = Array.from({ length: 5 }, newId).sort().reverse()
    const rows = ['a', 'b', 'c', 'd', 'e'].map((digit, at) => ({
      id: releaseIds[4 - at]!,
      teamId: mine.teamId,
      workspaceId: workspace.id,
      environmentId: environment.id,
      ref: `refs/heads/${digit}`,
      sha: shaOf(digit),
      state: 'live' as const,
      triggeredBy: 'ada',
    }))
    await api.db.insertInto('releases').values(rows).execute()
  })
  const within = (args: string) => `{ releases(${args}) { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`
  const filter = 'filter: { ref: ["refs/heads/a", "refs/heads/b", "refs/heads/c", "refs/heads/d", "refs/heads/e"] }'
  const idsOf = ({ releases }: { releases: { nodes: { id: string }[] } }) => releases.nodes.map(({ id }) => id)

  it('is read forwards and backwards without a hole or a duplicate', async () => {
    const seen: string[] = []
    let cursor = ''
    do {
      const page = await read(within(`${filter} first: 2 ${cursor && `after: "${cursor}"`}`))
      seen.push(...idsOf(page))
      expect(page.releases.pageInfo.hasPreviousPage).toBe(cursor !== '')
      cursor = page.releases.pageInfo.hasNextPage ? page.releases.pageInfo.endCursor : ''
    } while (cursor)
    expect(seen).toEqual(releaseIds)
    const back: string[] = []
    do {
      const page = await read(within(`${filter} last: 2 ${cursor && `before: "${cursor}"`}`))
      back.unshift(...idsOf(page))
      expect(page.releases.pageInfo.hasNextPage).toBe(cursor !== '')
      cursor = page.releases.pageInfo.hasPreviousPage ? page.releases.pageInfo.startCursor : ''
    } while (cursor)
    expect(back).toEqual(releaseIds)
  })

  it('has the cursors of JSON:API', async () => {
    const { body } = await api.jsonapi(mine.token, '/releases?page[size]=2')
    const cursor = new URL(body.links.next, 'http://kyozo.test').searchParams.get('page[after]')
    const page = await read(within('first: 2'))
    expect(page.releases.pageInfo.endCursor).toBe(cursor)
  })

  it('below each row of another listing is paged in the same way', async () => {
    const query = (args: string) =>
      `{ workspaces { nodes { id releases(${args}) { nodes { id } pageInfo { startCursor endCursor hasPreviousPage hasNextPage } } } } }`
    const pageIn = (data: { workspaces: { nodes: { releases: { nodes: { id: string }[]; pageInfo: Record<string, unknown> } }[] } }) =>
      data.workspaces.nodes.map(({ releases }) => releases).find(({ nodes }) => nodes.some(({ id }) => releaseIds.includes(id)))!
    const last = pageIn(await read(query('last: 2')))
    expect(last.nodes.map(({ id }) => id)).toEqual(releaseIds.slice(3))
    expect(last.pageInfo).toMatchObject({ hasPreviousPage: true, hasNextPage: false })
    const before = pageIn(await read(query(`last: 2 before: "${last.pageInfo.startCursor}"`)))
    expect(before.nodes.map(({ id }) => id)).toEqual(releaseIds.slice(1, 3))
    const after = pageIn(await read(query(`first: 2 after: "${before.pageInfo.endCursor}"`)))
    expect(after.nodes.map(({ id }) => id)).toEqual(releaseIds.slice(3))
  })

  it('is narrowed and ordered as JSON:API narrows and orders', async () => {
    expect(idsOf(await read(within(`filter: { sha: ["${shaOf('a')}"], state: [live] }`)))).toEqual([releaseIds[4]])
    expect(idsOf(await read(within(`${filter} sort: [REF_DESC]`)))).toEqual(releaseIds)
    expect(idsOf(await read(within(`${filter} sort: [REF_ASC]`)))).toEqual(releaseIds.toReversed())
    expect(idsOf(await read(within('filter: { createdAt: { lt: "2020-01-01T00:00:00Z" } }')))).toEqual([])
    expect(idsOf(await read(within(`filter: { startedAt: { in: [null] }, environment: ["${mine.ids.get('environments')}"] }`)))).toEqual([
      mine.ids.get('releases'),
    ])
  })

  it.each([
    ['first: 0', 'first is 0, and a page has 1 to 200 rows'],
    ['first: 201', 'first is 201, and a page has 1 to 200 rows'],
    ['last: -1', 'last is -1, and a page has 1 to 200 rows'],
    ['first: 1, last: 1', 'first and last cannot be given together'],
    ['first: 1, before: "x"', 'before goes with last, and after goes with first'],
    ['last: 1, after: "x"', 'after goes with first, and before goes with last'],
    ['filter: { sha: [] }', 'filter.sha is an empty list; leave it out, or name a value'],
    ['filter: { createdAt: { in: [] } }', 'filter.createdAt is an empty list; leave it out, or name a value'],
    ['after: "WyJ4Il0"', 'what is given as the cursor is none of this listing in this order; take it from an answer'],
    ['filter: { workspace: ["\' or 1=1"] }', 'filter[workspace]: "\' or 1=1" is not an id'],
  ])('refuses %s', async (args, message) => {
    const { data, errors } = await api.ask(mine.token, within(args))
    expect({ data, errors: errors?.map((error) => [error.message, error.extensions.code]) }).toEqual({
      data: { releases: null },
      errors: [[message, 'BAD_REQUEST']],
    })
  })
})

describe('what the viewer may not read', () => {
  it('because another team has it, is like what is not there', async () => {
    const query = (id: string) => `{ workspace(id: "${id}") { id } }`
    const foreign = await api.ask(mine.token, query(theirs.ids.get('workspaces')!))
    expect(foreign).toEqual(await api.ask(mine.token, query(newId())))
    expect(foreign).toMatchObject({
      data: { workspace: null },
      errors: [{ message: 'there is no resource of type workspaces with this id', extensions: { code: 'NOT_FOUND' }, path: ['workspace'] }],
    })
    expect((await codesOf(query('x'))).errors).toEqual(['NOT_FOUND at workspace'])
    expect((await codesOf(query('\\" or true'))).errors).toEqual(['NOT_FOUND at workspace'])
  })

  it('because of its role, is null with FORBIDDEN, and the rest is answered', async () => {
    const token = await memberToken(api.db, mine.teamId)
    const query =
      '{ workspaces(first: 1) { nodes { id } } auditEvents { nodes { id } } invitations { nodes { id } } team: viewer { team { name invitations { nodes { id } } } } }'
    const { data, errors } = await codesOf(query, token)
    expect(errors.toSorted()).toEqual(['FORBIDDEN at auditEvents', 'FORBIDDEN at invitations', 'FORBIDDEN at team.team.invitations'])
    expect(data).toMatchObject({
      workspaces: { nodes: [{ id: expect.any(String) }] },
      auditEvents: null,
      team: { team: { invitations: null } },
    })
  })

  it('because of its permissions, is left out', async () => {
    const workspaceId = mine.ids.get('workspaces')!
    const token = await memberToken(api.db, mine.teamId, [{ workspaceId, permission: 'modify_config' }])
    const { workspace } = await workspaceWithEnvironment(api.db, mine.teamId)
    await api.db
      .insertInto('secrets')
      .values({ id: newId(), teamId: mine.teamId, workspaceId: workspace.id, name: 'OTHER', ciphertext: Buffer.from('sealed') } as never)
      .execute()
    const all = await read('{ workspaces { nodes { id secrets { nodes { name } } } } secrets { nodes { name workspaceId } } }', {}, token)
    expect(all.secrets.nodes).toEqual([{ name: 'API_KEY', workspaceId }])
    expect(all.workspaces.nodes.flatMap((one: { secrets: { nodes: unknown[] } }) => one.secrets.nodes)).toEqual([{ name: 'API_KEY' }])
    expect(
      await codesOf('{ workspaces(first: 1) { nodes { secrets { nodes { id } } } } }', await memberToken(api.db, mine.teamId)),
    ).toMatchObject({
      errors: ['FORBIDDEN at workspaces.nodes.0.secrets'],
    })
  })

  it('because the token was not made for reading, is nothing at all', async () => {
    const token = await memberToken(api.db, mine.teamId, [], ['deploy'])
    expect(await codesOf('{ workspaces { nodes { id } } viewer { name team { id } } }', token)).toEqual({
      data: { workspaces: null, viewer: { name: expect.any(String), team: null } },
      errors: ['FORBIDDEN at workspaces', 'FORBIDDEN at viewer.team'],
    })
  })

  it('is not in the log of a release either', async () => {
    const releaseId = mine.ids.get('releases')!
    const place = { teamId: mine.teamId, releaseId }
    await api.db
      .insertInto('logChunks')
      .values([
        { ...place, stream: 'release', service: null, text: 'deploying' },
        { ...place, stream: 'build', service: 'api', text: 'npm ci' },
        { ...place, stream: 'build', service: 'worker', text: 'go build' },
      ])
      .execute()
    const query = `{ release(id: "${releaseId}") { log(first: 2) { lines { stream service text } next } } }`
    const page = await read(query)
    expect(page.release.log.lines).toEqual([
      { stream: 'release', service: null, text: 'deploying' },
      { stream: 'build', service: 'api', text: 'npm ci' },
    ])
    const rest = await read(`{ release(id: "${releaseId}") { log(after: "${page.release.log.next}") { lines { text } next } } }`)
    expect(rest.release.log).toEqual({ lines: [{ text: 'go build' }], next: null })
    expect(await codesOf(query, await memberToken(api.db, mine.teamId))).toEqual({
      data: { release: { log: null } },
      errors: ['FORBIDDEN at release.log'],
    })
    const workspaceId = mine.ids.get('workspaces')!
    const serviceInstanceId = mine.ids.get('service_instances')!
    const granted = await memberToken(api.db, mine.teamId, [{ workspaceId, serviceInstanceId, permission: 'view_logs' }])
    const all = await read(`{ release(id: "${releaseId}") { log { lines { text } } } }`, {}, granted)
    expect(all.release.log.lines).toEqual([{ text: 'deploying' }, { text: 'npm ci' }])
  })
})

it('a viewer sees its own rights', async () => {
  const workspaceId = mine.ids.get('workspaces')!
  const token = await memberToken(api.db, mine.teamId, [{ workspaceId, permission: 'view_logs' }], ['read'])
  expect(await read('{ viewer { role scopes permissions { permission workspaceId serviceInstanceId } team { id } } }', {}, token)).toEqual({
    viewer: {
      role: 'member',
      scopes: ['read'],
      permissions: [{ permission: 'view_logs', workspaceId, serviceInstanceId: null }],
      team: { id: mine.teamId },
    },
  })
})

describe('the number of statements', () => {
  const query = `{ workspaces(first: 50) { nodes { name team { name } environments(first: 5) { nodes { name workspace { name }
    serviceInstances(first: 5) { nodes { name deploymentStatus uptimeSeconds deploymentEvents(first: 5) { nodes { eventType serviceInstance { name } } } } } } } } } }`

  it('is the same for one workspace and for fifty', async () => {
    const other = await wholeTeam(api.db)
    const countFor = async () => {
      const before = api.statements()
      const data = await read(query, {}, other.token)
      return {
        statements: api.statements() - before,
        workspaces: data.workspaces.nodes.length,
        events: JSON.stringify(data).split('eventType').length - 1,
      }
    }
    await api.useOnce(other.token)
    const few = await countFor()
    for (let at = 0; at < 49; at++) await addWorkspace(other.teamId)
    const many = await countFor()
    expect([few.workspaces, many.workspaces]).toEqual([1, 50])
    expect(many.events).toBe(few.events + 49 * 2)
    // The token, seven places in the query, and the facts that statuses are made of.
    expect(few.statements).toBe(9)
    expect(many.statements).toBe(few.statements)
  })
})

async function addWorkspace(teamId: string): Promise<void> {
  const { workspace, environment } = await workspaceWithEnvironment(api.db, teamId)
  for (const name of ['api', 'worker']) {
    const serviceInstanceId = newId()
    await api.db
      .insertInto('serviceInstances')
      .values({
        id: serviceInstanceId,
        teamId,
        workspaceId: workspace.id,
        environmentId: environment.id,
        name,
        folderPath: name,
        serviceType: 'nodejs',
        status: 'running',
      })
      .execute()
    await api.db
      .insertInto('deploymentEvents')
      .values({ id: newId(), teamId, serviceInstanceId, eventType: 'service_started', triggeredBy: 'ada' } as never)
      .execute()
  }
}
