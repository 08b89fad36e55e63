// A JSON:API client from npm that nobody here wrote.
import Kitsu from 'kitsu'
import { beforeAll, describe, expect, it } from 'vitest'
import { startApi, type TestApi } from '../../support/api.ts'
import { type WholeTeam, wholeTeam } from '../../support/whole-team.ts'

let team: WholeTeam
// biome-ignore lint/suspicious/noExplicitAny: the client has no types
let client: any

beforeAll(async () => {
  const api: TestApi = await startApi()
  team = await wholeTeam(api.db)
  client = new (Kitsu as unknown as new (options: object) => unknown)({
    baseURL: `${api.origin}/api/v1`,
    headers: { Authorization: `Bearer ${team.token}` },
    pluralize: false,
    camelCaseTypes: false,
    resourceCase: 'none',
  })
})

describe('kitsu', () => {
  it('lists, narrows, sorts and chooses fields', async () => {
    const { data } = await client.get('service_instances', {
      params: { filter: { name: 'api,worker' }, sort: '-name', fields: { service_instances: 'name' }, page: { size: 2 } },
    })
    expect(data.map((one: { name: string }) => one.name)).toEqual(['worker', 'api'])
  })

  it('links what it included', async () => {
    const { data } = await client.get(`service_instances/${team.ids.get('service_instances')}`, {
      params: { include: 'environment.workspace,deployment_events' },
    })
    expect([data.environment.data.name, data.environment.data.workspace.data.id]).toEqual(['production', team.ids.get('workspaces')])
    expect(data.deployment_events.data.map((one: { event_type: string }) => one.event_type)).toEqual(['service_started'])
  })

  it('creates, changes and deletes', async () => {
    const { data: made } = await client.create('api_tokens', { name: 'kitsu', scopes: ['read'] })
    expect([made.type, made.name, made.token]).toEqual(['api_tokens', 'kitsu', expect.stringMatching(/^kyozo_/)])
    await client.update('teams', { id: team.teamId, name: 'Analytical engines' })
    expect((await client.get(`teams/${team.teamId}`)).data.name).toBe('Analytical engines')
    await client.delete('api_tokens', made.id)
  })

  it('reads what is wrong', async () => {
    await expect(client.get('workspaces', { params: { sort: 'colour' } })).rejects.toMatchObject({
      errors: [{ status: '400', source: { parameter: 'sort' } }],
    })
  })
})
