// The normative statements of JSON:API 1.1 that apply to a server that is read from (https://jsonapi.org/format/1.1/), each with its test.
// The titles begin with the section.
import { beforeAll, describe, expect, it } from 'vitest'
import { resources } from '../../../src/api/resources/index.ts'
import { newId } from '../../../src/ids.ts'
import { shaOf } from '../../store/rows.ts'
import { type ApiAnswer, startApi, type TestApi } from '../../support/api.ts'
import { type WholeTeam, wholeTeam } from '../../support/whole-team.ts'

const media = 'application/vnd.api+json'
const profile = 'https://jsonapi.org/profiles/ethanresnick/cursor-pagination'
let api: TestApi
let team: WholeTeam

beforeAll(async () => {
  api = await startApi()
  team = await wholeTeam(api.db)
})

function get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<ApiAnswer> {
  return api.ask(team.token, path, { headers })
}

const at = (type: string, rest = '') => `/${type}/${team.ids.get(type)}${rest}`

describe('content negotiation', () => {
  it.each([
    ['5.3 MUST answer in the JSON:API media type', {}, 200, media],
    [
      '5.3 MUST ignore Accept instances with parameters of its own when another one has none',
      { Accept: `${media};v=1, ${media}` },
      200,
      media,
    ],
    [
      '5.3 MUST answer 406 when all Accept instances have foreign parameters',
      { Accept: `${media};v=1, ${media};charset=utf-8` },
      406,
      media,
    ],
    [
      '5.3 MUST answer 406 when every instance asks for an extension that is not supported',
      { Accept: `${media};ext="https://x.example"` },
      406,
      media,
    ],
    ['5.3 answers 406 to a wildcard beside instances that cannot be met', { Accept: `${media};ext="https://x.example", */*` }, 406, media],
    ['5.3 takes a wildcard', { Accept: 'text/html, */*;q=0.1' }, 200, media],
    ['RFC 9110 takes no type of quality 0', { Accept: `${media};q=0` }, 406, media],
    ['RFC 9110 answers 406 to who takes something else only', { Accept: 'text/html' }, 406, media],
    ['5.3 MUST ignore profiles that are not known', { Accept: `${media};profile="https://x.example"` }, 200, media],
    [
      '5.3 SHOULD apply a known profile and MUST name it',
      { Accept: `${media};profile="${profile}"` },
      200,
      `${media};profile="${profile}"`,
    ],
    ['5.3 MUST answer 415 to a Content-Type with foreign parameters', { 'Content-Type': `${media};charset=utf-8` }, 415, media],
    [
      '5.3 MUST answer 415 to a Content-Type with an extension that is not supported',
      { 'Content-Type': `${media};ext="https://x.example"` },
      415,
      media,
    ],
    ['5.3 takes a Content-Type with a profile', { 'Content-Type': `${media};profile="https://x.example"` }, 200, media],
  ])('%s', async (_statement, headers, status, type) => {
    const answer = await get('/workspaces', headers as unknown as Record<string, string>)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, type])
  })

  it('5.3 SHOULD say Vary: Accept', async () => {
    expect((await get('/workspaces')).headers.get('vary')).toMatch(/\bAccept\b/)
  })
})

describe.each(resources.map((resource) => [resource.type, resource] as const))('a document of %s', (type, resource) => {
  it('7.1 MUST have data, and SHOULD have self', async () => {
    const { body } = await get(at(type))
    expect(body).toMatchObject({
      jsonapi: { version: '1.1' },
      data: { type, id: team.ids.get(type) },
      links: { self: `/api/v1${at(type)}` },
    })
    expect(body).not.toHaveProperty('errors')
    expect(body).not.toHaveProperty('included')
  })

  it('7.2 MUST have string ids, and fields MUST share a namespace without type and id', async () => {
    const { data } = (await get(at(type))).body
    expect(typeof data.id).toBe('string')
    const fields = [...Object.keys(data.attributes), ...Object.keys(data.relationships ?? {})]
    expect(fields.filter((name, index) => name === 'type' || name === 'id' || fields.indexOf(name) !== index)).toEqual([])
    expect([type, ...fields].filter((name) => !/^[a-zA-Z0-9]([a-zA-Z0-9_-]*[a-zA-Z0-9])?$/.test(name))).toEqual([])
  })

  it('7.2 MUST be found at its self link', async () => {
    const { data } = (await get(at(type))).body
    expect((await get(data.links.self)).body.data.id).toBe(data.id)
  })

  it('7.1 MUST be an array in a listing, with the row in it', async () => {
    const { body } = await get(`/${type}`)
    expect(body.data.map((one: { id: string }) => one.id)).toContain(team.ids.get(type))
    expect(Object.keys(body.links)).toEqual(['self', 'first', 'prev', 'next'])
  })

  it('8.1 MUST support every related and relationship address that it gives, also of empty relationships', async () => {
    const { data } = (await get(at(type))).body
    for (const [name, relationship] of Object.entries(resource.relationships)) {
      const { links, data: linkage } = data.relationships[name]
      const [related, itself] = [await get(links.related), await get(links.self)]
      expect([name, related.status, itself.status]).toEqual([name, 200, 200])
      if (relationship.kind === 'many')
        expect(itself.body.data).toEqual(related.body.data.map((one: { type: string; id: string }) => ({ type: one.type, id: one.id })))
      else {
        expect(itself.body.data).toEqual(linkage)
        expect(related.body.data === null ? null : { type: related.body.data.type, id: related.body.data.id }).toEqual(linkage)
      }
      expect(itself.body.links.related).toBe(links.related)
    }
  })

  it('8.3 includes what is related, with full linkage and nothing twice', async () => {
    const names = Object.keys(resource.relationships)
    const { body, status } = await get(`${at(type)}?include=${names.join(',')}`)
    expect(status).toBe(200)
    const keys = body.included.map((one: { type: string; id: string }) => `${one.type} ${one.id}`)
    expect(new Set(keys).size).toBe(keys.length)
    const linked = Object.values(body.data.relationships ?? {}).flatMap((one) => [(one as { data: unknown }).data].flat()) as ({
      type: string
      id: string
    } | null)[]
    expect([...keys].filter((key) => !linked.some((one) => one !== null && `${one.type} ${one.id}` === key))).toEqual([])
    expect(keys).not.toContain(`${type} ${body.data.id}`)
  })

  it('8.4 shows only the fields that were asked for', async () => {
    const [field] = Object.keys(resource.attributes)
    const one = await get(`${at(type)}?fields[${type}]=${field}`)
    expect([Object.keys(one.body.data.attributes), one.body.data.relationships]).toEqual([[field], undefined])
    const none = await get(`/${type}?fields[${type}]=`)
    expect(none.body.data[0].attributes).toEqual({})
  })

  it('404 MUST be answered for what is not there', async () => {
    const missing = resource.idKind === 'sequence' ? '999999999' : newId()
    for (const rest of ['', ...Object.keys(resource.relationships).flatMap((name) => [`/${name}`, `/relationships/${name}`])])
      expect([rest, (await get(`/${type}/${missing}${rest}`)).status]).toEqual([rest, 404])
    expect((await get(at(type, '/relationships/nothing'))).status).toBe(404)
    expect((await get(at(type, '/constructor'))).status).toBe(404)
  })
})

describe('inclusion', () => {
  it('8.3 MUST have an included member, empty when nothing was found', async () => {
    expect((await get(at('workspaces', '?include='))).body.included).toEqual([])
    expect((await get(at('environments', '?include=live_release'))).body.included).toEqual([])
  })

  it('8.3 MUST NOT include what was not asked for', async () => {
    const { body } = await get(at('releases', '?include=environment'))
    expect(body.included.map((one: { type: string }) => one.type)).toEqual(['environments'])
  })

  it('8.3 follows paths, and includes what lies between', async () => {
    const { body } = await get(at('deployment_events', '?include=service_instance.environment.workspace'))
    expect(body.included.map((one: { type: string }) => one.type)).toEqual(['service_instances', 'environments', 'workspaces'])
  })

  it('8.3 pages what is included of a relationship to many by its linkage', async () => {
    const { body } = await get(at('workspaces', '?include=service_instances&fields[service_instances]=name'))
    expect(body.data.relationships.service_instances.data).toHaveLength(2)
    expect(body.data.relationships.service_instances.links).toMatchObject({ prev: null, next: null })
    expect(body.included.map((one: { attributes: object }) => one.attributes)).toEqual([{ name: 'worker' }, { name: 'api' }])
  })

  it.each([
    ['8.3 MUST answer 400 to a path that is not there', '?include=owner'],
    ['8.3 MUST answer 400 to a path below one that is not there', '?include=environments.owner'],
    ['answers 400 to a path that is too deep', '?include=environments.releases.environment.workspace'],
    ['8.3 MUST answer 400 where include is not supported', '/relationships/environments?include=environments'],
  ])('%s', async (_statement, rest) => {
    const { status, body } = await get(at('workspaces', rest))
    expect([status, body.errors[0].source]).toEqual([400, { parameter: 'include' }])
  })
})

describe('sorting', () => {
  const names = async (query: string) =>
    (await get(`/service_instances?${query}`)).body.data.map((one: { attributes: { name: string } }) => one.attributes.name)

  it('8.5 MUST sort upwards, downwards with a minus', async () => {
    expect([await names('sort=name'), await names('sort=-name'), await names('sort=service_type,-name')]).toEqual([
      ['api', 'worker'],
      ['worker', 'api'],
      ['worker', 'api'],
    ])
  })

  it('8.5 MUST answer 400 to an order that is not supported', async () => {
    const { status, body } = await get('/service_instances?sort=name,settings')
    expect([status, body.errors]).toEqual([
      400,
      [
        expect.objectContaining({
          status: '400',
          code: 'bad_request',
          source: { parameter: 'sort' },
          detail: expect.stringContaining('settings'),
        }),
      ],
    ])
  })
})

describe('pages by cursor', () => {
  const shas = ['a', 'b', 'c', 'd', 'e']
  const page = (query: string) => get(`/files?sort=path&${query}`)
  const paths = ({ body }: ApiAnswer) => body.data.map((one: { attributes: { path: string } }) => one.attributes.path)
  let base: string

  beforeAll(async () => {
    const workspaceId = team.ids.get('workspaces')!
    base = `filter[workspace]=${workspaceId}&filter[blob]=${shas.map(shaOf).join(',')}`
    await api.db.deleteFrom('files').where('workspaceId', '=', workspaceId).execute()
    for (const name of shas)
      await api.db
        .insertInto('files')
        .values({ id: newId(), teamId: team.teamId, workspaceId, path: name, blob: shaOf(name), analysisConfidence: null })
        .execute()
  })

  it('MUST have prev and next, null at the ends, and lead forwards and back', async () => {
    const first = await page(`${base}&page[size]=2`)
    const second = await get(first.body.links.next)
    const third = await get(second.body.links.next)
    expect([paths(first), paths(second), paths(third)]).toEqual([['a', 'b'], ['c', 'd'], ['e']])
    expect([first.body.links.prev, third.body.links.next]).toEqual([null, null])
    const back = await get(third.body.links.prev)
    expect([paths(back), paths(await get(back.body.links.prev)), paths(await get(back.body.links.first))]).toEqual([
      ['c', 'd'],
      ['a', 'b'],
      ['a', 'b'],
    ])
    expect((await get((await get(back.body.links.prev)).body.links.self)).body.links.prev).toBe(null)
  })

  it('stay where they are when rows come and go', async () => {
    const first = await page(`${base}&page[size]=2`)
    await api.db
      .insertInto('files')
      .values({
        id: newId(),
        teamId: team.teamId,
        workspaceId: team.ids.get('workspaces')!,
        path: 'aa',
        blob: shaOf('a'),
        analysisConfidence: null,
      })
      .execute()
    await api.db.deleteFrom('files').where('path', '=', 'b').where('teamId', '=', team.teamId).execute()
    expect(paths(await get(first.body.links.next))).toEqual(['c', 'd'])
  })

  it.each([
    ['MUST refuse a size that is no positive integer', 'page[size]=-1', 'page[size]', undefined],
    ['MUST refuse a cursor that is none', 'page[after]=x', 'page[after]', undefined],
    ['MUST refuse a cursor of another order', `page[before]=${Buffer.from('["1"]').toString('base64url')}`, 'page[before]', undefined],
    ['MUST say the largest size with the profile’s type', 'page[size]=201', 'page[size]', `${profile}/max-size-exceeded`],
    [
      'MUST refuse a range with the profile’s type',
      'page[after]=x&page[before]=y',
      'page[before]',
      `${profile}/range-pagination-not-supported`,
    ],
    ['refuses other ways of paging', 'page[number]=2', 'page[number]', undefined],
  ])('%s', async (_statement, query, parameter, type) => {
    const { status, body } = await page(query)
    expect([status, body.errors[0].source, body.errors[0].links?.type]).toEqual([400, { parameter }, type])
    if (type?.endsWith('exceeded')) expect(body.errors[0].meta).toEqual({ page: { maxSize: 200 } })
  })
})

describe('filters', () => {
  const count = async (query: string) => (await get(`/service_instances?${query}`)).body.data.length

  it('narrow by lists, by relationships and by ranges', async () => {
    expect(await count('filter[name]=api,worker')).toBe(2)
    expect(await count('filter[name]=api&filter[status]=running')).toBe(1)
    expect(await count(`filter[workspace]=${newId()}`)).toBe(0)
    expect(await count('filter[created_at][lt]=2020-01-01T00:00:00Z')).toBe(0)
    expect(await count('filter[created_at][gte]=2020-01-01T00:00:00Z&filter[deployed_at][gt]=2020-01-01T00:00:00Z')).toBe(2)
    expect(await count('filter[parent_service]=null')).toBe(2)
  })

  it('hide services that the repository no longer has, unless they are asked for', async () => {
    const id = team.ids.get('service_instances')!
    await api.db.updateTable('serviceInstances').set({ removedAt: new Date() }).where('id', '=', id).execute()
    expect([await count(''), await count('filter[removed]=true'), await count('filter[removed]=true,false')]).toEqual([1, 1, 2])
    expect((await get(`/service_instances/${id}`)).status).toBe(200)
    await api.db.updateTable('serviceInstances').set({ removedAt: null }).where('id', '=', id).execute()
  })

  it('9 MUST answer 400 to parameters that are not known, all of them at once', async () => {
    const { status, body } = await get(
      '/service_instances?foo=1&fooBar=1&filter[nothing]=1&filter[status]=up&filter[name][gt]=a&fields[x]=y&filter[created_at]=soon',
    )
    expect([status, body.errors.map((one: { source: { parameter: string } }) => one.source.parameter).sort()]).toEqual([
      400,
      ['fields[x]', 'filter[created_at]', 'filter[name][gt]', 'filter[nothing]', 'filter[status]', 'foo', 'fooBar'],
    ])
  })

  it('appendix: MUST treat encoded and plain brackets alike', async () => {
    expect(await count('filter%5Bname%5D=api')).toBe(await count('filter[name]=api'))
  })
})

describe('reading again', () => {
  it('answers 304 to who has it already, and another ETag once it has changed', async () => {
    const first = await get(at('workspaces'))
    const etag = first.headers.get('etag')!
    expect(etag).toMatch(/^"\d+-[\w-]{12}"$/)
    const again = await get(at('workspaces'), { 'If-None-Match': `"other", W/${etag}` })
    expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', etag])
    await api.db.updateTable('workspaces').set({ defaultBranch: 'trunk' }).where('id', '=', team.ids.get('workspaces')!).execute()
    const changed = await get(at('workspaces'), { 'If-None-Match': etag })
    expect([changed.status, changed.headers.get('etag') === etag]).toEqual([200, false])
  })

  it('answers HEAD as GET without a body, and OPTIONS with what can be done', async () => {
    const head = await api.ask(team.token, at('workspaces'), { method: 'HEAD' })
    expect([head.status, head.text, Number(head.headers.get('content-length')) > 0]).toEqual([200, '', true])
    const options = await api.ask(team.token, at('deployment_events'), { method: 'OPTIONS' })
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS'])
  })

  it('answers 405 with Allow to methods that do nothing', async () => {
    for (const [method, path] of [
      ['PUT', at('workspaces')],
      ['DELETE', '/workspaces'],
      ['DELETE', at('deployment_events')],
      ['POST', at('workspaces', '/environments')],
      ['POST', '/instance'],
      ['DELETE', '/openapi.json'],
    ] as const) {
      const answer = await api.ask(team.token, path, { method })
      expect([method, path, answer.status, answer.headers.get('allow')]).toEqual([
        method,
        path,
        405,
        expect.stringContaining('GET, HEAD, OPTIONS'),
      ])
    }
  })
})

describe('aliases of the contract', () => {
  it.each([
    ['events', 'deployment_events'],
    ['health', 'health_checks'],
    ['metrics', 'service_metrics'],
  ])('/service_instances/:id/%s lists %s', async (alias, type) => {
    const { body } = await get(at('service_instances', `/${alias}`))
    expect(body.data.map((one: { type: string; id: string }) => [one.type, one.id])).toEqual([[type, team.ids.get(type)]])
  })
})

describe('calculated attributes of services', () => {
  it('are shown with one, and in listings when they are asked for', async () => {
    const { attributes } = (await get(at('service_instances'))).body.data
    expect(attributes.uptime_seconds).toBeGreaterThanOrEqual(0)
    expect(attributes.deployment_status).toMatch(/^running since \d+ (s|min), 2 copies, healthy$/)
    expect(attributes.resource_utilization).toEqual({
      cpu: { used: 0.5, limit: 1, percent: 50 },
      memory: null,
      recorded_at: expect.any(String),
    })
    const listed = await get('/service_instances?fields[service_instances]=deployment_status&sort=name')
    expect(listed.body.data[0].attributes).toEqual({ deployment_status: expect.stringMatching(/^running since/) })
  })
})

it('shows no secret of a delivery, a connection, a token or a secret', async () => {
  for (const type of ['deliveries', 'forge_connections', 'api_tokens', 'secrets']) {
    const { text } = await get(at(type))
    expect(text).not.toMatch(/sha1=1|sealed|c2VhbGVk|73656c|"key"|ciphertext|webhook_secret|credentials/)
  }
})
