// The query of a request: fieldsets, includes, order, filters and pages. Everything that is wrong with it is said at once. Pure.
import { KyozoError, type Problem } from '../../errors.ts'
import { conditionsOf, type Filter, parameterOf, rangeOperators } from '../resources/filters.ts'
import { findResource, resourceOf } from '../resources/index.ts'
import { defaultPageSize, largestPageSize } from '../resources/read.ts'
import type { Resource } from '../resources/resource.ts'
import { isSortable, type SortTerm, sortableNames, sortTerm } from '../resources/sorting.ts'
import { cursorProfile } from './media-type.ts'

export interface Query {
  readonly fields: ReadonlyMap<string, ReadonlySet<string>>
  /** Undefined when nothing was said of it. */
  readonly include: IncludeTree | undefined
  readonly filters: readonly Filter[]
  readonly sort: readonly SortTerm[]
  readonly size: number
  readonly after: string | undefined
  readonly before: string | undefined
}

/** Relationship name → what to include of those. */
export type IncludeTree = ReadonlyMap<string, IncludeTree>

/** What an address takes; anything else is refused by name. */
export interface Taken {
  readonly resource: Resource
  readonly families: readonly ('fields' | 'include' | 'filter' | 'sort' | 'page')[]
}

export const largestDepth = 3
export const mostPaths = 20
export const mostSortFields = 5
const mostParameters = 60

interface Reading {
  readonly taken: Taken
  readonly fields: Map<string, ReadonlySet<string>>
  readonly filters: Filter[]
  include: IncludeTree | undefined
  sort: readonly SortTerm[]
  size: number
  after: string | undefined
  before: string | undefined
}

/** Throws `bad_request` with a problem for each parameter that cannot be. */
export function readQuery(search: string, taken: Taken): Query {
  const reading: Reading = {
    taken,
    fields: new Map(),
    filters: [],
    include: undefined,
    sort: [],
    size: defaultPageSize,
    after: undefined,
    before: undefined,
  }
  const problems: Problem[] = []
  const seen = new Set<string>()
  for (const [name, value] of new URLSearchParams(search)) {
    const wrong = seen.has(name)
      ? 'it is given twice'
      : seen.size >= mostParameters
        ? 'there are too many parameters'
        : readParameter(reading, name, value)
    seen.add(name)
    if (wrong !== undefined) problems.push(typeof wrong === 'string' ? problemOf(name, wrong) : wrong)
  }
  if (reading.after !== undefined && reading.before !== undefined)
    problems.push({
      source: { parameter: 'page[before]' },
      message: 'page[before] and page[after] cannot be given together: a page goes on in one direction',
      kind: `${cursorProfile}/range-pagination-not-supported`,
    })
  problems.push(...filterProblems(reading))
  if (problems.length > 0) throw new KyozoError('bad_request', problems[0]!.message, { problems })
  return reading
}

function problemOf(parameter: string, wrong: string): Problem {
  return {
    source: { parameter: parameter.slice(0, 100) },
    message: `the query parameter ${parameter.slice(0, 100)} is not valid: ${wrong}`,
  }
}

/** Checked here as well, so that they are said together with the rest. */
function filterProblems({ taken, filters }: Reading): readonly Problem[] {
  try {
    conditionsOf(taken.resource, filters)
    return []
  } catch (error) {
    if (error instanceof KyozoError) return error.problems
    throw error
  }
}

/** What is wrong with it, or undefined. */
function readParameter(reading: Reading, name: string, value: string): string | Problem | undefined {
  const family = /^[a-z_]+/.exec(name)?.[0] ?? ''
  const { resource, families } = reading.taken
  if (!(families as readonly string[]).includes(family)) return `${resource.type} cannot be asked with it here`
  if (value.includes('\0')) return 'it holds a NUL character'
  if (name === 'include') return readInclude(reading, value)
  if (name === 'sort') return readSort(reading, value)
  if (family === 'fields') return readFields(reading, name, value)
  if (family === 'filter') return readFilter(reading, name, value)
  return readPage(reading, name, value)
}

function readInclude(reading: Reading, value: string): string | undefined {
  const tree: Map<string, IncludeTree> = new Map()
  reading.include = tree
  if (value === '') return undefined
  const paths = value.split(',')
  if (paths.length > mostPaths) return `it holds ${paths.length} paths, and at most ${mostPaths} are allowed`
  for (const path of paths) {
    const names = path.split('.')
    if (names.length > largestDepth) return `${shown(path)} is ${names.length} deep, and at most ${largestDepth} is allowed`
    const wrong = addPath(tree, reading.taken.resource, names)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

function addPath(tree: Map<string, IncludeTree>, resource: Resource, [name = '', ...rest]: readonly string[]): string | undefined {
  if (!Object.hasOwn(resource.relationships, name))
    return `${resource.type} have no relationship ${shown(name)}; they have ${Object.keys(resource.relationships).join(', ')}`
  const below = (tree.get(name) as Map<string, IncludeTree> | undefined) ?? new Map<string, IncludeTree>()
  tree.set(name, below)
  return rest.length === 0 ? undefined : addPath(below, resourceOf(resource.relationships[name]!.type), rest)
}

function readSort(reading: Reading, value: string): string | undefined {
  const { resource } = reading.taken
  const terms = value.split(',').map(sortTerm)
  if (terms.length > mostSortFields) return `at most ${mostSortFields} fields order a listing`
  const wrong = terms.find(({ name }) => !isSortable(resource, name))
  if (wrong) return `${resource.type} cannot be sorted by ${shown(wrong.name)}; they can by ${sortableNames(resource).join(', ')}`
  if (new Set(terms.map(({ name }) => name)).size < terms.length) return 'a field is named twice'
  reading.sort = terms
  return undefined
}

function readFields(reading: Reading, name: string, value: string): string | undefined {
  const type = /^fields\[([a-z_]+)\]$/.exec(name)?.[1] ?? ''
  const resource = findResource(type)
  if (resource === undefined) return 'there is no resource of this type'
  const fields = value === '' ? [] : value.split(',')
  const wrong = fields.find((field) => !Object.hasOwn(resource.attributes, field) && !Object.hasOwn(resource.relationships, field))
  if (wrong !== undefined) return `${type} have no field ${shown(wrong)}`
  reading.fields.set(type, new Set(fields))
  return undefined
}

function readFilter(reading: Reading, parameter: string, value: string): string | undefined {
  const [, name, operator] = /^filter\[([a-z0-9_]+)\](?:\[([a-z]+)\])?$/.exec(parameter) ?? []
  if (name === undefined) return 'a filter is written filter[name] or filter[name][gte]'
  if (operator !== undefined && !Object.hasOwn(rangeOperators, operator))
    return `the operators are ${Object.keys(rangeOperators).join(', ')}`
  const filter = { name, operator: (operator ?? 'in') as keyof typeof rangeOperators | 'in', values: value.split(',') }
  if (parameterOf(filter) !== parameter) return 'a filter is written filter[name] or filter[name][gte]'
  reading.filters.push(filter)
  return undefined
}

function readPage(reading: Reading, name: string, value: string): string | Problem | undefined {
  if (name === 'page[after]') reading.after = value
  else if (name === 'page[before]') reading.before = value
  else if (name !== 'page[size]') return 'a page is chosen by page[size], page[after] and page[before]'
  else if (!/^\d{1,9}$/.test(value) || Number(value) < 1) return `${shown(value)} is not a whole number from 1 to ${largestPageSize}`
  else if (Number(value) > largestPageSize)
    return {
      ...problemOf(name, `${value} is more than the largest page, ${largestPageSize}`),
      kind: `${cursorProfile}/max-size-exceeded`,
      meta: { page: { maxSize: largestPageSize } },
    }
  else reading.size = Number(value)
  return undefined
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 60))
}
