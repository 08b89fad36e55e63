// Views of a resource as fields: what is put together from more than its row.
import { type GraphQLFieldConfigMap, GraphQLObjectType } from 'graphql'
import { reasonToRefuse } from '../../access/rights.ts'
import { KyozoError } from '../../errors.ts'
import type { Item } from '../resources/read.ts'
import type { Resource, View } from '../resources/resource.ts'
import { camelName, typeName } from './names.ts'
import type { Field, GraphqlRequest } from './request.ts'
import { jsonType } from './scalars.ts'

/** Each one is put together on its own. */
const viewWeight = 1_000

export function viewFields(resource: Resource): GraphQLFieldConfigMap<Item, GraphqlRequest> {
  return Object.fromEntries(Object.entries(resource.views ?? {}).map(([name, view]) => [camelName(name), viewField(resource, view)]))
}

function viewField(resource: Resource, view: View): Field<Item> {
  const type = new GraphQLObjectType<Readonly<Record<string, unknown>>, GraphqlRequest>({
    name: typeName(view.type),
    description: view.description,
    fields: Object.fromEntries(
      Object.keys(view.attributes).map((name) => [camelName(name), { type: jsonType, resolve: (found) => found[name] }]),
    ),
  })
  return {
    type,
    description: view.description,
    resolve: ({ row }, _, { at }) => {
      const { workspace, service } = resource.subject
      const reason = reasonToRefuse(at.viewer, view.right, {
        workspaceId: workspace === undefined ? null : (row[workspace] as string | null),
        serviceInstanceId: service === undefined ? null : (row[service] as string | null),
      })
      if (reason !== undefined) throw new KyozoError('forbidden', reason)
      return view.run(at, row)
    },
    extensions: { isAsked: true, weight: viewWeight },
  }
}
