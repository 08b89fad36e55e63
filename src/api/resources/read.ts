// Reading resources as they are described: lists, single ones, and what is related to many at once. JSON:API and GraphQL both read through here, so
// that who may see what is decided in one place: nothing is read that the viewer's team and rights do not reach.
import { reachOf, reasonToRefuseReading } from '../../access/rights.ts'
import { KyozoError } from '../../errors.ts'
import { type Condition, type Readable, type ReadRow, readRelatedRows, readRows, readRowsById } from '../../store/reading.ts'
import type { Viewer } from '../../store/viewer.ts'
import type { AnswerContext, Row } from './attribute.ts'
import { cursorOf, readCursor } from './cursor.ts'
import { conditionsOf, type Filter } from './filters.ts'
import { resourceOf } from './index.ts'
import { type ReadPlan, readPlan } from './read-plan.ts'
import type { Relationship, Resource } from './resource.ts'
import { orderOf, type SortTerm } from './sorting.ts'

export interface ListQuery {
  /** Attributes to read. Default is all that are not large. */
  readonly fields?: readonly string[] | undefined
  readonly filters?: readonly Filter[]
  readonly sort?: readonly SortTerm[]
  /** Default is `defaultPageSize`. */
  readonly size?: number
  /** A cursor. Not both. */
  readonly after?: string | undefined
  readonly before?: string | undefined
  /** The last page instead of the first one; not with `after`. Default is false. */
  readonly isFromEnd?: boolean
}

/** One resource as it was read. */
export interface Item {
  readonly resource: Resource
  readonly id: string
  /** Attribute name → value, of those that were asked for. Times are Dates. */
  readonly attributes: Readonly<Record<string, unknown>>
  /** Relationships to one row: name → its id. */
  readonly one: Readonly<Record<string, string | null>>
  readonly row: Row
}

export interface ListedItem extends Item {
  readonly cursor: string
}

export interface FoundItem extends Item {
  /** Changes whenever the row changes. */
  readonly version: string
}

export interface ItemPage {
  readonly items: readonly ListedItem[]
  /** Cursors: `before` this one, or `after` that one, there is more. */
  readonly previous: string | null
  readonly next: string | null
}

export const defaultPageSize = 50
export const largestPageSize = 200

/** Throws `forbidden` when the viewer may read none of the type, `bad_request` with problems when the query is wrong. */
export async function listItems(at: AnswerContext, resource: Resource, query: ListQuery): Promise<ItemPage> {
  const readable = readableBy(at.viewer, resource)
  const { rowQuery, plan } = prepare(resource, query)
  return pageOf(await itemsOf(at, plan, await readRows(at.db, readable, rowQuery)), query)
}

/** Undefined also for one that another team has, or that the viewer may not read. Reads large attributes unless `fields` says otherwise. */
export async function findItem(
  at: AnswerContext,
  resource: Resource,
  { id, fields }: { readonly id: string; readonly fields?: readonly string[] | undefined },
): Promise<FoundItem | undefined> {
  return (await findItems(at, resource, { ids: [id], fields: fields ?? Object.keys(resource.attributes) })).get(id)
}

/** By id; those that there are not, for this viewer, are left out. */
export async function findItems(
  at: AnswerContext,
  resource: Resource,
  { ids, fields }: { readonly ids: readonly string[]; readonly fields?: readonly string[] | undefined },
): Promise<ReadonlyMap<string, FoundItem>> {
  const readable = readableBy(at.viewer, resource)
  const plan = readPlan(resource, fields)
  const known = [...new Set(ids)].filter((id) => isId(resource, id))
  const rows = await readRowsById(at.db, readable, { columns: plan.columns, ids: known })
  const items = await itemsOf(at, plan, rows)
  return new Map(items.map((item, index) => [item.id, { ...item, version: rows[index]!.rowVersion }]))
}

export type ManyRelationship = Extract<Relationship, { kind: 'many' }>

/** A page of what is related to each of `ids`; an id without any has an empty page. One query, whatever their number. */
export async function relatedItems(
  at: AnswerContext,
  { relationship, ids }: { readonly relationship: ManyRelationship; readonly ids: readonly string[] },
  query: ListQuery,
): Promise<ReadonlyMap<string, ItemPage>> {
  const resource = resourceOf(relationship.type)
  const readable = readableBy(at.viewer, resource)
  const { rowQuery, plan } = prepare(resource, query, relationship)
  const rows = await readRelatedRows(at.db, readable, { ...rowQuery, column: relationship.column, ids })
  const items = await itemsOf(at, plan, rows)
  const byParent = new Map<string, ListedItem[]>(ids.map((id) => [id, []]))
  for (const [index, item] of items.entries()) byParent.get(rows[index]!.parentId)!.push(item as ListedItem)
  return new Map([...byParent].map(([id, found]) => [id, pageOf(found, query)]))
}

/** The listing of what is related to one row, page by page. */
export function listRelatedItems(
  at: AnswerContext,
  { relationship, id }: { readonly relationship: ManyRelationship; readonly id: string },
  query: ListQuery,
): Promise<ItemPage> {
  const within = { name: relationship.column, operator: 'parent', values: [id] } as const
  return listItems(at, resourceOf(relationship.type), { ...query, filters: [...(query.filters ?? []), within] })
}

function readableBy(viewer: Viewer, resource: Resource): Readable {
  const reason = reasonToRefuseReading(viewer, resource.read)
  if (reason !== undefined) throw new KyozoError('forbidden', reason)
  return {
    table: resource.table,
    viewer,
    reach: reachOf(viewer, resource.read),
    subject: resource.subject,
    where: resource.where ?? {},
    ownColumn: viewer.role === 'member' ? resource.ownColumn : undefined,
  }
}

function prepare(resource: Resource, query: ListQuery, within?: ManyRelationship) {
  const plan = readPlan(resource, query.fields)
  const conditions = conditionsOf(resource, query.filters ?? [])
  const order = orderOf(resource, query.sort ?? [], isWithinService(resource, conditions, within))
  const cursor = query.after ?? query.before
  const rowQuery = {
    columns: plan.columns,
    conditions,
    order: order.map(({ column, isDescending, kind }) => ({ column, isDescending, isTime: kind === 'time' })),
    limit: (query.size ?? defaultPageSize) + 1,
    from:
      cursor !== undefined
        ? { side: query.after === undefined ? ('before' as const) : ('after' as const), values: readCursor(cursor, order, query) }
        : query.isFromEnd
          ? { side: 'before' as const, values: undefined }
          : undefined,
  }
  return { rowQuery, plan }
}

/** Rows of one service are many and old ones are looked for last: they have an index of their own. */
function isWithinService(resource: Resource, conditions: readonly Condition[], within: ManyRelationship | undefined): boolean {
  const column = resource.subject.service
  if (column === undefined) return false
  return within?.column === column || conditions.some((one) => one.kind === 'in' && one.column === column && one.values.length === 1)
}

async function itemsOf(at: AnswerContext, plan: ReadPlan, rows: readonly ReadRow[]): Promise<ListedItem[]> {
  const loaded = await Promise.all(plan.loads.map((load) => load(rows, at)))
  return rows.map((row, index) => ({
    resource: plan.resource,
    id: String(row.id),
    attributes: plan.attributesOf(row, { at, loaded: loaded.map((values) => values[index]) }),
    one: plan.onesOf(row),
    row,
    // Made when somebody asks: of most rows nobody does.
    get cursor() {
      return cursorOf(row)
    },
  }))
}

function pageOf(found: readonly ListedItem[], query: ListQuery): ItemPage {
  const size = query.size ?? defaultPageSize
  const isMore = found.length > size
  const isBackwards = query.before !== undefined || query.isFromEnd === true
  const items = !isMore ? found : isBackwards ? found.slice(1) : found.slice(0, size)
  const first = items[0]?.cursor ?? null
  const last = items.at(-1)?.cursor ?? null
  if (isBackwards) return { items, previous: isMore ? first : null, next: query.before === undefined ? null : last }
  return { items, previous: query.after === undefined ? null : first, next: isMore ? last : null }
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** What cannot be an id is like one that is not there. */
function isId(resource: Resource, id: string): boolean {
  return resource.idKind === 'sequence' ? /^[1-9]\d{0,17}$/.test(id) : uuid.test(id)
}
