// Query parameters and headers, as the query parser takes them.
import { mostPaths, mostSortFields } from '../jsonapi/query.ts'
import { filterNames, rangeOperators } from '../resources/filters.ts'
import { resources } from '../resources/index.ts'
import { defaultPageSize, largestPageSize } from '../resources/read.ts'
import type { Resource } from '../resources/resource.ts'
import { sortableNames } from '../resources/sorting.ts'
import type { JsonSchema } from './json-schema.ts'

export interface Parameter {
  readonly name: string
  readonly in: 'query' | 'path' | 'header'
  readonly description: string
  readonly required?: boolean
  readonly schema: JsonSchema
  readonly style?: string
  readonly explode?: boolean
}

type Referred = Parameter | { readonly $ref: string }

const ref = (name: string) => ({ $ref: `#/components/parameters/${name}` })

export const sharedParameters: Readonly<Record<string, Parameter>> = {
  fields: {
    name: 'fields',
    in: 'query',
    description: 'Fields to show, by type: `fields[workspaces]=name,forge`. Listings leave large attributes out unless they are named.',
    style: 'deepObject',
    explode: true,
    schema: {
      type: 'object',
      properties: Object.fromEntries(resources.map(({ type }) => [type, { type: 'string' }])),
      additionalProperties: false,
    },
  },
  page_size: query('page[size]', `How many on a page; ${defaultPageSize} without it.`, {
    type: 'integer',
    minimum: 1,
    maximum: largestPageSize,
  }),
  page_after: query('page[after]', 'The page after this cursor; take it from a `next` link.', { type: 'string' }),
  page_before: query('page[before]', 'The page before this cursor; take it from a `prev` link. Not together with page[after].', {
    type: 'string',
  }),
  if_none_match: header('If-None-Match', 'An ETag: the answer is 304 when nothing has changed since.'),
  if_match: header('If-Match', 'An ETag: the change is refused with 412 when somebody has changed the resource since.'),
  team: {
    ...header('Kyozo-Team', 'The slug of the team that a person in several means. Without it, the one that the session or token is for.'),
    schema: { type: 'string', maxLength: 60 },
  },
  idempotency_key: {
    ...header('Idempotency-Key', 'A key of your own: the same request with the same key does nothing twice.'),
    schema: { type: 'string', pattern: '^[!-~]{1,255}$' },
  },
}

export const pageParameters: readonly Referred[] = [ref('page_size'), ref('page_after'), ref('page_before')]
export const ofTeam = ref('team')
export const conditionalRead = ref('if_none_match')
export const conditionalWrite = ref('if_match')
export const idempotent = ref('idempotency_key')

export function idParameter(resource: Resource): Parameter {
  const schema = resource.idKind === 'sequence' ? { type: 'string', pattern: '^[1-9][0-9]*$' } : { type: 'string', format: 'uuid' }
  return { name: 'id', in: 'path', required: true, description: `The id of one of the ${resource.type}.`, schema }
}

/** For one resource: what to show and include. */
export function itemParameters(resource: Resource): readonly Referred[] {
  return [ref('fields'), include(resource)]
}

export function listParameters(resource: Resource): readonly Referred[] {
  return [...itemParameters(resource), sort(resource), ...filters(resource), ...pageParameters]
}

export function linkageParameters(resource: Resource): readonly Referred[] {
  return [sort(resource), ...filters(resource), ...pageParameters]
}

function include(resource: Resource): Parameter {
  const names = Object.keys(resource.relationships)
  return {
    ...query('include', `What is related and should come along, up to three deep: ${names.join(', ') || 'nothing'}.`, {
      type: 'array',
      maxItems: mostPaths,
      items: { type: 'string', pattern: names.length === 0 ? '^$' : `^(${names.join('|')})(\\.[a-z_]+){0,2}$` },
    }),
    explode: false,
  }
}

function sort(resource: Resource): Parameter {
  const values = sortableNames(resource).flatMap((name) => [name, `-${name}`])
  return {
    ...query('sort', 'The order; `-` is descending.', {
      type: 'array',
      maxItems: mostSortFields,
      uniqueItems: true,
      items: { enum: values },
    }),
    explode: false,
  }
}

function filters(resource: Resource): readonly Parameter[] {
  const equal = filterNames(resource).map((name) =>
    query(`filter[${name}]`, `Only those whose ${name} is one of these.`, { type: 'string' }),
  )
  const ranges = Object.entries(resource.attributes).flatMap(([name, { filter }]) =>
    filter === 'range' ? Object.keys(rangeOperators).map((operator) => range(name, operator)) : [],
  )
  return [...equal, ...ranges]
}

const operatorWords: Readonly<Record<string, string>> = { gt: 'more than', gte: 'at least', lt: 'less than', lte: 'at most' }

function range(name: string, operator: string): Parameter {
  return query(`filter[${name}][${operator}]`, `Only those whose ${name} is ${operatorWords[operator]} this.`, { type: 'string' })
}

function query(name: string, description: string, schema: JsonSchema): Parameter {
  return { name, in: 'query', description, schema }
}

function header(name: string, description: string): Parameter {
  return { name, in: 'header', description, schema: { type: 'string' } }
}
