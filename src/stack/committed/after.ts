// What a value of the file is once a change has been made to it.
import type { Located } from '../../topology/compose/located.ts'
import { itemsByIdentity } from './identity.ts'
import type { Change } from './three-way.ts'
import type { Path } from './values.ts'

/** Undefined for what is not there afterwards. */
export function valueAfter(present: Located | undefined, change: Change, path: Path = []): Located | undefined {
  switch (change.kind) {
    case 'keep':
      return present
    case 'put':
      return change.value
    case 'drop':
      return undefined
    case 'inside':
      return present && withEntries(present, change.entries, path)
  }
}

function withEntries(present: Located, changes: ReadonlyMap<string, Change>, path: Path): Located {
  const held = present.kind === 'map' ? present.entries : present.kind === 'list' ? itemsByIdentity(path, present) : undefined
  const after = [...changes].flatMap(([key, change]) => {
    const value = valueAfter(held?.get(key), change, [...path, key])
    return value === undefined ? [] : [[key, value] as const]
  })
  if (present.kind === 'list') return { ...present, items: after.map(([, value]) => value) }
  return { kind: 'map', place: present.place, entries: new Map(after) }
}
