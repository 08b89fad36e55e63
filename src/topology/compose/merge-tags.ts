// `!reset` and `!override` as Compose understands them: the first takes away what is said there, in its own file and in what lies below it by
// `extends`; the second stands in the place of what lies below. kyozo runs its own document, so no other reader of the tags is ever asked.
import type { Located, LocatedMap } from './located.ts'

/** The value without what is tagged `!reset` in it, at any depth. */
export function withoutResets<Node extends Located>(node: Node): Node
export function withoutResets(node: Located): Located {
  if (node.kind === 'list') return { ...node, items: node.items.filter(isKept).map((item) => withoutResets(item)) }
  if (node.kind !== 'map') return node
  const kept = [...node.entries].filter(([, value]) => isKept(value))
  return { ...node, entries: new Map(kept.map(([key, value]) => [key, withoutResets(value)])) }
}

function isKept({ merge }: Located): boolean {
  return merge !== 'reset'
}

/** What a service extends, without what the service takes away or replaces. A base keeps what it extends itself. */
export function withoutReplaced(base: LocatedMap, own: LocatedMap): LocatedMap {
  const entries = [...base.entries].flatMap(([key, below]): [string, Located][] => {
    const above = key === 'extends' ? undefined : own.entries.get(key)
    if (above?.merge !== undefined) return []
    if (above?.kind !== 'map') return [[key, below]]
    if (below.kind === 'map') return [[key, withoutReplaced(below, above)]]
    return [[key, below.kind === 'list' ? { ...below, items: below.items.filter((item) => !isReplaced(item, above)) } : below]]
  })
  return { ...base, entries: new Map(entries) }
}

/** Whether an item of a list such as `NAME=value` is one that a map over it takes away or replaces. */
function isReplaced(item: Located, { entries }: LocatedMap): boolean {
  if (item.kind !== 'scalar') return false
  const text = String(item.value ?? '')
  return (entries.get(text) ?? entries.get(text.split('=', 1)[0] ?? ''))?.merge !== undefined
}
