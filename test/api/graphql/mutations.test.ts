// Changing things through GraphQL: the same rights, the same checks and the same traces as through JSON:API.
import type { GraphQLInputObjectType, GraphQLObjectType } from 'graphql'
import { describe, expect, it } from 'vitest'
import { camelName, pascalName, singularOf } from '../../../src/api/graphql/names.ts'
import { createGraphqlSchema } from '../../../src/api/graphql/schema.ts'
import { resources } from '../../../src/api/resources/index.ts'
import { newId } from '../../../src/ids.ts'
import { startGraphql } from '../../support/graphql.ts'
import { wholeTeam } from '../../support/whole-team.ts'
import { memberToken } from './member.ts'

const api = await startGraphql()
const mine = await wholeTeam(api.db)
const theirs = await wholeTeam(api.db)
const service = mine.ids.get('service_instances')!

async function change(query: string, variables?: Readonly<Record<string, unknown>>, token = mine.token) {
  const { data, errors } = await api.ask(token, query, variables)
  expect(errors).toBeUndefined()
  return data
}

const refusalOf = async (query: string, variables?: Readonly<Record<string, unknown>>, token = mine.token) => {
  const { data, errors } = await api.ask(token, query, variables)
  expect(Object.values(data ?? { none: null })).toEqual([null])
  return errors!.map(({ message, extensions }) => ({ message, ...extensions }))
}

describe('the schema', () => {
  const schema = createGraphqlSchema()
  const mutations = schema.getMutationType()!.getFields()

  it('offers exactly what the descriptions offer', () => {
    const described = resources.flatMap((resource) => [
      ...(resource.create === undefined ? [] : [`${resource.type}.create`]),
      ...(resource.update === undefined ? [] : [`${resource.type}.update`]),
      ...(resource.remove === undefined ? [] : [`${resource.type}.delete`]),
      ...Object.keys({ ...resource.actions, ...resource.collectionActions }).map((action) => `${resource.type}.${action}`),
    ])
    const names = described.map((name) => name.split('.')).map(([type, verb]) => `${camelName(singularOf(type!))}${pascalName(verb!)}`)
    expect(Object.keys(mutations).toSorted()).toEqual(names.toSorted())
    expect(names.length).toBeGreaterThan(30)
  })

  it('takes exactly what the descriptions take', () => {
    for (const resource of resources)
      for (const [verb, described] of Object.entries({
        create: resource.create,
        update: resource.update,
        ...resource.actions,
        ...resource.collectionActions,
      })) {
        if (described === undefined) continue
        const name = `${pascalName(singularOf(resource.type))}${pascalName(verb)}Input`
        const input = schema.getType(name) as GraphQLInputObjectType | undefined
        const taken = [...Object.keys(described.attributes), ...Object.keys(described.relationships ?? {})]
        expect([name, Object.keys(input?.getFields() ?? {}).toSorted()]).toEqual([name, taken.map(camelName).toSorted()])
      }
  })

  it('answers each with the resource or an operation', () => {
    for (const { name, type } of Object.values(mutations))
      expect([name, Object.keys((type as GraphQLObjectType).getFields()).includes('operation')]).toEqual([name, true])
  })
})

describe('a mutation', () => {
  it('makes a resource and answers it as JSON:API then shows it', async () => {
    const { workspaceCreate } = await change(
      'mutation ($input: WorkspaceCreateInput!) { workspaceCreate(input: $input) { workspace { id name forge deploymentEnvironment autoDeployEnabled } operation { id } } }',
      { input: { name: 'made-here', deploymentEnvironment: 'staging', autoDeployEnabled: false } },
    )
    const { id, ...shown } = workspaceCreate.workspace
    const { body } = await api.jsonapi(mine.token, `/workspaces/${id}`)
    expect(shown).toEqual({
      name: body.data.attributes.name,
      forge: body.data.attributes.forge,
      deploymentEnvironment: body.data.attributes.deployment_environment,
      autoDeployEnabled: body.data.attributes.auto_deploy_enabled,
    })
    expect(shown).toMatchObject({ name: 'made-here', deploymentEnvironment: 'staging', autoDeployEnabled: false })
    expect(workspaceCreate.operation).toBeNull()
    const audit = await api.db.selectFrom('auditEvents').select(['action', 'actor']).where('subjectId', '=', id).execute()
    expect(audit).toEqual([{ action: 'workspaces.create', actor: 'owner' }])
  })

  it('changes one, and sees it changed', async () => {
    const { workspaceUpdate } = await change(
      'mutation ($id: ID!) { workspaceUpdate(id: $id, input: { deploymentEnvironment: development }) { workspace { id deploymentEnvironment } } }',
      { id: mine.ids.get('workspaces') },
    )
    expect(workspaceUpdate.workspace).toEqual({ id: mine.ids.get('workspaces'), deploymentEnvironment: 'development' })
  })

  it('acts, and answers the operation that JSON:API shows; the same key finds it again', async () => {
    const query =
      'mutation ($id: ID!, $key: String) { serviceInstanceStop(id: $id, idempotencyKey: $key) { serviceInstance { id desiredState } operation { id kind state serviceInstanceId } } }'
    const key = newId()
    const first = await change(query, { id: service, key })
    expect(first.serviceInstanceStop).toEqual({
      serviceInstance: { id: service, desiredState: 'stopped' },
      operation: { id: expect.any(String), kind: 'stop_service', state: 'queued', serviceInstanceId: service },
    })
    expect(await change(query, { id: service, key })).toEqual(first)
    const { body } = await api.jsonapi(mine.token, `/operations/${first.serviceInstanceStop.operation.id}`)
    expect(body.data.attributes.kind).toBe('stop_service')
    const other = 'mutation ($id: ID!, $key: String) { serviceInstanceDeploy(id: $id, idempotencyKey: $key) { operation { id } } }'
    expect(await refusalOf(other, { id: service, key })).toMatchObject([{ code: 'IDEMPOTENCY_KEY_REUSED' }])
    expect(await refusalOf(other, { id: service, key: 'nö' })).toMatchObject([
      { code: 'BAD_REQUEST', problems: [{ source: { parameter: 'idempotencyKey' } }] },
    ])
  })

  it('shows a token once', async () => {
    const { apiTokenCreate } = await change(
      'mutation { apiTokenCreate(input: { name: "ci", scopes: [read] }) { apiToken { id name scopes start } once } }',
    )
    expect(apiTokenCreate.apiToken).toMatchObject({ name: 'ci', scopes: ['read'] })
    const [token] = Object.values(apiTokenCreate.once as Record<string, string>)
    expect((await api.ask(token!, '{ viewer { scopes } }')).data).toEqual({ viewer: { scopes: ['read'] } })
    const deleted = await change('mutation ($id: ID!) { apiTokenDelete(id: $id) { id operation { id } } }', {
      id: apiTokenCreate.apiToken.id,
    })
    expect(deleted.apiTokenDelete).toEqual({ id: apiTokenCreate.apiToken.id, operation: null })
    expect((await api.ask(token!, '{ viewer { scopes } }')).errors).toMatchObject([{ extensions: { code: 'UNAUTHORIZED' } }])
  })

  it('of another team’s resource is like one of a resource that is not there', async () => {
    const query = 'mutation ($id: ID!) { serviceInstanceStop(id: $id) { operation { id } } }'
    const foreign = await refusalOf(query, { id: theirs.ids.get('service_instances') })
    expect(foreign).toEqual(await refusalOf(query, { id: newId() }))
    expect(foreign).toMatchObject([{ code: 'NOT_FOUND', message: 'there is no resource of type service_instances with this id' }])
    const related = await refusalOf(
      'mutation ($input: EnvironmentCreateInput!) { environmentCreate(input: $input) { environment { id } } }',
      {
        input: { name: 'staging', branch: 'staging', workspace: theirs.ids.get('workspaces') },
      },
    )
    expect(related).toMatchObject([{ code: 'NOT_FOUND', problems: [{ source: { pointer: '/input/workspace' } }] }])
  })

  it('without the right is refused in words before its input is looked at', async () => {
    const token = await memberToken(api.db, mine.teamId)
    expect(
      await refusalOf(
        'mutation ($id: ID!) { serviceInstanceScale(id: $id, input: { replicas: -5 }) { operation { id } } }',
        { id: service },
        token,
      ),
    ).toMatchObject([
      { code: 'FORBIDDEN', message: expect.stringContaining('needs the permission scale_service for this service or its workspace') },
    ])
    expect(await refusalOf('mutation { workspaceCreate(input: { name: "UPPER" }) { workspace { id } } }', {}, token)).toMatchObject([
      { code: 'FORBIDDEN' },
    ])
    const deploying = await memberToken(
      api.db,
      mine.teamId,
      [{ workspaceId: mine.ids.get('workspaces')!, permission: 'scale_service' }],
      ['read'],
    )
    expect(
      await refusalOf(
        'mutation ($id: ID!) { serviceInstanceScale(id: $id, input: { replicas: 1 }) { operation { id } } }',
        { id: service },
        deploying,
      ),
    ).toMatchObject([{ code: 'FORBIDDEN', message: expect.stringContaining('it was made without the scope deploy') }])
  })

  it('with wrong input is told everything that is wrong, where the input has it', async () => {
    const refusals = await refusalOf('mutation ($input: WorkspaceCreateInput!) { workspaceCreate(input: $input) { workspace { id } } }', {
      input: { name: 'UPPER', containerRegistryUrl: 'javascript:alert(1)' },
    })
    expect(refusals).toMatchObject([
      {
        code: 'INVALID',
        problems: [
          { source: { pointer: '/input/name' }, message: expect.stringContaining('name is "UPPER"') },
          { source: { pointer: '/input/containerRegistryUrl' }, message: expect.stringContaining('container_registry_url is') },
        ],
      },
    ])
  })

  it('with input of a wrong type is told where, and what was sent is not repeated', async () => {
    const query = 'mutation ($input: SecretCreateInput!) { secretCreate(input: $input) { secret { id } } }'
    const { data, errors } = await api.ask(mine.token, query, { input: { name: 'A', value: ['canary-4711'], owner: 'me' } })
    expect(data).toBeUndefined()
    expect(errors).toMatchObject([
      {
        extensions: {
          code: 'BAD_REQUEST',
          problems: expect.arrayContaining([
            {
              source: { pointer: '/variables/input/value' },
              message: 'the variable input.value: String cannot represent a non string value',
            },
            {
              source: { pointer: '/variables/input' },
              message: 'the variable input: Field "owner" is not defined by type "SecretCreateInput"',
            },
          ]),
        },
      },
    ])
    expect(JSON.stringify(errors)).not.toContain('canary-4711')
  })

  it('cannot set what the description does not take', async () => {
    const { data, errors } = await api.ask(
      mine.token,
      'mutation { workspaceCreate(input: { name: "x", teamId: "y" }) { workspace { id } } }',
    )
    expect(data).toBeUndefined()
    expect(errors).toMatchObject([
      { message: 'Field "teamId" is not defined by type "WorkspaceCreateInput".', extensions: { code: 'BAD_REQUEST' } },
    ])
  })

  it('that fails leaves the others of its request as they were made, one after the other', async () => {
    const { data, errors } = await api.ask(
      mine.token,
      'mutation { a: workspaceCreate(input: { name: "one" }) { workspace { name } } b: workspaceCreate(input: { name: "one" }) { workspace { name } } c: workspaceCreate(input: { name: "two" }) { workspace { name } } }',
    )
    expect(data).toEqual({ a: { workspace: { name: 'one' } }, b: null, c: { workspace: { name: 'two' } } })
    expect(errors).toMatchObject([{ path: ['b'], extensions: { code: 'CONFLICT' } }])
  })
})
