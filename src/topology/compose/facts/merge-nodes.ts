// One service of a compose file laid over another, as the compose specification merges them, before anything in it is understood: single values
// replace, maps and lists of NAME=value merge by key, lists add up.
import type { Located, LocatedMap } from '../located.ts'

/** What `own` says stands, with what only `base` says added, unless a tag says that it is taken away or replaced. */
export function mergeServices(base: LocatedMap, own: LocatedMap): LocatedMap {
  if (own.merge === 'override') return own
  const entries = new Map([...base.entries].filter(([, { merge }]) => merge !== 'reset'))
  for (const [key, value] of own.entries) {
    const below = entries.get(key)
    if (value.merge === 'reset') entries.delete(key)
    else entries.set(key, below === undefined || value.merge === 'override' ? value : mergeValues(key, below, value))
  }
  return { kind: 'map', entries, place: own.place }
}

/** Keys that replace whatever was there, although they may be lists. */
const replacing = new Set(['command', 'entrypoint', 'test', 'extends'])

function mergeValues(key: string, base: Located, own: Located): Located {
  if (replacing.has(key)) return own
  const [below, above] = [asMap(key, base), asMap(key, own)]
  if (below !== undefined && above !== undefined) return mergeServices(below, above)
  if (base.kind === 'list' && own.kind === 'list') return { ...own, items: [...own.items, ...base.items] }
  return own
}

const keyed = new Set(['environment', 'labels', 'args', 'annotations', 'sysctls'])
const named = new Set(['depends_on', 'networks'])

/** A map, or a list that stands for one: `NAME=value`, or names alone. */
function asMap(key: string, node: Located): LocatedMap | undefined {
  if (node.kind === 'map') return node
  if (key === 'build' && node.kind === 'scalar') return { kind: 'map', entries: new Map([['context', node]]), place: node.place }
  if (node.kind !== 'list' || !(keyed.has(key) || named.has(key))) return undefined
  const entries = node.items.flatMap((item): [string, Located][] => {
    if (item.kind !== 'scalar') return []
    const text = String(item.value ?? '')
    const at = keyed.has(key) ? text.indexOf('=') : -1
    const value = at < 0 ? null : text.slice(at + 1)
    return [[at < 0 ? text : text.slice(0, at), { kind: 'scalar', value, source: value ?? '', place: item.place }]]
  })
  return { kind: 'map', entries: new Map(entries), place: node.place }
}
