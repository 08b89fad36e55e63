// Every door of the API, opened as everybody. The list of doors is the list of resources with all that is described of them, and the routes that the
// source declares beside them; what must come back is what the table in src/access/rights.ts says. A door that this test does not know fails it.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { authRoutes } from '../../src/access/handle.ts'
import { may, type RightName, reasonToRefuse, reasonToRefuseReading, type Subject } from '../../src/access/rights.ts'
import { resourceOf, resources } from '../../src/api/resources/index.ts'
import type { Resource } from '../../src/api/resources/resource.ts'
import { newId } from '../../src/ids.ts'
import type { Viewer } from '../../src/store/viewer.ts'
import { type Actor, everybody, rowsOf, subjectOf } from './everybody.ts'

const { kyozo, ours, theirs, actors, rowsByType, foreignIn, samples, hiddenAs } = await everybody()

interface Ask {
  readonly method: string
  readonly at: string
  readonly body?: unknown
  readonly expected: number
}

interface Answer {
  readonly status: number
  readonly text: string
}

async function ask({ token }: Pick<Actor, 'token'>, { method, at, body }: Omit<Ask, 'expected'>): Promise<Answer> {
  const answer = await fetch(`${kyozo.url}${at}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/vnd.api+json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: answer.status, text: await answer.text() }
}

const atOnce = 16

/** Asks all, and returns as sentences what came back and should not have. */
async function wrongAnswers(who: Actor, asks: readonly Ask[]): Promise<string[]> {
  const wrong: string[] = []
  const waiting = [...asks]
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const { status, text } = await ask(who, next)
        const what = `${who.name}: ${next.method} ${next.at.replace(/[0-9a-f-]{36}/g, '…')}`
        if (status !== next.expected) wrong.push(`${what} answers ${status} and not ${next.expected}: ${text.slice(0, 200)}`)
        if (who.viewer?.teamId === ours.teamId) wrong.push(...foreignIn(text).map((id) => `${what} shows ${id} of another team`))
      }
    }),
  )
  return wrong
}

/** What no description takes: whoever may is told so, and nothing is changed. */
const unknown = { attributes: { no_such_attribute: 1 } }
const notTaken = 422

function readingAsks({ viewer }: Actor, resource: Resource): Ask[] {
  const listed = viewer === undefined ? 401 : reasonToRefuseReading(viewer, resource.read) === undefined ? 200 : 403
  const asks: Ask[] = [{ method: 'GET', at: `/api/v1/${resource.type}?page[size]=200`, expected: listed }]
  for (const row of samples(resource)) {
    const at = `/api/v1/${resource.type}/${row.id}`
    const hidden = hiddenAs(viewer, resource, row)
    asks.push({ method: 'GET', at, expected: hidden ?? 200 })
    for (const [name, relationship] of Object.entries(resource.relationships)) {
      const related = resourceOf(relationship.type)
      const leadsSomewhere = relationship.kind === 'many' || row[relationship.column] != null
      const isRefused = viewer !== undefined && leadsSomewhere && reasonToRefuseReading(viewer, related.read) !== undefined
      asks.push({ method: 'GET', at: `${at}/${name}`, expected: hidden ?? (isRefused ? 403 : 200) })
      const isLinkageRefused = relationship.kind === 'many' && isRefused
      asks.push({ method: 'GET', at: `${at}/relationships/${name}`, expected: hidden ?? (isLinkageRefused ? 403 : 200) })
      asks.push({ method: 'PATCH', at: `${at}/relationships/${name}`, body: { data: null }, expected: viewer === undefined ? 401 : 403 })
    }
    for (const [name, { right }] of Object.entries(resource.views ?? {}))
      asks.push({ method: 'GET', at: `${at}/${name}`, expected: hidden ?? (may(viewer!, right, subjectOf(resource, row)) ? 200 : 403) })
  }
  return asks
}

function writingAsks({ viewer }: Actor, resource: Resource): Ask[] {
  const { type, create, update, remove, actions = {}, collectionActions = {} } = resource
  const asks: Ask[] = [
    { method: 'POST', at: `/api/v1/${type}`, body: { data: { type, ...unknown } }, expected: createStatus(viewer, create) },
    ...Object.entries(collectionActions).map(([name, { right }]) => ({
      method: 'POST',
      at: `/api/v1/${type}/${name}`,
      body: { data: { type, ...unknown } },
      expected: viewer === undefined ? 401 : reasonToRefuseReading(viewer, right) === undefined ? notTaken : 403,
    })),
  ]
  for (const row of samples(resource)) {
    const at = `/api/v1/${type}/${row.id}`
    const changed = (right: RightName) => {
      const hidden = hiddenAs(viewer, resource, row)
      return hidden ?? (may(viewer!, right, subjectOf(resource, row)) ? notTaken : 403)
    }
    const body = { data: { type, id: row.id, ...unknown } }
    const nobody = viewer === undefined ? 401 : undefined
    asks.push({ method: 'PATCH', at, body, expected: nobody ?? (update === undefined ? 403 : changed(update.right)) })
    const removal = { meta: { no_such_attribute: 1 } }
    asks.push({ method: 'DELETE', at, body: removal, expected: nobody ?? (remove === undefined ? 405 : changed(remove.right)) })
    for (const [name, { right }] of Object.entries(actions))
      asks.push({ method: 'POST', at: `${at}/${name}`, body: { data: { type, ...unknown } }, expected: changed(right) })
  }
  return asks
}

function createStatus(viewer: Viewer | undefined, create: Resource['create']): number {
  if (viewer === undefined) return 401
  if (create === undefined) return 403
  const isSomewhere = reasonToRefuseReading(viewer, create.right) === undefined
  const isAllowed = isSomewhere && (create.subject !== undefined || may(viewer, create.right))
  return isAllowed ? notTaken : 403
}

describe.each(resources.map((resource) => [resource.type, resource] as const))('%s', (type, resource) => {
  it('are there in both teams', async () => {
    expect([rowsByType.get(type)!.length > 0, (await rowsOf(kyozo.db, resource, theirs.teamId)).length > 0]).toEqual([true, true])
  })

  it('are read by whom the table says, and by nobody else', async () => {
    for (const who of actors) expect(await wrongAnswers(who, readingAsks(who, resource))).toEqual([])
  }, 120_000)

  it('are written by whom the table says, and by nobody else', async () => {
    for (const who of actors) expect(await wrongAnswers(who, writingAsks(who, resource))).toEqual([])
  }, 120_000)

  it('are listed, all that one may see and no other', async () => {
    const rows = rowsByType.get(type)!
    for (const who of actors) {
      const { status, text } = await ask(who, { method: 'GET', at: `/api/v1/${type}?page[size]=200` })
      if (status !== 200) continue
      const seen = rows.filter((row) => hiddenAs(who.viewer, resource, row) === undefined).map(({ id }) => id)
      const listed = (JSON.parse(text) as { data: { id: string }[] }).data.map(({ id }) => id)
      if (who.viewer!.teamId === ours.teamId) expect([who.name, listed.toSorted()]).toEqual([who.name, seen.toSorted()])
      else expect([who.name, listed.filter((id) => rows.some((row) => row.id === id))]).toEqual([who.name, []])
    }
  }, 60_000)

  it('include nothing that one may not read', async () => {
    for (const who of actors.filter(({ viewer }) => viewer !== undefined)) {
      for (const [name, relationship] of Object.entries(resource.relationships)) {
        const { status, text } = await ask(who, { method: 'GET', at: `/api/v1/${type}?include=${name}&page[size]=200` })
        const related = resourceOf(relationship.type)
        if (status !== 200) continue
        const included = (JSON.parse(text) as { included: { type: string; id: string }[] }).included.filter(
          (one) => one.type === related.type,
        )
        const readable =
          who.viewer!.teamId !== ours.teamId
            ? included
            : rowsByType.get(related.type)!.filter((row) => hiddenAs(who.viewer, related, row) === undefined)
        const allowed = new Set(readable.map(({ id }) => id))
        expect([who.name, name, included.filter(({ id }) => !allowed.has(id))]).toEqual([who.name, name, []])
        if (who.viewer!.teamId === ours.teamId) expect(foreignIn(text)).toEqual([])
      }
    }
  }, 120_000)
})

it('another team’s id answers word for word as one that never was', async () => {
  const owner = actors.find(({ name }) => name === 'owner')!
  for (const resource of resources) {
    const [row] = await rowsOf(kyozo.db, resource, theirs.teamId)
    const missing = resource.idKind === 'sequence' ? '999999999' : newId()
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const body = (id: string) => (method === 'PATCH' ? { body: { data: { type: resource.type, id, ...unknown } } } : {})
      const [foreign, never] = await Promise.all(
        [row!.id, missing].map(async (id) => {
          const { status, text } = await ask(owner, { method, at: `/api/v1/${resource.type}/${id}`, ...body(id) })
          return [resource.type, method, status, text.replaceAll(`/${id}`, '/…')]
        }),
      )
      expect(foreign).toEqual(never)
    }
  }
}, 60_000)

describe('the doors beside the resources', () => {
  const release = () => rowsByType.get('releases')!.find((row) => row.workspaceId === ours.workspaceId)!
  const pullRequest = () => rowsByType.get('pull_requests')!.find((row) => row.workspaceId === ours.workspaceId)!

  it('answer as the table says', async () => {
    for (const who of actors) {
      const { viewer } = who
      const allowed = (
        right: RightName,
        { subject = {}, foreign = 404, passed = 200 }: { subject?: Subject; foreign?: number; passed?: number } = {},
      ) => {
        if (viewer === undefined) return 401
        if (viewer.teamId !== ours.teamId && foreign !== passed) return foreign
        return reasonToRefuse(viewer, right, subject) === undefined ? passed : 403
      }
      const inWorkspace = { subject: { workspaceId: ours.workspaceId } }
      const repository = `/git/${ours.workspaceName}.git/info/refs?service=`
      const canPush = viewer !== undefined && may(viewer, 'git.read') && may(viewer, 'git.push', inWorkspace.subject)
      const canRead = viewer !== undefined && may(viewer, 'git.read')
      const canMake = canRead && may(viewer, 'workspaces.create') && viewer.scopes.includes('deploy')
      const seesRelease = hiddenAs(viewer, resourceOf('releases'), release())
      const seesPullRequest = hiddenAs(viewer, resourceOf('pull_requests'), pullRequest())
      const foreignTeam = viewer !== undefined && viewer.teamId !== ours.teamId
      const asks: Ask[] = [
        { method: 'GET', at: '/api/v1/instance', expected: allowed('instance.read', { foreign: 200 }) },
        { method: 'GET', at: '/api/v1/disk', expected: allowed('instance.measure', { foreign: 403 }) },
        { method: 'GET', at: '/metrics', expected: allowed('instance.measure', { foreign: 403 }) },
        { method: 'GET', at: `/releases/${release().id}`, expected: foreignTeam ? 404 : (seesRelease ?? 200) },
        { method: 'GET', at: `/pull-requests/${pullRequest().id}`, expected: foreignTeam ? 404 : (seesPullRequest ?? 200) },
        {
          method: 'GET',
          at: `${repository}git-upload-pack`,
          expected: viewer === undefined ? 401 : !canRead ? 403 : foreignTeam ? 404 : 200,
        },
        {
          method: 'GET',
          at: `${repository}git-receive-pack`,
          expected: viewer === undefined ? 401 : foreignTeam ? 404 : canPush ? 200 : 403,
        },
        {
          method: 'GET',
          at: '/git/brand-new.git/info/refs?service=git-receive-pack',
          expected: viewer === undefined ? 401 : canMake ? 200 : 403,
        },
      ]
      expect(await wrongAnswers(who, asks)).toEqual([])
    }
  }, 60_000)

  it('tell of what happens only to whom the table says', async () => {
    const topics: readonly [string, RightName, Subject][] = [
      ['team', 'teams.read', {}],
      [`workspace:${ours.workspaceId}`, 'workspaces.read', { workspaceId: ours.workspaceId }],
      [`service:${ours.serviceId}`, 'service_instances.read', { workspaceId: ours.workspaceId, serviceInstanceId: ours.serviceId }],
      [`release:${release().id}`, 'releases.read', { workspaceId: ours.workspaceId }],
    ]
    for (const who of actors) {
      for (const [topic, right, subject] of topics) {
        const { viewer } = who
        const isForeign = viewer !== undefined && viewer.teamId !== ours.teamId && topic !== 'team'
        const expected = viewer === undefined ? 401 : isForeign ? 404 : may(viewer, right, subject) ? 200 : 403
        expect([who.name, topic.split(':')[0], await streamStatus(who, topic)]).toEqual([who.name, topic.split(':')[0], expected])
      }
    }
  }, 60_000)

  it('keep a release’s log to whom it was granted', async () => {
    for (const who of actors) {
      const { viewer } = who
      const hidden = hiddenAs(viewer, resourceOf('releases'), release())
      const grants = viewer?.grants.some((grant) => grant.permission === 'view_logs' && grant.workspaceId === ours.workspaceId) ?? false
      const sees = viewer?.scopes.includes('read') && (viewer.role !== 'member' || grants)
      const { status } = await ask(who, { method: 'GET', at: `/api/v1/releases/${release().id}/logs` })
      expect([who.name, status]).toEqual([who.name, hidden ?? (sees ? 200 : 403)])
    }
  })

  it('keep what a service prints to whom it was granted', async () => {
    const instances = resourceOf('service_instances')
    for (const who of actors) {
      for (const row of samples(instances)) {
        const hidden = hiddenAs(who.viewer, instances, row)
        const { status } = await ask(who, { method: 'GET', at: `/api/v1/service_instances/${row.id}/logs` })
        const expected = hidden ?? (may(who.viewer!, 'service_instances.logs', subjectOf(instances, row)) ? 'let through' : 403)
        expect([who.name, [401, 403, 404].includes(status) ? status : 'let through']).toEqual([who.name, expected])
      }
    }
  }, 60_000)

  async function streamStatus({ token }: Actor, topic: string): Promise<number> {
    const stop = new AbortController()
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const answer = await fetch(`${kyozo.url}/api/v1/events?topics=${topic}`, {
      headers: headers as Record<string, string>,
      signal: stop.signal,
    })
    stop.abort()
    await answer.body?.cancel().catch(() => undefined)
    return answer.status
  }
})

/**
 * Every route that the source declares. One that is not here makes the last test fail: give it a place above, or say here why it needs none.
 * What is behind /api/v1 by the descriptions is walked above.
 */
const knownRoutes: Readonly<Record<string, string>> = {
  'server.ts use /webhooks': 'proven by a signature, before anybody is asked for',
  'server.ts use /git': 'walked',
  'server.ts use /processes/git': 'for processes of kyozo, by a credential that only they can read',
  'server.ts get /livez, /healthz': 'for everybody, says nothing',
  'server.ts get /readyz': 'for everybody, says whether parts work',
  'server.ts use /metrics': 'walked',
  'server.ts use /api/auth': 'its routes are listed in handle.ts and below',
  'server.ts use /api/v1': 'walked',
  'server.ts use /graphql': 'walked in authorisation-graphql.test.ts',
  'streams.ts use /events': 'walked',
  'streams.ts use /service_instances': 'walked',
  'streams.ts use /releases': 'walked',
  'graphql/router.ts all /': 'walked in authorisation-graphql.test.ts',
  'service-output.ts get /:id/logs': 'walked',
  'release-log.ts get /:id/logs': 'walked',
  'release-log.ts all /:id/logs': 'only says that there is nothing but GET',
  'service-output.ts all /:id/logs': 'only says that there is nothing but GET',
  'server.ts get /assets/page.css': 'for everybody',
  'server.ts use /invitations': 'the address is the proof (test/access)',
  'server.ts use /releases': 'walked',
  'release-page.ts get /:id': 'walked',
  'server.ts use /pull-requests': 'walked',
  'pull-request-page.ts get /:id': 'walked',
  'prometheus.ts get /': 'walked',
  'jsonapi/router.ts get /instance': 'walked',
  'jsonapi/router.ts get /disk': 'walked',
  'jsonapi/router.ts get /openapi.json': 'for everybody: it describes the API and holds no row',
  'process-git.ts get /:workspace.git/info/refs': 'behind the credential of the process',
  'process-git.ts post /:workspace.git/git-upload-pack': 'behind the credential of the process',
  'git-http.ts use /:repository': 'leads to the process that has it, which checks what every process checks',
  'git-http.ts get /:repository/info/refs': 'walked',
  'git-http.ts post /:repository/:service': 'checks the content type, then goes on',
  'git-http.ts post /:repository/git-upload-pack': 'the same checks as info/refs',
  'git-http.ts post /:repository/git-receive-pack': 'the same checks as info/refs',
  'events.ts get /': 'walked',
  'events.ts all /': 'only says that there is nothing but GET',
  'webhooks.ts all /:forge{/:connection}': 'proven by a signature',
  'pages/invitation.ts get /:code': 'the address is the proof',
  'pages/invitation.ts post /:code': 'the address is the proof',
  'pages/device.ts get /device': 'one’s own session only (test/access/devices.test.ts)',
  'pages/device.ts post /device': 'one’s own session only',
  'pages/login.ts get /login': 'for everybody',
  'pages/login.ts post /login': 'for everybody (test/api/login.test.ts)',
  'pages/login.ts post /login/github': 'for everybody (test/access/github.test.ts)',
  'pages/login.ts get /logout': 'for everybody',
  'pages/login.ts post /logout': 'one’s own session only',
}

it('knows every route that there is', async () => {
  const api = path.join(import.meta.dirname, '../../src/api')
  const declared: string[] = []
  for (const name of (await readdir(api, { recursive: true })).filter((file) => file.endsWith('.ts'))) {
    const text = await readFile(path.join(api, name), 'utf8')
    const routes = /(?:\bapp|\brouter|^ {4})\.(use|get|post|put|patch|delete|all)\(\s*(?:\[([^\]]*)\]|['`](\/[^'`]*)['`])/gm
    for (const [, verb, list, one] of text.matchAll(routes)) declared.push(`${name} ${verb} ${one ?? list!.replaceAll("'", '')}`)
  }
  expect([...new Set(declared)].toSorted()).toEqual(Object.keys(knownRoutes).toSorted())
})

it('knows every route of signing in, and none of them tells a stranger anything', async () => {
  expect(Object.keys(authRoutes)).toEqual([
    'GET /session', 'POST /sign-in/email', 'POST /sign-in/social', 'GET /callback/github', 'POST /sign-out', 'POST /change-password',
    'POST /revoke-other-sessions', 'POST /device/code', 'POST /device/token', 'POST /organization/set-active', 'POST /organization/accept-invitation',
  ]) // biome-ignore format: a list
  for (const route of [
    'GET /session',
    'POST /change-password',
    'POST /revoke-other-sessions',
    'POST /organization/set-active',
    'POST /organization/accept-invitation',
  ]) {
    const [method, at] = route.split(' ') as [string, string]
    const answer = await fetch(`${kyozo.url}/api/auth${at}`, {
      method,
      ...(method === 'GET'
        ? {}
        : {
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(
              { current_password: 'x', new_password: 'a long enough one', team: 'default', invitation_code: newId() }.valueOf(),
            ),
          }),
    })
    expect([route, [401, 422].includes(answer.status)]).toEqual([route, true])
  }
})

it('a GET changes nothing, whoever asks', async () => {
  const tables = await sql<{
    name: string
  }>`select tablename as name from pg_tables where schemaname = 'public' and tablename not in ('rate_limits', 'processes')`.execute(
    kyozo.db,
  )
  const fingerprint = async () => {
    const sums: Record<string, unknown> = {}
    for (const { name } of tables.rows) {
      const { rows } = await sql`select md5(coalesce(string_agg(row, '' order by row), '')) as sum
          from (select (to_jsonb(t) - 'last_request')::text as row from ${sql.table(name)} t) rows`.execute(kyozo.db)
      sums[name] = rows[0]
    }
    return sums
  }
  const before = await fingerprint()
  const owner = actors.find(({ name }) => name === 'owner')!
  for (const resource of resources)
    await wrongAnswers(
      owner,
      readingAsks(owner, resource).filter(({ method }) => method === 'GET'),
    )
  for (const at of ['/login', '/logout', '/device', '/api/auth/session', '/api/v1/instance']) await ask(owner, { method: 'GET', at })
  expect(await fingerprint()).toEqual(before)
}, 60_000)
