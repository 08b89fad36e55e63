// What may be asked of environments, releases and deliveries, in which state, and what is stored then.
import { beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { startApi, type TestApi } from '../../support/api.ts'
import { endedRelease, problemsIn, type Scene, scene, told } from './acting.ts'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})

const environmentOf = ({ environment }: Scene) =>
  api.db.selectFrom('environments').selectAll().where('id', '=', environment.id).executeTakeFirstOrThrow()
const nothing = { data: { type: 'environments', id: newId(), attributes: {} } }

describe('an environment', () => {
  it('is made for a branch that has none', async () => {
    const ada = await scene(api)
    const place = { workspace: ['workspaces', ada.workspace.id] as const }
    const made = await ada.create('environments', { name: 'staging', branch: 'develop' }, place)
    expect([made.status, made.body.data.attributes]).toMatchObject([201, { name: 'staging', ref: 'refs/heads/develop', kind: 'branch' }])
    expect(told(await ada.create('environments', { name: 'staging', branch: 'other' }, place))).toBe(
      '409 conflict: an environment named staging exists already; choose another name',
    )
    expect(told(await ada.create('environments', { name: 'again', branch: 'develop' }, place))).toBe(
      '409 conflict: staging follows refs/heads/develop already; a branch has one environment',
    )
    expect(told(await ada.create('environments', { name: 'live', branch: 'main' }, place))).toMatch(
      /^409 conflict: production is the environment of the default branch/,
    )
    expect((await ada.create('environments', { name: 'bad', branch: 'a..b' }, place)).status).toBe(422)
    expect((await ada.create('environments', { name: 'Bad Name', branch: 'b' }, place)).status).toBe(422)
  })

  it('follows another branch when it is told to, but for production', async () => {
    const ada = await scene(api)
    const made = await ada.create('environments', { name: 'staging', branch: 'develop' }, { workspace: ['workspaces', ada.workspace.id] })
    const { id } = made.body.data
    expect((await ada.patch('environments', id, { branch: 'next' })).body.data.attributes.ref).toBe('refs/heads/next')
    expect(problemsIn(await ada.patch('environments', id, { branch: 'main' }))).toEqual([
      '/data/attributes/branch branch is "main", and production follows it already',
    ])
    expect(told(await ada.patch('environments', ada.environment.id, { branch: 'x' }))).toMatch(/^409 state_conflict: production follows/)
  })

  it('is paused once, by somebody and for a reason, and is not deployed meanwhile', async () => {
    const ada = await scene(api)
    const at = `/environments/${ada.environment.id}`
    expect((await ada.post(`${at}/pause`, {})).status).toBe(422)
    expect(told(await ada.post(`${at}/pause`, { reason: 'moving house' }))).toBe('202 pause_environment queued')
    expect(await environmentOf(ada)).toMatchObject({ pausedBy: 'ada', pauseReason: 'moving house' })
    const refusals = [
      await ada.post(`${at}/pause`, { reason: 'again' }),
      await ada.post(`${at}/deploy`),
      await ada.post(`/service_instances/${await ada.service()}/deploy`),
    ]
    expect(refusals.map(told)).toEqual([
      '409 state_conflict: production is paused by ada: moving house already; resume it first',
      '409 state_conflict: production is paused by ada: moving house; resume it first',
      '409 state_conflict: production is paused by ada: moving house; resume it first',
    ])
    expect(told(await ada.post(`${at}/resume`))).toBe('202 resume_environment queued')
    expect(await environmentOf(ada)).toMatchObject({ pausedBy: null, pausedAt: null, pauseReason: null })
    expect(told(await ada.post(`${at}/deploy`))).toBe('202 deploy_environment queued')
  })

  it('is resumed only when it is paused', async () => {
    const ada = await scene(api)
    expect(told(await ada.post(`/environments/${ada.environment.id}/resume`))).toBe('409 state_conflict: production is not paused')
  })

  it('that is deleted takes no commit any more, and asking twice is asking once', async () => {
    const ada = await scene(api)
    const asked = [await ada.remove(`/environments/${ada.environment.id}`), await ada.remove(`/environments/${ada.environment.id}`)]
    expect(asked.map(told)).toEqual(['202 delete_environment queued', '202 delete_environment queued'])
    expect(new Set(asked.map(({ body }) => body.data.id)).size).toBe(1)
    expect(await environmentOf(ada)).toMatchObject({ pauseReason: 'it is being deleted' })
  })

  it('of another team is one that does not exist', async () => {
    const [ada, bob] = [await scene(api), await scene(api)]
    const answers = []
    for (const id of [ada.environment.id, nothing.data.id])
      answers.push([
        await bob.post(`/environments/${id}/pause`, { reason: 'x' }),
        await bob.remove(`/environments/${id}`),
        await bob.patch('environments', id, {}),
      ])
    expect(answers[0]!.map(({ status, text }) => [status, text])).toEqual(answers[1]!.map(({ text }) => [404, text]))
    expect(await environmentOf(ada)).toMatchObject({ pausedAt: null })
  })
})

describe('a release', () => {
  it('runs again when it was live once, and is not what runs now', async () => {
    const ada = await scene(api)
    const told_ = []
    for (const state of ['replaced', 'unchanged', 'failed', 'skipped', 'superseded'] as const) {
      const { id } = await endedRelease(api, { environment: ada.environment, state, digit: '2' })
      told_.push(told(await ada.post(`/releases/${id}/rollback`)))
    }
    told_.push(told(await ada.post(`/releases/${ada.live.id}/rollback`)))
    const refused = (state: string) =>
      `409 state_conflict: 2222222 cannot run again: it is ${state}: it was never live; those that can have is_kept; \`kyozo rollback --list\` names them`
    expect(told_).toEqual([
      '202 rollback_release queued',
      '202 rollback_release queued',
      refused('failed'),
      refused('skipped'),
      refused('superseded'),
      '409 state_conflict: 1111111 is what runs in production now; choose an earlier release',
    ])
  })

  it('is cancelled while it waits or runs, and not afterwards', async () => {
    const ada = await scene(api)
    const { id } = await endedRelease(api, { environment: ada.environment, state: 'queued', digit: '3' })
    expect(told(await ada.post(`/releases/${id}/cancel`))).toBe('202 cancel_release queued')
    const row = await api.db.selectFrom('releases').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
    expect([row.cancelRequestedBy, row.cancelRequestedAt === null]).toEqual(['ada', false])
    expect(told(await ada.post(`/releases/${ada.live.id}/cancel`))).toBe(
      '409 state_conflict: this release has ended: it is live; one that is queued or running can be cancelled',
    )
  })
})

describe('a delivery', () => {
  it('is replayed once it has been decided', async () => {
    const ada = await scene(api)
    const id = newId()
    const row = {
      id,
      teamId: ada.teamId,
      workspaceId: ada.workspace.id,
      forge: 'git' as const,
      deliveryId: id,
      event: 'push',
      headers: '{}',
      body: Buffer.from('{}'),
    }
    await api.db
      .insertInto('deliveries')
      .values({ ...row, decision: 'accepted', reason: 'queued' })
      .execute()
    expect(told(await ada.post(`/deliveries/${id}/replay`))).toMatch(
      /^409 state_conflict: this delivery is being decided for the first time/,
    )
    await api.db.updateTable('deliveries').set({ processedAt: new Date() }).where('id', '=', id).execute()
    expect(told(await ada.post(`/deliveries/${id}/replay`))).toBe('202 replay_delivery queued')
  })
})
