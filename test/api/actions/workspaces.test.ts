// What may be asked of workspaces and of what they hold.
import { beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { startApi, type TestApi } from '../../support/api.ts'
import { problemsIn, scene, told } from './acting.ts'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})

const freshName = () => `w-${newId().slice(-10)}`

describe('a workspace', () => {
  it('is made empty, to be pushed to', async () => {
    const ada = await scene(api)
    const name = freshName()
    const made = await ada.create('workspaces', { name, default_branch: 'trunk', default_resource_limits: { memory: '256Mi' } })
    expect([made.status, made.body.data.attributes]).toMatchObject([
      201,
      { name, forge: 'git', default_branch: 'trunk', default_resource_limits: { memory: '256Mi' } },
    ])
    expect(told(await ada.create('workspaces', { name }))).toBe(
      `409 conflict: the name ${name} is taken; choose another name: host names are made of it`,
    )
    expect(problemsIn(await ada.create('workspaces', { name: freshName(), repository_name: 'octo/shop' }))).toEqual([
      '/data/attributes/repository_name repository_name is "octo/shop", and must be left out without a forge_connection',
    ])
  })

  it('is made for a repository at a Git host, once', async () => {
    const ada = await scene(api)
    const connection = newId()
    const row = {
      id: connection,
      teamId: ada.teamId,
      forge: 'github' as const,
      name: freshName(),
      apiUrl: 'https://api.github.com',
      webhookSecret: Buffer.from('x'),
    }
    await api.db.insertInto('forgeConnections').values(row).execute()
    const place = { forge_connection: ['forge_connections', connection] as const }
    const attributes = () => ({ name: freshName(), repository_id: '42', repository_name: 'octo/shop' })
    const made = await ada.create('workspaces', attributes(), place)
    expect([made.status, made.body.data.attributes]).toMatchObject([
      201,
      { forge: 'github', connection: row.name, repository_name: 'octo/shop' },
    ])
    expect(told(await ada.create('workspaces', attributes(), place))).toBe(
      '409 conflict: octo/shop is connected already; use its workspace',
    )
    expect((await ada.create('workspaces', { name: freshName() }, place)).status).toBe(422)
    const bob = await scene(api)
    expect((await bob.create('workspaces', { ...attributes(), repository_id: '43' }, place)).status).toBe(404)
  })

  it('changes how it is deployed, and production follows its default branch', async () => {
    const ada = await scene(api)
    const { id } = ada.workspace
    const changed = await ada.patch('workspaces', id, {
      auto_deploy_enabled: false,
      deployment_environment: 'staging',
      default_branch: 'trunk',
    })
    expect([changed.status, changed.body.data.attributes]).toMatchObject([
      200,
      { auto_deploy_enabled: false, deployment_environment: 'staging', default_branch: 'trunk' },
    ])
    expect((await ada.get(`/environments/${ada.environment.id}`)).body.data.attributes.ref).toBe('refs/heads/trunk')
    expect(problemsIn(await ada.patch('workspaces', id, { default_resource_limits: { memory: 'lots' } }))).toEqual([
      '/data/attributes/default_resource_limits/memory default_resource_limits.memory is "lots", and must be an amount with a unit (Ki, Mi, Gi, k, M, G), such as "512Mi"',
    ])
    expect((await ada.patch('workspaces', id, { name: 'other' })).status).toBe(422)
  })

  it('is deployed unless its containers are off', async () => {
    const ada = await scene(api)
    const at = `/workspaces/${ada.workspace.id}`
    expect(told(await ada.post(`${at}/deploy_services`))).toBe('202 deploy_workspace queued')
    await ada.patch('workspaces', ada.workspace.id, { container_enabled: false })
    await api.db
      .updateTable('operations')
      .set({ state: 'succeeded', finishedAt: new Date() })
      .where('workspaceId', '=', ada.workspace.id)
      .execute()
    expect(told(await ada.post(`${at}/deploy_services`))).toMatch(/^409 state_conflict: containers are off for/)
    expect(told(await ada.post(`/environments/${ada.environment.id}/deploy`))).toMatch(/^409 state_conflict: containers are off for/)
  })

  it('stops every service that should run', async () => {
    const ada = await scene(api)
    const [one, two] = [await ada.service(), await ada.service({ desiredState: 'destroyed' })]
    expect(told(await ada.post(`/workspaces/${ada.workspace.id}/stop_services`, { reason: 'night' }))).toBe('202 stop_workspace queued')
    const rows = await api.db
      .selectFrom('serviceInstances')
      .select(['id', 'desiredState', 'desiredReason'])
      .where('id', 'in', [one, two])
      .orderBy('id')
      .execute()
    expect(rows).toEqual([
      { id: one, desiredState: 'stopped', desiredReason: 'night' },
      { id: two, desiredState: 'destroyed', desiredReason: null },
    ])
  })

  it('is analyzed at a branch, once however often it is asked', async () => {
    const ada = await scene(api)
    const place = { workspace: ['workspaces', ada.workspace.id] as const }
    const asked = [
      await ada.post(`/workspaces/${ada.workspace.id}/analyze_topology`),
      await ada.create('topology_detections/analyze', {}, place),
      await ada.post(`/workspaces/${ada.workspace.id}/analyze_topology`, { branch: 'next' }),
    ]
    expect(asked.map(told)).toEqual(Array(3).fill('202 analyze_topology queued'))
    expect(asked[1]!.body.data.id).toBe(asked[0]!.body.data.id)
    const inputs = await api.db.selectFrom('operations').select('input').where('workspaceId', '=', ada.workspace.id).orderBy('id').execute()
    expect(inputs.map(({ input }) => input)).toEqual([{ ref: 'refs/heads/main' }, { ref: 'refs/heads/next' }])
  })

  it('is deleted while services should run only when its name confirms it', async () => {
    const ada = await scene(api)
    await ada.service()
    const at = `/workspaces/${ada.workspace.id}`
    expect(told(await ada.remove(at))).toMatch(/^409 state_conflict: 1 service of .* should run; stop them first, or send meta\.confirm/)
    expect((await ada.remove(at, { confirm: 'other' })).status).toBe(409)
    expect(told(await ada.remove(at, { confirm: ada.workspace.name }))).toBe('202 delete_workspace queued')
  })

  it('tells how everything of it stands in one document', async () => {
    const ada = await scene(api)
    const id = await ada.service({ url: 'http://x', scalingConfig: JSON.stringify({ replicas: 2 }), statusReason: '2 of 2 copies run' })
    const { body } = await ada.get(`/workspaces/${ada.workspace.id}/service_status`)
    expect(body.data).toMatchObject({ type: 'service_statuses', id: ada.workspace.id })
    expect(body.data.attributes).toEqual({
      workspace: ada.workspace.name,
      environments: [
        {
          ...{ id: ada.environment.id, name: 'production', ref: 'refs/heads/main', paused_by: null, pause_reason: null },
          live_release: expect.objectContaining({ id: ada.live.id, state: 'live' }),
          latest_release: expect.objectContaining({ id: ada.live.id }),
          services: [
            expect.objectContaining({
              id,
              status: 'running',
              health_status: 'unknown',
              desired_state: 'running',
              words: '2 of 2 copies run',
              url: 'http://x',
              copies: 2,
            }),
          ],
        },
      ],
    })
    expect((await (await scene(api)).get(`/workspaces/${ada.workspace.id}/service_status`)).status).toBe(404)
  })
})
