// What has to be read for the fields that were asked for, and how a row becomes attributes. Made once for each resource and choice of fields.
import type { AnswerContext, Attribute, Row } from './attribute.ts'
import { columnName } from './member-name.ts'
import type { Resource } from './resource.ts'

export interface ReadPlan {
  readonly resource: Resource
  readonly columns: readonly string[]
  /** For attributes that are loaded for all rows at once. */
  readonly loads: readonly ((rows: readonly Row[], at: AnswerContext) => Promise<readonly unknown[]>)[]
  /** `loaded` has one value for each of `loads`. */
  attributesOf(row: Row, more: { readonly at: AnswerContext; readonly loaded: readonly unknown[] }): Record<string, unknown>
  onesOf(row: Row): Record<string, string | null>
}

const usual = new WeakMap<Resource, ReadPlan>()

/** Without `fields`, everything that is not large. */
export function readPlan(resource: Resource, fields?: readonly string[]): ReadPlan {
  if (fields !== undefined) return makePlan(resource, fields)
  const known = usual.get(resource)
  if (known !== undefined) return known
  const made = makePlan(
    resource,
    Object.entries(resource.attributes).flatMap(([name, { isLarge }]) => (isLarge ? [] : name)),
  )
  usual.set(resource, made)
  return made
}

/** The column that holds an attribute; only for those that are a column. */
export function columnOf(name: string, attribute: Attribute): string | undefined {
  return attribute.source.kind === 'column' ? (attribute.source.column ?? columnName(name)) : undefined
}

/** The columns that are always read: an answer's links and rights are made from them. */
export function keyColumns(resource: Resource): readonly string[] {
  const ones = Object.values(resource.relationships).flatMap((relationship) => (relationship.kind === 'one' ? relationship.column : []))
  const team = resource.table === 'teams' || resource.table === 'users' ? [] : ['teamId']
  return ['id', ...team, ...ones, ...Object.values(resource.subject)]
}

function makePlan(resource: Resource, fields: readonly string[]): ReadPlan {
  const chosen = fields.flatMap((name) => {
    const attribute = resource.attributes[name]
    return attribute === undefined ? [] : [{ name, attribute, read: reader(name, attribute) }]
  })
  const loaded = chosen.filter(({ attribute }) => attribute.source.kind === 'loaded')
  const columns = new Set([...keyColumns(resource), ...chosen.flatMap(({ name, attribute }) => needsOf(name, attribute))])
  const ones = Object.entries(resource.relationships).flatMap(([name, relationship]) =>
    relationship.kind === 'one' ? [[name, relationship.column] as const] : [],
  )
  return {
    resource,
    columns: [...columns],
    loads: loaded.flatMap(({ attribute: { source } }) => (source.kind === 'loaded' ? [source.load] : [])),
    attributesOf: (row, more) => {
      const values: Record<string, unknown> = {}
      for (const { name, read } of chosen) values[name] = read(row, more.at)
      for (const [index, { name }] of loaded.entries()) values[name] = more.loaded[index]
      return values
    },
    onesOf: (row) => Object.fromEntries(ones.map(([name, column]) => [name, (row[column] as string | null) ?? null])),
  }
}

function needsOf(name: string, attribute: Attribute): readonly string[] {
  return attribute.source.kind === 'column' ? [attribute.source.column ?? columnName(name)] : attribute.source.needs
}

function reader(name: string, attribute: Attribute): (row: Row, at: AnswerContext) => unknown {
  const { source, kind } = attribute
  if (source.kind === 'computed') return source.of
  if (source.kind === 'loaded') return () => undefined
  const column = source.column ?? columnName(name)
  // PostgreSQL's bigint comes as text.
  if (kind === 'integer') return (row) => (typeof row[column] === 'string' ? Number(row[column]) : row[column])
  return (row) => row[column]
}
