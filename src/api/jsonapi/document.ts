// JSON:API 1.1 documents (https://jsonapi.org/format/1.1/): resource objects and what they link to. Pure.
import type { Item, ItemPage } from '../resources/read.ts'
import type { Resource } from '../resources/resource.ts'

export const apiPath = '/api/v1'
export const implementation = { version: '1.1' } as const

export interface Identifier {
  readonly type: string
  readonly id: string
}

export interface RelationshipObject {
  readonly links?: Readonly<Record<string, string | null>>
  readonly data?: Identifier | null | readonly Identifier[]
}

export interface ResourceObject extends Identifier {
  readonly attributes?: Readonly<Record<string, unknown>>
  readonly relationships?: Readonly<Record<string, RelationshipObject>>
  readonly links?: { readonly self: string }
  readonly meta?: Readonly<Record<string, unknown>>
}

/** What a document says beyond its items. */
export interface Shown {
  /** Type → the fields that were asked for; types that are missing show all. */
  readonly fields: ReadonlyMap<string, ReadonlySet<string>>
  /** Item and relationship to many → what was included of it. */
  readonly linkage: ReadonlyMap<string, ItemPage>
}

export const everything: Shown = { fields: new Map(), linkage: new Map() }

export function addressOf({ type, id }: Identifier): string {
  return `${apiPath}/${type}/${id}`
}

export function linkageKey({ type, id }: Identifier, relationship: string): string {
  return `${type} ${id} ${relationship}`
}

export function resourceObject(item: Item, shown: Shown = everything): ResourceObject {
  const { resource, id } = item
  const self = `${apiPath}/${resource.type}/${id}`
  const relationships = relationshipsOf(item, { shown, self })
  return {
    type: resource.type,
    id,
    attributes: item.attributes,
    ...(relationships === undefined ? {} : { relationships }),
    links: { self },
  }
}

/** The attributes among the fields that were asked for; undefined for the usual ones. */
export function attributeFields(resource: Resource, shown: Shown): readonly string[] | undefined {
  const fields = shown.fields.get(resource.type)
  return fields === undefined ? undefined : [...fields].filter((name) => Object.hasOwn(resource.attributes, name))
}

function relationshipsOf(
  item: Item,
  { shown, self }: { readonly shown: Shown; readonly self: string },
): Record<string, RelationshipObject> | undefined {
  const fields = shown.fields.get(item.resource.type)
  const found: Record<string, RelationshipObject> = {}
  let isEmpty = true
  for (const [name, relationship] of Object.entries(item.resource.relationships)) {
    if (fields !== undefined && !fields.has(name)) continue
    isEmpty = false
    const links = { self: `${self}/relationships/${name}`, related: `${self}/${name}` }
    if (relationship.kind === 'one') {
      const id = item.one[name]
      found[name] = { links, data: id == null ? null : { type: relationship.type, id } }
    } else found[name] = manyObject({ type: item.resource.type, id: item.id }, { name, links, shown })
  }
  return isEmpty ? undefined : found
}

function manyObject(
  owner: Identifier,
  {
    name,
    links,
    shown,
  }: { readonly name: string; readonly links: { readonly self: string; readonly related: string }; readonly shown: Shown },
): RelationshipObject {
  const page = shown.linkage.size === 0 ? undefined : shown.linkage.get(linkageKey(owner, name))
  if (page === undefined) return { links }
  return {
    links: { ...links, prev: null, next: page.next === null ? null : `${links.self}?page%5Bafter%5D=${page.next}` },
    data: page.items.map(identifierOf),
  }
}

export function identifierOf(item: Item): Identifier {
  return { type: item.resource.type, id: item.id }
}

export interface ErrorObject {
  readonly status: string
  readonly code: string
  readonly title: string
  readonly detail?: string
  readonly source?: { readonly parameter?: string; readonly pointer?: string; readonly header?: string }
  readonly links?: { readonly type: string }
  readonly meta?: Readonly<Record<string, unknown>>
}
