// The order of a listing: what was asked for, then the id, so that no two rows stand in the same place.
import type { AttributeKind } from './attribute.ts'
import { columnOf } from './read-plan.ts'
import type { Resource } from './resource.ts'

export interface SortTerm {
  readonly name: string
  readonly isDescending: boolean
}

export interface OrderTerm {
  readonly column: string
  readonly isDescending: boolean
  /** What a cursor holds of it. */
  readonly kind: 'text' | 'number' | 'boolean' | 'time' | 'uuid'
}

/** Names are those of sortable attributes, or `id`; the caller has checked. */
export function orderOf(resource: Resource, asked: readonly SortTerm[], isWithinService: boolean): readonly OrderTerm[] {
  const usual = (isWithinService ? resource.sortWithinService : undefined) ?? resource.defaultSort ?? ['-id']
  const terms = asked.length > 0 ? asked : usual.map(sortTerm)
  const named = terms.findIndex(({ name }) => name === 'id')
  // What comes after the id orders nothing.
  const ordered = (named === -1 ? terms : terms.slice(0, named)).map((term) => orderTerm(resource, term))
  const isDescending = named === -1 ? (terms.at(-1)?.isDescending ?? true) : terms[named]!.isDescending
  return [...ordered, { column: 'id', isDescending, kind: resource.idKind === 'sequence' ? 'number' : 'uuid' }]
}

/** `-created_at` is descending. */
export function sortTerm(text: string): SortTerm {
  return text.startsWith('-') ? { name: text.slice(1), isDescending: true } : { name: text, isDescending: false }
}

export function isSortable(resource: Resource, name: string): boolean {
  return name === 'id' || (Object.hasOwn(resource.attributes, name) && resource.attributes[name]!.isSortable)
}

/** For messages. */
export function sortableNames(resource: Resource): readonly string[] {
  return ['id', ...Object.keys(resource.attributes).filter((name) => isSortable(resource, name))]
}

const kinds: Readonly<Record<AttributeKind, OrderTerm['kind']>> = {
  text: 'text',
  enum: 'text',
  json: 'text',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  time: 'time',
  id: 'uuid',
}

function orderTerm(resource: Resource, { name, isDescending }: SortTerm): OrderTerm {
  const attribute = resource.attributes[name]!
  return { column: columnOf(name, attribute)!, isDescending, kind: kinds[attribute.kind] }
}
