// The arguments of listings: pages, filters and orders, typed from the description, and what the read layer takes for them.
import {
  GraphQLBoolean,
  type GraphQLEnumType,
  type GraphQLFieldConfigArgumentMap,
  GraphQLID,
  type GraphQLInputFieldConfigMap,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLString,
} from 'graphql'
import { KyozoError, type Problem } from '../../errors.ts'
import type { Filter } from '../resources/filters.ts'
import { defaultPageSize, type ListQuery, largestPageSize } from '../resources/read.ts'
import type { Resource } from '../resources/resource.ts'
import { sortableNames, sortTerm } from '../resources/sorting.ts'
import type { AttributeTypes } from './attribute-types.ts'
import { camelName, typeName } from './names.ts'

const pageArguments: GraphQLFieldConfigArgumentMap = {
  first: { type: GraphQLInt, description: `How many, from the beginning or after a cursor; at most ${largestPageSize}.` },
  after: { type: GraphQLString, description: 'A cursor.' },
  last: { type: GraphQLInt, description: `How many, from the end or before a cursor; at most ${largestPageSize}.` },
  before: { type: GraphQLString, description: 'A cursor.' },
}

/** Without `first` and `last` a page has `defaultPageSize` rows. */
export function listingArguments(types: AttributeTypes, resource: Resource): GraphQLFieldConfigArgumentMap {
  const filter = filterInput(types, resource)
  return {
    ...pageArguments,
    ...(filter === undefined ? {} : { filter: { type: filter } }),
    sort: {
      type: new GraphQLList(new GraphQLNonNull(sortInput(types, resource))),
      description: 'The first one orders; the next ones order what is equal.',
    },
  }
}

const filterInputs = new WeakMap<AttributeTypes, Map<string, GraphQLInputObjectType | undefined>>()

function filterInput(types: AttributeTypes, resource: Resource): GraphQLInputObjectType | undefined {
  const made = filterInputs.get(types) ?? new Map<string, GraphQLInputObjectType | undefined>()
  filterInputs.set(types, made)
  if (!made.has(resource.type)) made.set(resource.type, makeFilterInput(types, resource))
  return made.get(resource.type)
}

function makeFilterInput(types: AttributeTypes, resource: Resource): GraphQLInputObjectType | undefined {
  const fields: GraphQLInputFieldConfigMap = {}
  for (const [name, attribute] of Object.entries(resource.attributes))
    if (attribute.filter !== undefined)
      fields[camelName(name)] = { type: types.filterType(resource.type, name, attribute), description: attribute.description }
  for (const [name, one] of Object.entries(resource.relationships))
    if (one.kind === 'one' && one.isFilter)
      fields[camelName(name)] = {
        type: new GraphQLList(one.isNullable ? GraphQLID : new GraphQLNonNull(GraphQLID)),
        description: `Ids. ${one.description}`,
      }
  if (resource.hidden !== undefined)
    fields[camelName(resource.hidden.filter)] = {
      type: new GraphQLList(new GraphQLNonNull(GraphQLBoolean)),
      description: 'Whether those are listed too that are gone: [true] is only those, [true, false] all. Default is [false].',
    }
  if (Object.keys(fields).length === 0) return undefined
  return new GraphQLInputObjectType({ name: `${typeName(resource.type)}Filter`, fields })
}

/** `NAME_ASC`, `NAME_DESC`, … whose values are JSON:API's `name` and `-name`. */
function sortInput(types: AttributeTypes, resource: Resource): GraphQLEnumType {
  return types.sortType(
    `${typeName(resource.type)}Sort`,
    sortableNames(resource).flatMap((name) => [name, `-${name}`]),
  )
}

export interface ListingArguments {
  readonly first?: number | null
  readonly after?: string | null
  readonly last?: number | null
  readonly before?: string | null
  readonly filter?: Readonly<Record<string, unknown>> | null
  readonly sort?: readonly string[] | null
}

/** Throws `bad_request` with everything that is wrong. */
export function listQuery(resource: Resource, given: ListingArguments): ListQuery {
  const problems = [...pageProblems(given), ...filterProblems(given)]
  if (problems.length > 0) throw new KyozoError('bad_request', problems.map(({ message }) => message).join('; '), { problems })
  return {
    filters: filtersOf(resource, given.filter ?? {}),
    sort: (given.sort ?? []).map(sortTerm),
    size: given.first ?? given.last ?? defaultPageSize,
    after: given.after ?? undefined,
    before: given.before ?? undefined,
    isFromEnd: given.last != null && given.before == null,
  }
}

function pageProblems({ first, last, after, before }: ListingArguments): Problem[] {
  const wrong = (parameter: string, message: string): Problem => ({ source: { parameter }, message })
  const problems = Object.entries({ first, last }).flatMap(([name, size]) =>
    size == null || (size >= 1 && size <= largestPageSize)
      ? []
      : wrong(name, `${name} is ${size}, and a page has 1 to ${largestPageSize} rows`),
  )
  if (first != null && last != null) problems.push(wrong('last', 'first and last cannot be given together'))
  if (after != null && before != null) problems.push(wrong('before', 'after and before cannot be given together'))
  if (first != null && before != null) problems.push(wrong('before', 'before goes with last, and after goes with first'))
  if (last != null && after != null) problems.push(wrong('after', 'after goes with first, and before goes with last'))
  return problems
}

/** An empty list would be read as no narrowing by one, and as nothing at all by another. */
function filterProblems({ filter }: ListingArguments): Problem[] {
  return Object.entries(filter ?? {}).flatMap(([name, value]) => {
    const list = isRange(value) ? value.in : value
    return Array.isArray(list) && list.length === 0
      ? [{ source: { parameter: `filter.${name}` }, message: `filter.${name} is an empty list; leave it out, or name a value` }]
      : []
  })
}

function filtersOf(resource: Resource, filter: Readonly<Record<string, unknown>>): Filter[] {
  const names = new Map(
    [...Object.keys(resource.attributes), ...Object.keys(resource.relationships), resource.hidden?.filter ?? ''].map((name) => [
      camelName(name),
      name,
    ]),
  )
  return Object.entries(filter).flatMap(([field, value]): Filter[] => {
    const name = names.get(field) ?? field
    if (value == null) return []
    if (!isRange(value)) return [{ name, operator: 'in', values: textsOf(value) }]
    return Object.entries(value).flatMap(([operator, limit]): Filter[] =>
      limit == null ? [] : [{ name, operator: operator as Filter['operator'], values: textsOf(limit) } as Filter],
    )
  })
}

function isRange(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** As JSON:API's parameters spell them. */
function textsOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).map((one: unknown) => (one === null ? 'null' : String(one)))
}
