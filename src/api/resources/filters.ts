// Filters: equal to one of a list, ranges, relationships by id. Values come as text and are checked against the attribute's own shape.
import { z } from 'zod'
import { KyozoError, type Problem } from '../../errors.ts'
import type { Condition } from '../../store/reading.ts'
import type { Attribute } from './attribute.ts'
import { columnOf } from './read-plan.ts'
import type { Resource } from './resource.ts'

export const rangeOperators = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const

export type Filter =
  | { readonly name: string; readonly operator: 'in' | keyof typeof rangeOperators; readonly values: readonly string[] }
  /** `name` is the column that holds the one id; only kyozo itself asks so. */
  | { readonly name: string; readonly operator: 'parent'; readonly values: readonly string[] }

/** Most that one list may hold. */
export const largestList = 100
const uuid = z.uuid()

/** Throws `bad_request` with a problem for every filter that cannot be. */
export function conditionsOf(resource: Resource, filters: readonly Filter[]): readonly Condition[] {
  const problems: Problem[] = []
  const conditions: Condition[] = []
  for (const filter of filters) {
    const found = conditionOf(resource, filter)
    if (typeof found === 'string')
      problems.push({ source: { parameter: parameterOf(filter) }, message: `${parameterOf(filter)}: ${found}` })
    else if (found !== undefined) conditions.push(found)
  }
  if (problems.length > 0) throw new KyozoError('bad_request', problems[0]!.message, { problems })
  const { hidden } = resource
  const isAsked = hidden === undefined || filters.some(({ name, operator }) => name === hidden.filter && operator === 'in')
  return isAsked ? conditions : [...conditions, { kind: 'null', column: hidden.column, isNull: true }]
}

/** The names that can be filtered by, for messages and documents. */
export function filterNames(resource: Resource): readonly string[] {
  return [
    ...Object.entries(resource.attributes).flatMap(([name, { filter }]) => (filter === undefined ? [] : name)),
    ...Object.entries(resource.relationships).flatMap(([name, one]) => (one.kind === 'one' && one.isFilter ? name : [])),
    ...(resource.hidden === undefined ? [] : [resource.hidden.filter]),
  ]
}

export function parameterOf({ name, operator }: Filter): string {
  return operator === 'in' || operator === 'parent' ? `filter[${name}]` : `filter[${name}][${operator}]`
}

/** A text is what is wrong with it; undefined narrows nothing. */
function conditionOf(resource: Resource, filter: Filter): Condition | string | undefined {
  const { name, operator, values } = filter
  if (operator === 'parent') return { kind: 'in', column: name, values, orNull: false }
  if (values.length > largestList) return `it holds ${values.length} values, and at most ${largestList} are allowed`
  if (name === resource.hidden?.filter) return hiddenCondition(resource.hidden.column, filter)
  const relationship = Object.hasOwn(resource.relationships, name) ? resource.relationships[name]! : undefined
  if (relationship?.kind === 'one' && relationship.isFilter)
    return operator === 'in' ? relatedCondition(relationship, values) : noRange(name)
  const attribute = Object.hasOwn(resource.attributes, name) ? resource.attributes[name]! : undefined
  if (attribute?.filter === undefined) return `${resource.type} cannot be filtered by it; they can by ${filterNames(resource).join(', ')}`
  return attributeCondition(attribute, columnOf(name, attribute)!, filter)
}

function hiddenCondition(column: string, { values, operator, name }: Filter): Condition | string | undefined {
  if (operator !== 'in') return noRange(name)
  if (!values.every((value) => value === 'true' || value === 'false')) return 'it takes true, false or true,false'
  if (values.includes('true') && values.includes('false')) return undefined
  return { kind: 'null', column, isNull: values[0] === 'false' }
}

function relatedCondition(
  relationship: { readonly column: string; readonly isNullable: boolean },
  values: readonly string[],
): Condition | string {
  const ids = values.filter((value) => !(relationship.isNullable && value === 'null'))
  const wrong = ids.find((value) => !uuid.safeParse(value).success)
  if (wrong !== undefined) return `${shown(wrong)} is not an id`
  return listCondition(relationship.column, { values: ids, orNull: ids.length < values.length })
}

function attributeCondition(attribute: Attribute, column: string, { operator, values, name }: Filter): Condition | string {
  if (operator !== 'in' && operator !== 'parent') {
    if (attribute.filter !== 'range') return noRange(name)
    if (values.length !== 1) return 'a range takes one value'
    const value = readValue(attribute, values[0]!)
    return value === undefined
      ? wrongValue(attribute, values[0]!)
      : { kind: 'compare', column, operator: rangeOperators[operator], value: value as string }
  }
  if (attribute.kind === 'json') return { kind: 'overlaps', column, values }
  const given = values.filter((value) => !(attribute.isNullable && value === 'null'))
  const wrong = given.find((value) => readValue(attribute, value) === undefined)
  if (wrong !== undefined) return wrongValue(attribute, wrong)
  return listCondition(column, { values: given.map((value) => readValue(attribute, value)!), orNull: given.length < values.length })
}

function listCondition(
  column: string,
  list: { readonly values: readonly (string | number | boolean)[]; readonly orNull: boolean },
): Condition {
  return list.values.length === 0 ? { kind: 'null', column, isNull: true } : { kind: 'in', column, ...list }
}

/** Undefined when the text is no value of the attribute. */
function readValue({ kind, shape }: Attribute, text: string): string | number | boolean | undefined {
  const value = kind === 'boolean' ? (text === 'true' ? true : text === 'false' ? false : text) : isNumeric(kind) ? numberIn(text) : text
  const read = shape.safeParse(value)
  return read.success && read.data !== null ? (read.data as string | number | boolean) : undefined
}

function isNumeric(kind: Attribute['kind']): boolean {
  return kind === 'integer' || kind === 'number'
}

function numberIn(text: string): number | string {
  return /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : text
}

function wrongValue({ kind, values }: Attribute, text: string): string {
  const wanted: Partial<Record<Attribute['kind'], string>> = {
    integer: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
    time: 'a time such as 2026-01-31T12:00:00Z',
    enum: `one of ${values?.join(', ')}`,
  }
  return `${shown(text)} is not ${wanted[kind] ?? 'a value of it'}`
}

function noRange(name: string): string {
  return `${name} takes no range, only a list of values`
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 60))
}
