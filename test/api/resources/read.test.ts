// Reading by the descriptions alone: every resource, every order, every filter and every relationship is a query that PostgreSQL takes.
import { beforeAll, describe, expect, it } from 'vitest'
import type { AnswerContext } from '../../../src/api/resources/attribute.ts'
import { type Filter, filterNames } from '../../../src/api/resources/filters.ts'
import { resourceOf, resources } from '../../../src/api/resources/index.ts'
import { findItem, findItems, listItems, listRelatedItems, relatedItems } from '../../../src/api/resources/read.ts'
import type { Resource } from '../../../src/api/resources/resource.ts'
import { sortableNames } from '../../../src/api/resources/sorting.ts'
import { newId } from '../../../src/ids.ts'
import { queueRelease } from '../../../src/store/releases.ts'
import { createToken } from '../../../src/store/tokens.ts'
import { type Viewer, viewerOf } from '../../../src/store/viewer.ts'
import { shaOf, team, workspaceWithEnvironment } from '../../store/rows.ts'
import { testDatabase } from '../../support/database.ts'

let at: AnswerContext
let workspaceId: string
const shas = ['5', '4', '3', '2', '1'].map(shaOf)

beforeAll(async () => {
  const { db } = await testDatabase()
  const teamId = await team(db)
  const viewer = (await viewerOf(db, await createToken(db, { teamId, name: 'reader' })))!
  at = { db, viewer, baseUrl: 'http://kyozo.test', now: new Date() }
  const { workspace, environment } = await workspaceWithEnvironment(db, teamId)
  workspaceId = workspace.id
  for (const sha of [...shas].reverse())
    await queueRelease(db, { teamId, workspaceId, environmentId: environment.id, ref: environment.ref, sha, triggeredBy: 'me' })
})

describe.each(resources.map((resource) => [resource.type, resource] as const))('%s', (_type, resource) => {
  it('can be listed with every attribute, in every order', async () => {
    for (const name of sortableNames(resource)) {
      const query = { fields: Object.keys(resource.attributes), sort: [{ name, isDescending: true }] }
      const { items } = await listItems(at, resource, query)
      if (items.length > 0) expect((await listItems(at, resource, { ...query, after: items[0]!.cursor })).items).toEqual(items.slice(1))
    }
  })

  it('can be found by id, and what is no id is not there', async () => {
    expect(await findItem(at, resource, { id: newId() })).toBeUndefined()
    expect(await findItem(at, resource, { id: "' or 1=1" })).toBeUndefined()
    expect((await findItems(at, resource, { ids: ['1', newId()] })).size).toBe(0)
  })

  it('can be narrowed by every filter', async () => {
    for (const name of filterNames(resource))
      await listItems(at, resource, { filters: [{ name, operator: 'in', values: [sampleOf(resource, name)] }] })
  })

  it('leads to everything that is related, for many at once', async () => {
    for (const relationship of Object.values(resource.relationships)) {
      expect(resourceOf(relationship.type).type).toBe(relationship.type)
      if (relationship.kind === 'one') continue
      const ids = [newId(), newId()]
      const found = await relatedItems(at, { relationship, ids }, { size: 3 })
      expect([...found]).toEqual(ids.map((id) => [id, { items: [], previous: null, next: null }]))
      expect(await listRelatedItems(at, { relationship, id: newId() }, {})).toEqual({ items: [], previous: null, next: null })
    }
  })
})

function sampleOf(resource: Resource, name: string): string {
  const attribute = resource.attributes[name]
  if (attribute === undefined) return name === resource.hidden?.filter ? 'true' : newId()
  const samples = {
    boolean: 'true',
    time: '2026-01-31T12:00:00Z',
    integer: '1',
    number: '0.5',
    id: newId(),
    json: 'x',
    text: newId(),
    enum: '',
  }
  return name === 'action' ? 'workspaces.update' : (attribute.values?.[0] ?? samples[attribute.kind])
}

describe('pages', () => {
  const releases = () => resourceOf('releases')
  const shaOfItems = (items: readonly { readonly attributes: Readonly<Record<string, unknown>> }[]) =>
    items.map((item) => item.attributes.sha)

  it('lead forwards and back without a hole or a duplicate', async () => {
    const first = await listItems(at, releases(), { size: 2 })
    const second = await listItems(at, releases(), { size: 2, after: first.next! })
    const third = await listItems(at, releases(), { size: 2, after: second.next! })
    expect([first, second, third].map(({ items }) => shaOfItems(items))).toEqual([shas.slice(0, 2), shas.slice(2, 4), shas.slice(4)])
    expect([first.previous, third.next]).toEqual([null, null])
    const back = await listItems(at, releases(), { size: 2, before: third.previous! })
    expect(shaOfItems(back.items)).toEqual(shas.slice(2, 4))
    const start = await listItems(at, releases(), { size: 2, before: back.previous! })
    expect([shaOfItems(start.items), start.previous]).toEqual([shas.slice(0, 2), null])
  })

  it('follow an order of times to the microsecond', async () => {
    const seen: unknown[] = []
    for (let after: string | undefined; ; ) {
      const page = await listItems(at, releases(), { size: 1, sort: [{ name: 'created_at', isDescending: false }], after })
      seen.push(...shaOfItems(page.items))
      if (page.next === null) break
      after = page.next
    }
    expect(seen).toEqual([...shas].reverse())
  })

  it('follow an order whose directions differ', async () => {
    const sort = [
      { name: 'state', isDescending: false },
      { name: 'created_at', isDescending: true },
    ]
    const whole = shaOfItems((await listItems(at, releases(), { sort })).items)
    const seen: unknown[] = []
    for (let after: string | undefined; ; ) {
      const page = await listItems(at, releases(), { size: 2, sort, after })
      seen.push(...shaOfItems(page.items))
      if (page.next === null) break
      after = page.next
    }
    expect(seen).toEqual(whole)
  })

  it('are given for each of many', async () => {
    const relationship = resourceOf('workspaces').relationships.releases!
    if (relationship.kind !== 'many') throw new Error('releases are many')
    const other = newId()
    const found = await relatedItems(at, { relationship, ids: [workspaceId, other] }, { size: 2 })
    expect(shaOfItems(found.get(workspaceId)!.items)).toEqual(shas.slice(0, 2))
    expect([typeof found.get(workspaceId)!.next, found.get(other)!.items]).toEqual(['string', []])
  })
})

describe('a member', () => {
  const member = (grants: Viewer['grants']): AnswerContext => ({ ...at, viewer: { ...at.viewer, role: 'member', grants } })
  const byWorkspace: Filter[] = []

  it('is refused what only admins read, in words', async () => {
    await expect(listItems(member([]), resourceOf('audit_events'), {})).rejects.toMatchObject({ code: 'forbidden' })
    await expect(listItems(member([]), resourceOf('secrets'), {})).rejects.toMatchObject({ code: 'forbidden' })
  })

  it('reads what a grant reaches, and nothing beside it', async () => {
    for (const name of ['A', 'B'])
      await at.db
        .insertInto('secrets')
        .values({
          id: newId(),
          teamId: at.viewer.teamId,
          workspaceId: name === 'A' ? workspaceId : (await workspaceWithEnvironment(at.db, at.viewer.teamId)).workspace.id,
          environmentId: null,
          service: null,
          name,
          ciphertext: Buffer.from('x'),
        })
        .execute()
    const granted = member([{ permission: 'modify_config', workspaceId, serviceInstanceId: null }])
    const names = async (context: AnswerContext) =>
      (await listItems(context, resourceOf('secrets'), { filters: byWorkspace })).items.map((item) => item.attributes.name)
    expect(await names(granted)).toEqual(['A'])
    expect(await names(at)).toEqual(['B', 'A'])
  })

  it('sees only their own tokens', async () => {
    const mine = await listItems(at, resourceOf('api_tokens'), {})
    expect(mine.items.length).toBe(1)
    const other = { ...member([]), viewer: { ...member([]).viewer, userId: newId() } }
    expect((await listItems(other, resourceOf('api_tokens'), {})).items).toEqual([])
    expect(await findItem(other, resourceOf('api_tokens'), { id: mine.items[0]!.id })).toBeUndefined()
  })
})
