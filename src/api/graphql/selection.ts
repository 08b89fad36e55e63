// Which attributes a query asks for, so that nothing else is read: large ones cost memory, calculated ones a statement.
import { type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql'
import type { Resource } from '../resources/resource.ts'
import { camelName } from './names.ts'

/** Where the fields of the resource stand below the field. */
export type Shape = 'resource' | 'connection'

/** Attribute names. Directives are not looked at: what is skipped is read in vain. */
export function attributesAsked(info: GraphQLResolveInfo, resource: Resource, shape: Shape): readonly string[] {
  const asked = new Set<string>()
  const paths = shape === 'resource' ? [[]] : [['nodes'], ['edges', 'node']]
  for (const { selectionSet } of info.fieldNodes) for (const path of paths) collect(info, { selectionSet, path, asked })
  // A view looks at whatever a listing shows.
  const hasView = Object.keys(resource.views ?? {}).some((name) => asked.has(camelName(name)))
  return Object.entries(resource.attributes).flatMap(([name, { isLarge }]) =>
    asked.has(camelName(name)) || (hasView && !isLarge) ? name : [],
  )
}

interface Collecting {
  readonly selectionSet: SelectionSetNode | undefined
  /** Names of the fields to go through. */
  readonly path: readonly string[]
  readonly asked: Set<string>
}

function collect(info: GraphQLResolveInfo, { selectionSet, path, asked }: Collecting): void {
  for (const selection of selectionSet?.selections ?? []) {
    if (selection.kind === Kind.FRAGMENT_SPREAD)
      collect(info, { selectionSet: info.fragments[selection.name.value]?.selectionSet, path, asked })
    else if (selection.kind === Kind.INLINE_FRAGMENT) collect(info, { selectionSet: selection.selectionSet, path, asked })
    else if (path.length === 0) asked.add(selection.name.value)
    else if (selection.name.value === path[0]) collect(info, { selectionSet: selection.selectionSet, path: path.slice(1), asked })
  }
}
