// Batched reading. A field that stands below a list is asked for once for each row; its rows are collected and read with one statement, however many
// they are. What belongs together is told by the place in the query: graphql-js hands all rows of one place the same list of field nodes.
import DataLoader from 'dataloader'
import type { FieldNode, GraphQLResolveInfo } from 'graphql'
import type { AnswerContext } from '../resources/attribute.ts'
import { findItems, type Item, type ItemPage, type ListQuery, type ManyRelationship, relatedItems } from '../resources/read.ts'
import type { Resource } from '../resources/resource.ts'
import { attributesAsked } from './selection.ts'

export interface Loaders {
  /** Undefined for one that is not there for the viewer. */
  one(info: GraphQLResolveInfo, resource: Resource, id: string): Promise<Item | undefined>
  /** `query` is read once for each place in the query: its arguments are the same for every row. */
  many(
    info: GraphQLResolveInfo,
    related: { readonly relationship: ManyRelationship; readonly id: string; readonly query: () => ListQuery },
  ): Promise<ItemPage>
}

/** Ids in one statement. */
const largestBatch = 5_000

export function createLoaders(at: () => AnswerContext): Loaders {
  const ones = new WeakMap<readonly FieldNode[], DataLoader<string, Item | undefined>>()
  const manies = new WeakMap<readonly FieldNode[], DataLoader<string, ItemPage>>()
  return {
    one(info, resource, id) {
      const loader = placeIn(ones, info, () => {
        const fields = attributesAsked(info, resource, 'resource')
        return new DataLoader(async (ids) => inOrder(await findItems(at(), resource, { ids, fields }), ids), { maxBatchSize: largestBatch })
      })
      return loader.load(id)
    },
    many(info, { relationship, id, query }) {
      const loader = placeIn(manies, info, () => {
        const asked = query()
        return new DataLoader(
          async (ids) => inOrder(await relatedItems(at(), { relationship, ids }, asked), ids).map((page) => page ?? noPage),
          { maxBatchSize: largestBatch },
        )
      })
      return loader.load(id)
    },
  }
}

const noPage: ItemPage = { items: [], previous: null, next: null }

function inOrder<T>(found: ReadonlyMap<string, T>, ids: readonly string[]): (T | undefined)[] {
  return ids.map((id) => found.get(id))
}

function placeIn<T>(loaders: WeakMap<readonly FieldNode[], T>, info: GraphQLResolveInfo, make: () => T): T {
  const known = loaders.get(info.fieldNodes)
  if (known !== undefined) return known
  const made = make()
  loaders.set(info.fieldNodes, made)
  return made
}
