// A YAML document as a tree in which every value knows where it stands, aliases expanded and merge keys merged.

/** Where something stands: a JSON pointer, and the line and column (from 1) of its key, or of the item in a list. */
export interface Place {
  readonly file: string
  readonly pointer: string
  readonly line: number
  readonly column: number
}

/** How a value is laid over another: `!reset` takes the other away, `!override` stands in its place. */
export type MergeTag = 'reset' | 'override'

export type Located = LocatedScalar | LocatedList | LocatedMap

export interface LocatedScalar {
  readonly kind: 'scalar'
  readonly value: string | number | bigint | boolean | null
  /** As it is written, for values such as `0440` that are not the number they look like. */
  readonly source: string
  readonly place: Place
  readonly merge?: MergeTag
}

export interface LocatedList {
  readonly kind: 'list'
  readonly items: readonly Located[]
  readonly place: Place
  readonly merge?: MergeTag
}

export interface LocatedMap {
  readonly kind: 'map'
  readonly entries: ReadonlyMap<string, Located>
  readonly place: Place
  readonly merge?: MergeTag
}

/** Whether nothing is said: no value, `false`, or an empty list or map. Even a forbidden key is harmless so. */
export function saysNothing(node: Located): boolean {
  switch (node.kind) {
    case 'scalar':
      return node.value === null || node.value === false || node.value === '' || node.value === 'false'
    case 'list':
      return node.items.length === 0
    case 'map':
      return node.entries.size === 0
  }
}

export function pointerTo(parent: string, key: string | number): string {
  return `${parent}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`
}

/** A pointer as people read it: `services.web.ports.0`. */
export function spokenPointer(pointer: string): string {
  const spoken = pointer.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~')
  return spoken === '' ? 'the file' : spoken
}
