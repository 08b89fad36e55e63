// JSON:API 1.1 documents (https://jsonapi.org/format/1.1/): serialising rows and errors. Pure.
import type { Resource } from './resources.ts'

export const mediaType = 'application/vnd.api+json'

export interface ResourceObject {
  readonly type: string
  readonly id: string
  readonly attributes: Record<string, unknown>
  readonly relationships?: Record<string, unknown>
  readonly links: { readonly self: string }
}

export function resourceObject(resource: Resource, row: Readonly<Record<string, unknown>>, baseUrl: string): ResourceObject {
  const names = [...resource.attributes, ...resource.largeAttributes].filter((name) => name in row)
  const relationships = Object.entries(resource.relationships).map(([name, { column, type }]) => {
    const id = row[column]
    return [memberName(name), { data: typeof id === 'string' ? { type, id } : null }]
  })
  const id = String(row.id)
  return {
    type: resource.type,
    id,
    attributes: Object.fromEntries(names.map((name) => [memberName(name), row[name]])),
    ...(relationships.length === 0 ? {} : { relationships: Object.fromEntries(relationships) as Record<string, unknown> }),
    links: { self: `${baseUrl}/api/v1/${resource.type}/${id}` },
  }
}

/** Members are snake case, as the columns in the database. */
export function memberName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

export interface ErrorObject {
  readonly status: string
  readonly code: string
  readonly title: string
  readonly detail?: string
  readonly source?: { readonly parameter?: string; readonly pointer?: string; readonly header?: string }
}
