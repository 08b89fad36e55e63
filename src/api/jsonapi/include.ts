// Compound documents: what is related to the items of an answer, level by level, one query for each relationship of a level.
import type { AnswerContext } from '../resources/attribute.ts'
import { resourceOf } from '../resources/index.ts'
import { findItems, type Item, type ItemPage, relatedItems } from '../resources/read.ts'
import type { Relationship, Resource } from '../resources/resource.ts'
import { attributeFields, linkageKey, type Shown } from './document.ts'
import type { IncludeTree } from './query.ts'

/** What one answer includes at most. What is left out of a relationship to many is behind its `next` link. */
const mostIncluded = 2_000
const mostOfOne = 50

export interface Included {
  readonly items: readonly Item[]
  readonly linkage: ReadonlyMap<string, ItemPage>
}

interface Loading {
  readonly at: AnswerContext
  readonly fields: Shown['fields']
  /** By type and id; the primary ones are in it, so that nothing comes twice. */
  readonly known: Map<string, Item>
  readonly items: Item[]
  readonly linkage: Map<string, ItemPage>
}

/** Throws `forbidden` when the viewer may not read what is to be included. */
export async function loadIncluded(
  at: AnswerContext,
  primary: readonly Item[],
  asked: { readonly resource: Resource; readonly tree: IncludeTree; readonly fields: Shown['fields'] },
): Promise<Included> {
  const known = new Map(primary.map((item) => [keyOf(item), item]))
  const loading: Loading = { at, fields: asked.fields, known, items: [], linkage: new Map() }
  await loadLevel(loading, { resource: asked.resource, items: primary }, asked.tree)
  return loading
}

interface Level {
  readonly resource: Resource
  readonly items: readonly Item[]
}

async function loadLevel(loading: Loading, level: Level, tree: IncludeTree): Promise<void> {
  for (const [name, below] of tree) {
    const relationship = level.resource.relationships[name]!
    const found = await related(loading, level, { name, relationship })
    for (const item of found) {
      if (loading.known.has(keyOf(item))) continue
      loading.known.set(keyOf(item), item)
      loading.items.push(item)
    }
    if (below.size > 0) await loadLevel(loading, { resource: resourceOf(relationship.type), items: found }, below)
  }
}

async function related(
  loading: Loading,
  { items }: Level,
  { name, relationship }: { readonly name: string; readonly relationship: Relationship },
): Promise<readonly Item[]> {
  const resource = resourceOf(relationship.type)
  const fields = attributeFields(resource, { fields: loading.fields, linkage: loading.linkage })
  if (relationship.kind === 'one') {
    const ids = items.flatMap((item) => item.one[name] ?? [])
    return [...(await findItems(loading.at, resource, { ids, fields })).values()]
  }
  const ids = [...new Set(items.map((item) => item.id))]
  const left = mostIncluded - loading.items.length
  const size = Math.max(1, Math.min(mostOfOne, Math.floor(left / Math.max(1, ids.length))))
  const pages = await relatedItems(loading.at, { relationship, ids }, { fields, size })
  for (const item of items) loading.linkage.set(linkageKey({ type: item.resource.type, id: item.id }, name), pages.get(item.id)!)
  return [...pages.values()].flatMap((page) => page.items)
}

function keyOf(item: Item): string {
  return `${item.resource.type} ${item.id}`
}
