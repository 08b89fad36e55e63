// Alert rules: made, looked at by the clock, opening one alert and resolving it when it is over.
import { beforeAll, describe, expect, it } from 'vitest'
import { createLog } from '../../../src/log.ts'
import { lookAtAlerts } from '../../../src/watch/alerts.ts'
import { startApi, type TestApi } from '../../support/api.ts'
import { endedRelease, problemsIn, type Scene, scene, told } from './acting.ts'

let api: TestApi
let ada: Scene
beforeAll(async () => {
  api = await startApi()
  ada = await scene(api)
})

const look = () => lookAtAlerts({ db: api.db, log: createLog('silent') })
const alertsOf = (rule: string) =>
  api.db.selectFrom('alerts').select(['state', 'words', 'value']).where('alertRuleId', '=', rule).orderBy('openedAt').execute()

async function rule(attributes: Readonly<Record<string, unknown>>, related: Parameters<Scene['create']>[2] = {}): Promise<string> {
  const made = await ada.create('alert_rules', { name: 'a rule', ...attributes }, related)
  expect(made.status).toBe(201)
  return made.body.data.id as string
}

describe('a rule', () => {
  it('says which metric and how much only when it is about one', async () => {
    expect(problemsIn(await ada.create('alert_rules', { name: 'x', condition: 'metric_above', threshold: 1 }))).toEqual([
      '/data/attributes metric_type is null, and must be given with metric_above',
    ])
    expect(problemsIn(await ada.create('alert_rules', { name: 'x', condition: 'service_stopped', metric_type: 'cpu' }))).toEqual([
      '/data/attributes/metric_type metric_type is "cpu", and must be left out with service_stopped',
    ])
    expect(
      problemsIn(
        await ada.create(
          'alert_rules',
          { name: 'x', condition: 'service_stopped' },
          { workspace: ['workspaces', ada.workspace.id], environment: ['environments', ada.environment.id] },
        ),
      ),
    ).toEqual([
      '/data/relationships/environment environment is given beside workspace, and a rule is about one of them, or about the whole team',
    ])
  })

  it('is changed and removed, with its alerts', async () => {
    const id = await rule({ condition: 'service_stopped' })
    expect((await ada.patch('alert_rules', id, { for_seconds: 60, name: 'slow' })).body.data.attributes).toMatchObject({
      name: 'slow',
      for_seconds: 60,
    })
    expect((await ada.patch('alert_rules', id, { threshold: 3 })).status).toBe(422)
    expect((await ada.remove(`/alert_rules/${id}`)).status).toBe(204)
    expect((await ada.get(`/alert_rules/${id}`)).status).toBe(404)
  })
})

describe('an alert', () => {
  it('is opened once, can be acknowledged, and is resolved when it is over', async () => {
    const service = await ada.service({ name: 'shop', healthStatus: 'unhealthy', statusReason: 'GET /healthz gave 500' })
    const id = await rule({ condition: 'service_unhealthy' }, { service_instance: ['service_instances', service] })
    await Promise.all([look(), look()])
    await look()
    const [opened, ...others] = await alertsOf(id)
    expect([opened, others]).toMatchObject([
      {
        state: 'open',
        words: expect.stringMatching(
          new RegExp(`^shop of ${ada.workspace.name} production is unhealthy.*: GET /healthz gave 500\\. Look at its log`),
        ),
      },
      [],
    ])
    const { body } = await ada.get(`/alerts?filter[state]=open`)
    const alert = body.data[0].id
    expect((await ada.post(`/alerts/${alert}/acknowledge`)).body.data.attributes.state).toBe('acknowledged')
    await look()
    await api.db.updateTable('serviceInstances').set({ healthStatus: 'healthy' }).where('id', '=', service).execute()
    await look()
    expect(await alertsOf(id)).toMatchObject([{ state: 'resolved' }])
    expect(told(await ada.post(`/alerts/${alert}/acknowledge`))).toBe(
      '409 state_conflict: this alert is resolved; only an open one can be acknowledged',
    )
  })

  it('of a service that a person stopped is not opened', async () => {
    const service = await ada.service({ status: 'stopped', desiredState: 'stopped' })
    const id = await rule({ condition: 'service_stopped' }, { service_instance: ['service_instances', service] })
    await look()
    expect(await alertsOf(id)).toEqual([])
  })

  it('of a metric needs every measurement of the time to be beyond the threshold', async () => {
    const service = await ada.service({ name: 'busy' })
    const place = { service_instance: ['service_instances', service] as const }
    const [now, minute] = [
      await rule({ condition: 'metric_above', metric_type: 'cpu', threshold: 80 }, place),
      await rule({ condition: 'metric_above', metric_type: 'cpu', threshold: 80, for_seconds: 60 }, place),
    ]
    const measure = (value: number, secondsAgo: number) =>
      api.db
        .insertInto('serviceMetrics')
        .values({
          teamId: ada.teamId,
          serviceInstanceId: service,
          metricType: 'cpu',
          value,
          unit: 'percent',
          recordedAt: new Date(Date.now() - secondsAgo * 1_000),
        })
        .execute()
    await measure(95, 1)
    await look()
    expect([await alertsOf(now), await alertsOf(minute)]).toMatchObject([
      [
        {
          state: 'open',
          value: 95,
          words: `cpu of busy of ${ada.workspace.name} production is 95 %, above 80 %. Scale it, raise its limits, or find out why`,
        },
      ],
      [],
    ])
    for (const secondsAgo of [20, 40, 61, 80]) await measure(90, secondsAgo)
    await look()
    expect(await alertsOf(minute)).toMatchObject([{ state: 'open' }])
    await measure(10, 0)
    await look()
    expect([await alertsOf(now), await alertsOf(minute)]).toMatchObject([[{ state: 'resolved' }], [{ state: 'resolved' }]])
  })

  it('of a failed release is about the newest one of each environment', async () => {
    const bob = await scene(api)
    const made = await bob.create(
      'alert_rules',
      { name: 'broken', condition: 'release_failed' },
      { workspace: ['workspaces', bob.workspace.id] },
    )
    const failed = await endedRelease(api, { environment: bob.environment, state: 'failed', digit: '5' })
    await api.db.updateTable('releases').set({ reason: 'api did not build' }).where('id', '=', failed.id).execute()
    await look()
    expect(await alertsOf(made.body.data.id)).toMatchObject([
      { state: 'open', words: `The newest release of ${bob.workspace.name} production failed: api did not build` },
    ])
    await endedRelease(api, { environment: bob.environment, state: 'live', digit: '6' })
    await look()
    expect(await alertsOf(made.body.data.id)).toMatchObject([{ state: 'resolved' }])
  })

  it('is over when its rule is switched off', async () => {
    const service = await ada.service({ status: 'error' })
    const id = await rule({ condition: 'service_stopped' }, { service_instance: ['service_instances', service] })
    await look()
    expect(await alertsOf(id)).toMatchObject([{ state: 'open' }])
    await ada.patch('alert_rules', id, { is_enabled: false })
    await look()
    expect(await alertsOf(id)).toMatchObject([{ state: 'resolved' }])
  })
})
