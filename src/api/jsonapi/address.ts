// What an address below /api/v1 means: one table for dispatch, for the methods it allows, and for the OpenAPI document. Pure.
import { findResource } from '../resources/index.ts'
import type { ManyRelationship } from '../resources/read.ts'
import type { Action, Relationship, Resource, View } from '../resources/resource.ts'

type OneRelationship = Extract<Relationship, { kind: 'one' }>

export type Target =
  | { readonly kind: 'collection'; readonly resource: Resource }
  | { readonly kind: 'item'; readonly resource: Resource; readonly id: string }
  | {
      readonly kind: 'related'
      readonly resource: Resource
      readonly id: string
      readonly name: string
      readonly relationship: Relationship
    }
  | {
      readonly kind: 'relationship'
      readonly resource: Resource
      readonly id: string
      readonly name: string
      readonly relationship: Relationship
    }
  | { readonly kind: 'view'; readonly resource: Resource; readonly id: string; readonly name: string; readonly view: View }
  | { readonly kind: 'action'; readonly resource: Resource; readonly id: string; readonly name: string; readonly action: Action }
  | { readonly kind: 'collectionAction'; readonly resource: Resource; readonly name: string; readonly action: Action<undefined> }

/** Undefined when nothing is there. */
export function targetOf(segments: readonly string[]): Target | undefined {
  const [type = '', id, third, name] = segments
  const resource = findResource(type)
  if (resource === undefined || segments.length > 4 || segments.some((segment) => segment === '')) return undefined
  if (id === undefined) return { kind: 'collection', resource }
  if (third === undefined) return collectionAction(resource, id) ?? { kind: 'item', resource, id }
  if (name !== undefined) {
    const relationship = third === 'relationships' ? own(resource.relationships, name) : undefined
    return relationship && { kind: 'relationship', resource, id, name, relationship }
  }
  return below(resource, id, third)
}

function collectionAction(resource: Resource, name: string): Target | undefined {
  const action = own(resource.collectionActions ?? {}, name)
  return action && { kind: 'collectionAction', resource, name, action }
}

function below(resource: Resource, id: string, name: string): Target | undefined {
  const action = own(resource.actions ?? {}, name)
  if (action) return { kind: 'action', resource, id, name, action }
  const view = own(resource.views ?? {}, name)
  if (view) return { kind: 'view', resource, id, name, view }
  const found = Object.entries(resource.relationships).find(
    ([key, relationship]) => key === name || (relationship.kind === 'many' && relationship.alias === name),
  )
  return found && { kind: 'related', resource, id, name: found[0], relationship: found[1] }
}

/** The methods that do something there, in the order of `Allow`. */
export function methodsOf(target: Target): readonly string[] {
  const { resource } = target
  switch (target.kind) {
    case 'collection':
      return ['GET', 'HEAD', 'OPTIONS', ...(resource.create ? ['POST'] : [])]
    case 'item':
      return ['GET', 'HEAD', 'OPTIONS', ...(resource.update ? ['PATCH'] : []), ...(resource.remove ? ['DELETE'] : [])]
    case 'action':
    case 'collectionAction':
      return ['OPTIONS', 'POST']
    default:
      return ['GET', 'HEAD', 'OPTIONS']
  }
}

export function isMany(relationship: Relationship): relationship is ManyRelationship {
  return relationship.kind === 'many'
}

export function isOne(relationship: Relationship): relationship is OneRelationship {
  return relationship.kind === 'one'
}

/** A member of a table that a client named; never one that every object has. */
function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}
