// A GraphQL client from npm that nobody here wrote: @urql/core as a dashboard would use it.
import { CombinedError, cacheExchange, createClient, fetchExchange, gql } from '@urql/core'
import { expect, it } from 'vitest'
import { startGraphql } from '../../support/graphql.ts'
import { until } from '../../support/until.ts'
import { wholeTeam } from '../../support/whole-team.ts'

const api = await startGraphql()
const team = await wholeTeam(api.db)
const client = createClient({
  url: api.url,
  exchanges: [cacheExchange, fetchExchange],
  fetchOptions: { headers: { Authorization: `Bearer ${team.token}` } },
  fetchSubscriptions: true,
})
const id = team.ids.get('workspaces')!
const workspaceQuery = gql`
  query ($id: ID!) {
    workspace(id: $id) {
      id
      name
      autoDeployEnabled
      serviceInstances(sort: [NAME_ASC]) {
        nodes {
          id
          name
          status
        }
      }
    }
  }
`

it('reads, by POST and by GET', async () => {
  for (const preferGetMethod of [false, 'force'] as const) {
    const { data, error } = await client.query(workspaceQuery, { id }, { preferGetMethod, requestPolicy: 'network-only' }).toPromise()
    expect(error).toBeUndefined()
    expect(data.workspace).toMatchObject({
      __typename: 'Workspace',
      id,
      autoDeployEnabled: true,
      serviceInstances: { nodes: [{ name: 'api' }, { name: 'worker' }] },
    })
  }
})

it('changes, and its cache learns of it by the types of what came back', async () => {
  const seen: boolean[] = []
  const { unsubscribe } = client.query(workspaceQuery, { id }).subscribe(({ data }) => seen.push(data.workspace.autoDeployEnabled))
  await until('the first answer', () => seen.length > 0)
  const { data, error } = await client
    .mutation(
      gql`
        mutation ($id: ID!, $input: WorkspaceUpdateInput!) {
          workspaceUpdate(id: $id, input: $input) {
            workspace {
              id
              autoDeployEnabled
            }
          }
        }
      `,
      { id, input: { autoDeployEnabled: false } },
    )
    .toPromise()
  expect([data?.workspaceUpdate.workspace.autoDeployEnabled, error]).toEqual([false, undefined])
  await until('the query to be asked again', () => seen.at(-1) === false)
  unsubscribe()
})

it('reads what went wrong', async () => {
  const { data, error } = await client.query(workspaceQuery, { id: 'x' }).toPromise()
  expect(data).toEqual({ workspace: null })
  expect(error).toBeInstanceOf(CombinedError)
  expect(error!.graphQLErrors).toMatchObject([
    { message: 'there is no resource of type workspaces with this id', extensions: { code: 'NOT_FOUND' } },
  ])
})

it('subscribes over server-sent events', async () => {
  const names: string[] = []
  const { unsubscribe } = client
    .subscription(
      gql`
        subscription ($id: ID!) {
          workspace(id: $id) {
            event {
              id
              name
            }
            workspace {
              id
              name
            }
          }
        }
      `,
      { id },
    )
    .subscribe(({ data, error }) => names.push(error?.message ?? data.workspace.event.name))
  await until('the stream to begin', () => names.includes('stream.ready'))
  await api.db.updateTable('workspaces').set({ autoDeployEnabled: true }).where('id', '=', id).execute()
  await until('the change to be told', () => names.includes('workspaces.updated'))
  unsubscribe()
})
