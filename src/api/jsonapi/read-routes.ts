// GET: listings, single resources, what is related to them, and the relationships themselves.
import type { Request, Response } from 'express'
import { type RightName, reasonToRefuse } from '../../access/rights.ts'
import { KyozoError } from '../../errors.ts'
import type { AnswerContext } from '../resources/attribute.ts'
import { resourceOf } from '../resources/index.ts'
import { type FoundItem, findItem, type Item, type ItemPage, listItems, listRelatedItems } from '../resources/read.ts'
import type { Resource } from '../resources/resource.ts'
import { subjectOf } from '../resources/write.ts'
import { isMany, isOne, type Target } from './address.ts'
import { send } from './answer.ts'
import { addressOf, attributeFields, identifierOf, implementation, resourceObject, type Shown } from './document.ts'
import { loadIncluded } from './include.ts'
import { type Query, readQuery } from './query.ts'

export interface Asked<T = Target> {
  readonly at: AnswerContext
  readonly target: T
  readonly request: Request
  readonly response: Response
}

type Of<K extends Target['kind']> = Asked<Extract<Target, { kind: K }>>

const listFamilies = ['fields', 'include', 'filter', 'sort', 'page'] as const
const itemFamilies = ['fields', 'include'] as const

export async function list({ at, target: { resource }, request, response }: Of<'collection'>): Promise<void> {
  const query = readQuery(searchOf(request), { resource, families: listFamilies })
  const page = await listItems(at, resource, { ...query, fields: attributeFields(resource, shownBy(query)) })
  send(request, response, { document: await listDocument({ at, resource, query, request }, page) })
}

export async function show({ at, target: { resource, id }, request, response }: Of<'item'>): Promise<void> {
  const query = readQuery(searchOf(request), { resource, families: itemFamilies })
  const item = await existing(at, resource, { id, fields: attributeFields(resource, shownBy(query)) })
  const document = await itemDocument({ at, resource, query, request }, item)
  send(request, response, { document, version: item.version })
}

/** What a relationship leads to: a listing, one resource, or null. */
export async function showRelated(asked: Of<'related'>): Promise<void> {
  const { at, target, request, response } = asked
  const { relationship } = target
  const owner = await existing(at, target.resource, { id: target.id, fields: [] })
  const resource = resourceOf(relationship.type)
  if (isMany(relationship)) {
    const query = readQuery(searchOf(request), { resource, families: listFamilies })
    const page = await listRelatedItems(at, { relationship, id: owner.id }, { ...query, fields: attributeFields(resource, shownBy(query)) })
    send(request, response, { document: await listDocument({ at, resource, query, request }, page) })
    return
  }
  const query = readQuery(searchOf(request), { resource, families: itemFamilies })
  const id = owner.one[target.name]
  const fields = attributeFields(resource, shownBy(query))
  const item = id == null ? undefined : await findItem(at, resource, { id, fields })
  if (item === undefined) send(request, response, { document: { jsonapi: implementation, data: null, links: linksOf(request) } })
  else send(request, response, { document: await itemDocument({ at, resource, query, request }, item), version: item.version })
}

/** The linkage alone. */
export async function showRelationship({ at, target, request, response }: Of<'relationship'>): Promise<void> {
  const { relationship, name } = target
  const owner = await existing(at, target.resource, { id: target.id, fields: [] })
  const related = `${addressOf(identifierOf(owner))}/${name}`
  const resource = resourceOf(relationship.type)
  if (isOne(relationship)) {
    readQuery(searchOf(request), { resource, families: [] })
    const id = owner.one[name]
    const data = id == null ? null : { type: relationship.type, id }
    send(request, response, { document: { jsonapi: implementation, data, links: { ...linksOf(request), related } } })
    return
  }
  const query = readQuery(searchOf(request), { resource, families: ['page', 'sort', 'filter'] })
  const page = await listRelatedItems(at, { relationship, id: owner.id }, { ...query, fields: [] })
  const links = { ...linksOf(request), related, ...pageLinks(request, page) }
  send(request, response, { document: { jsonapi: implementation, data: page.items.map(identifierOf), links } })
}

export async function showView({ at, target, request, response }: Of<'view'>): Promise<void> {
  const { view, resource } = target
  const item = await existing(at, resource, { id: target.id, fields: usualFields(resource) })
  readQuery(searchOf(request), { resource, families: [] })
  assertMay(at, { right: view.right, item })
  const attributes = await view.run(at, item.row)
  const data = { type: view.type, id: item.id, attributes, links: { self: request.originalUrl.split('?')[0]! } }
  send(request, response, { document: { jsonapi: implementation, data, links: linksOf(request) } })
}

/** Throws `not_found` in the same words for one that is missing, that is another team's, and that the viewer may not read. */
export async function existing(
  at: AnswerContext,
  resource: Resource,
  asked: { readonly id: string; readonly fields?: readonly string[] | undefined },
): Promise<FoundItem> {
  const item = await findItem(at, resource, asked)
  if (item === undefined) throw new KyozoError('not_found', `there is no resource of type ${resource.type} with this id`)
  return item
}

/** Throws `forbidden`, in words, when the viewer may not do this to a row that they can see. */
export function assertMay({ viewer }: AnswerContext, { right, item }: { readonly right: RightName; readonly item: Item }): void {
  const reason = reasonToRefuse(viewer, right, subjectOf(item.resource, item.row))
  if (reason !== undefined) throw new KyozoError('forbidden', reason)
}

function usualFields(resource: Resource): readonly string[] {
  return Object.entries(resource.attributes).flatMap(([name, { isLarge }]) => (isLarge ? [] : name))
}

export function searchOf(request: Request): string {
  const at = request.originalUrl.indexOf('?')
  return at === -1 ? '' : request.originalUrl.slice(at + 1)
}

interface Showing {
  readonly at: AnswerContext
  readonly resource: Resource
  readonly query: Query
  readonly request: Request
}

async function listDocument(showing: Showing, page: ItemPage): Promise<object> {
  const { shown, included } = await withIncluded(showing, page.items)
  return {
    jsonapi: implementation,
    data: page.items.map((item) => resourceObject(item, shown)),
    ...included,
    links: { ...linksOf(showing.request), ...pageLinks(showing.request, page) },
  }
}

async function itemDocument(showing: Showing, item: Item): Promise<object> {
  const { shown, included } = await withIncluded(showing, [item])
  return { jsonapi: implementation, data: resourceObject(item, shown), ...included, links: linksOf(showing.request) }
}

async function withIncluded({ at, resource, query }: Showing, items: readonly Item[]): Promise<{ shown: Shown; included: object }> {
  if (query.include === undefined) return { shown: shownBy(query), included: {} }
  const { items: found, linkage } = await loadIncluded(at, items, { resource, tree: query.include, fields: query.fields })
  const shown = { fields: query.fields, linkage }
  return { shown, included: { included: found.map((item) => resourceObject(item, shown)) } }
}

function shownBy({ fields }: Query): Shown {
  return { fields, linkage: new Map() }
}

/** Encoded anew: brackets may come as they are, and have no place in an address. */
export function linksOf(request: Request): { readonly self: string } {
  const search = new URLSearchParams(searchOf(request)).toString()
  const path = request.originalUrl.split('?')[0]!
  return { self: search === '' ? path : `${path}?${search}` }
}

/** Addresses without a host: they hold behind any proxy. */
function pageLinks(request: Request, page: ItemPage): Readonly<Record<string, string | null>> {
  return {
    first: pageLink(request, undefined, ''),
    prev: page.previous === null ? null : pageLink(request, 'page[before]', page.previous),
    next: page.next === null ? null : pageLink(request, 'page[after]', page.next),
  }
}

function pageLink(request: Request, parameter: string | undefined, cursor: string): string {
  const path = request.originalUrl.split('?')[0]!
  const parameters = new URLSearchParams(searchOf(request))
  for (const name of ['page[after]', 'page[before]']) parameters.delete(name)
  if (parameter !== undefined) parameters.set(parameter, cursor)
  const text = parameters.toString()
  return text === '' ? path : `${path}?${text}`
}
