// What may be asked of a service, in which state, and what comes of asking twice.
import { beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { startApi, type TestApi } from '../../support/api.ts'
import { problemsIn, type Scene, scene, told } from './acting.ts'

let api: TestApi
let ada: Scene
beforeAll(async () => {
  api = await startApi()
  ada = await scene(api)
})

const rowOf = (id: string) => api.db.selectFrom('serviceInstances').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
const nameOf = async (id: string) => (await rowOf(id)).name
const operationsOf = (id: string) => api.db.selectFrom('operations').selectAll().where('serviceInstanceId', '=', id).execute()

describe('an action on a service', () => {
  const actions = { deploy: {}, start: {}, stop: {}, restart: {}, scale: { replicas: 2 } }
  it.each([
    [
      'running',
      'running',
      ['202 deploy_service queued', 'runs already', '202 stop_service queued', '202 restart_service queued', '202 scale_service queued'],
    ],
    [
      'stopped',
      'stopped',
      [
        'is stopped; start it first',
        '202 start_service queued',
        'is stopped already',
        'is stopped; start it instead',
        'is stopped; start it first',
      ],
    ],
    [
      'error',
      'running',
      [
        '202 deploy_service queued',
        '202 start_service queued',
        '202 stop_service queued',
        '202 restart_service queued',
        '202 scale_service queued',
      ],
    ],
    ['running', 'destroyed', Array(5).fill('was destroyed; create it again to bring it back')],
  ] as const)('on one that is %s and should be %s is taken or refused with the reason', async (status, desiredState, expected) => {
    const answers = []
    for (const [action, attributes] of Object.entries(actions)) {
      const id = await ada.service({ status, desiredState })
      const answer = await ada.post(`/service_instances/${id}/${action}`, attributes)
      answers.push(told(answer).replace(`409 state_conflict: ${await nameOf(id)} `, ''))
    }
    expect(answers).toEqual(expected)
  })

  it('on one that the repository no longer has is refused', async () => {
    const id = await ada.service({ removedAt: new Date() })
    expect(told(await ada.post(`/service_instances/${id}/stop`))).toBe(
      `409 state_conflict: ${await nameOf(id)} is no longer in the repository`,
    )
  })

  it('on another team’s is answered as on one that does not exist', async () => {
    const other = await scene(api)
    const theirs = await other.service()
    const [foreign, missing] = [await ada.post(`/service_instances/${theirs}/stop`), await ada.post(`/service_instances/${newId()}/stop`)]
    expect([foreign.status, foreign.text]).toEqual([404, missing.text])
    expect((await rowOf(theirs)).desiredState).toBe('running')
  })

  it('stores what is wanted, by whom and why, with the operation and an entry of the audit trail', async () => {
    const id = await ada.service()
    const answer = await ada.post(`/service_instances/${id}/stop`, { reason: 'too loud' })
    expect(answer.headers.get('content-location')).toBe(`/api/v1/operations/${answer.body.data.id}`)
    expect(await rowOf(id)).toMatchObject({ desiredState: 'stopped', desiredBy: 'ada', desiredReason: 'too loud' })
    const [operation] = await operationsOf(id)
    expect(operation).toMatchObject({
      kind: 'stop_service',
      state: 'queued',
      input: { reason: 'too loud' },
      environmentId: ada.environment.id,
      requestedBy: 'ada',
    })
    const audited = await api.db.selectFrom('auditEvents').selectAll().where('subjectId', '=', id).execute()
    expect(audited).toMatchObject([
      { action: 'service_instances.stop', actor: 'ada', subjectName: await nameOf(id), details: { reason: 'too loud' } },
    ])
  })

  it('names what it does not take', async () => {
    const id = await ada.service()
    expect((await ada.post(`/service_instances/${id}/stop`, { force: true })).status).toBe(422)
    expect((await ada.post(`/service_instances/${id}/scale`, {})).status).toBe(422)
  })
})

describe('a hundred deploys at once', () => {
  it('of one service are one operation', async () => {
    const id = await ada.service()
    const answers = await Promise.all(Array.from({ length: 100 }, () => ada.post(`/service_instances/${id}/deploy`)))
    expect(new Set(answers.map(told))).toEqual(new Set(['202 deploy_service queued']))
    expect(new Set(answers.map(({ body }) => body.data.id)).size).toBe(1)
    expect((await operationsOf(id)).length).toBe(1)
  })
})

describe('what is asked for while the same is under way', () => {
  it('is not lost when somebody has asked for the contrary in between', async () => {
    const id = await ada.service()
    const first = await ada.post(`/service_instances/${id}/stop`)
    await ada.post(`/service_instances/${id}/start`)
    const again = await ada.post(`/service_instances/${id}/stop`)
    expect(told(again)).toBe('202 stop_service queued')
    expect(again.body.data.id).not.toBe(first.body.data.id)
    expect((await rowOf(id)).desiredState).toBe('stopped')
  })

  it('is an operation of its own when it has an Idempotency-Key', async () => {
    const id = await ada.service()
    const deploy = (key: string) => ada.post(`/service_instances/${id}/deploy`, {}, { headers: { 'Idempotency-Key': `${key}-${id}` } })
    const [one, other] = [await deploy('one'), await deploy('other')]
    expect(other.body.data.id).not.toBe(one.body.data.id)
    await api.db.updateTable('operations').set({ state: 'succeeded', finishedAt: new Date() }).where('serviceInstanceId', '=', id).execute()
    expect((await deploy('other')).body.data.id).toBe(other.body.data.id)
  })
})

describe('the same Idempotency-Key', () => {
  it('finds the first operation, although the state has changed since', async () => {
    const id = await ada.service()
    const stop = () => ada.post(`/service_instances/${id}/stop`, {}, { headers: { 'Idempotency-Key': `stop ${id}`.replace(' ', '-') } })
    const first = await stop()
    await api.db.updateTable('serviceInstances').set({ status: 'stopped' }).where('id', '=', id).execute()
    await api.db.updateTable('operations').set({ state: 'succeeded', finishedAt: new Date() }).where('serviceInstanceId', '=', id).execute()
    const again = await stop()
    expect([again.status, again.body.data.id]).toEqual([202, first.body.data.id])
  })

  it('is refused for another request', async () => {
    const [one, other] = [await ada.service(), await ada.service()]
    const headers = { 'Idempotency-Key': newId() }
    await ada.post(`/service_instances/${one}/stop`, {}, { headers })
    const refused = await ada.post(`/service_instances/${other}/stop`, {}, { headers })
    expect([refused.status, refused.body.errors[0].code]).toEqual([422, 'idempotency_key_reused'])
    expect((await rowOf(other)).desiredState).toBe('running')
  })
})

describe('settings', () => {
  it('are told what is wrong with them, all at once', async () => {
    const id = await ada.service()
    const answer = await ada.patch('service_instances', id, {
      port_mappings: [
        { container: 80, host: 22 },
        { container: 80, protocol: 'sctp' },
        { container: 443, host: 80_000 },
      ],
      resource_limits: { memory: '1Mi', cpu: '-1', disk: '1Gi' },
      environment_variables: { PATH: '/bin', 'A B': '1', API_TOKEN: 'abc', LD_PRELOAD: 'x', OK: 'fine' },
      health_check_config: { kind: 'http', path: 'healthz' },
      scaling_config: { replicas: 101 },
    })
    expect(answer.status).toBe(422)
    expect(problemsIn(answer).sort()).toMatchInlineSnapshot(`
      [
        "/data/attributes/environment_variables/A B "A B" is not the name of a variable: letters, digits and underscores, not beginning with a digit, at most 128",
        "/data/attributes/environment_variables/API_TOKEN environment_variables.API_TOKEN is named like a secret and must not be given its value here: store it as a secret of that name, and say null here",
        "/data/attributes/environment_variables/LD_PRELOAD environment_variables.LD_PRELOAD is reserved: it would load code into every program of the container",
        "/data/attributes/environment_variables/PATH environment_variables.PATH is reserved: the image decides it",
        "/data/attributes/health_check_config/path health_check_config.path is "healthz", and must be a path such as /healthz, without spaces, at most 500 characters",
        "/data/attributes/port_mappings/0/host port_mappings[0].host is 22, and is reserved for the machine: ports below 1024 are not given away",
        "/data/attributes/port_mappings/1/protocol port_mappings[1].protocol is "sctp", and must be tcp or udp",
        "/data/attributes/port_mappings/2/host port_mappings[2].host is 80000, and must be "auto" or a whole number from 1 to 65535",
        "/data/attributes/resource_limits/cpu resource_limits.cpu is "-1", and must be cores such as "0.5", or thousandths of one such as "500m"",
        "/data/attributes/resource_limits/disk resource_limits.disk is "1Gi", and is not known here; known are memory, cpu",
        "/data/attributes/resource_limits/memory resource_limits.memory is "1Mi", and must be at least 6Mi",
        "/data/attributes/scaling_config/replicas scaling_config.replicas is 101, and must be a whole number from 0 to 100",
      ]
    `)
  })

  it('are merged with those that were there, and null takes one back', async () => {
    const id = await ada.service({ settings: JSON.stringify({ port: 3000, env: { A: '1' } }) })
    const answer = await ada.patch('service_instances', id, {
      environment_variables: null,
      resource_limits: { memory: '256Mi' },
      settings: { start: 'node app.js' },
    })
    expect(told(answer)).toBe('202 update_service queued')
    expect((await rowOf(id)).settings).toEqual({ port: 3000, resources: { memory: '256Mi' }, start: 'node app.js' })
  })

  it('of kyozo.yaml are held to its schema', async () => {
    const id = await ada.service()
    const answer = await ada.patch('service_instances', id, { settings: { port: 70_000, colour: 'red' } })
    expect([answer.status, problemsIn(answer)]).toMatchInlineSnapshot(`
      [
        422,
        [
          "/data/attributes/settings/port settings.port is 70000, and must be a port: a whole number from 1 to 65535, such as 8080",
          "/data/attributes/settings/colour settings.colour is "red", and is not known here; known are path, type, framework, version, package_manager, port, start, install, processes, build, env, health, resources, replicas, domains, depends_on, ignore",
        ],
      ]
    `)
  })

  it('cannot ask for copies of what holds data, nor for more than the team’s quota', async () => {
    const id = await ada.service({
      deploymentConfig: JSON.stringify({ replacement: { kind: 'stop_first', reason: 'it keeps data in the volume data' } }),
    })
    expect(problemsIn(await ada.post(`/service_instances/${id}/scale`, { replicas: 2 }))).toEqual([
      '/data/attributes/replicas scaling_config.replicas is 2, and must be 0 or 1: it keeps data in the volume data, which two copies cannot share',
    ])
    const frugal = await scene(api)
    await api.db
      .updateTable('teams')
      .set({ resourceQuota: JSON.stringify({ memory: '1Gi' }) })
      .where('id', '=', frugal.teamId)
      .execute()
    const one = await frugal.service({ resourceLimits: JSON.stringify({ memory: '512Mi', cpu: '1' }) })
    expect(told(await frugal.post(`/service_instances/${one}/scale`, { replicas: 2 }))).toBe('202 scale_service queued')
    expect(problemsIn(await frugal.post(`/service_instances/${one}/scale`, { replicas: 3 }))).toEqual([
      "/data/attributes/replicas the team's services would ask for 1.5Gi of memory together, and its quota is 1Gi",
    ])
  })

  it('cannot take a port that another service has', async () => {
    const [holder, other] = [await ada.service(), await ada.service()]
    const { name } = await rowOf(holder)
    const place = { teamId: ada.teamId, environmentId: ada.environment.id }
    await api.db
      .insertInto('portAllocations')
      .values({ id: newId(), ...place, service: name, containerPort: 80, protocol: 'tcp', hostPort: 20_001 })
      .execute()
    const answer = await ada.patch('service_instances', other, { port_mappings: [{ container: 80, host: 20_001 }] })
    expect(problemsIn(answer)).toEqual([
      `/data/attributes/port_mappings/0/host port_mappings[0].host is 20001, and must not be taken: ${name} of ${ada.workspace.name} production has 20001/tcp`,
    ])
  })
})

describe('a service', () => {
  const place = () => ({ environment: ['environments', ada.environment.id] as const })

  it('is added by a request, and only once', async () => {
    const made = await ada.create(
      'service_instances',
      { name: 'cron', folder_path: 'jobs/cron', environment_variables: { LEVEL: 'info' } },
      place(),
    )
    expect(told(made)).toBe('202 create_service queued')
    const row = await api.db.selectFrom('serviceInstances').selectAll().where('name', '=', 'cron').executeTakeFirstOrThrow()
    expect(row).toMatchObject({
      folderPath: 'jobs/cron',
      status: 'detecting',
      desiredState: 'running',
      settings: { path: 'jobs/cron', env: { LEVEL: 'info' } },
    })
    expect(told(await ada.create('service_instances', { name: 'cron', folder_path: 'jobs/cron' }, place()))).toMatch(
      /^409 conflict: cron exists already in production/,
    )
  })

  it('is destroyed by a request and can be made again', async () => {
    const id = await ada.service()
    expect(told(await ada.remove(`/service_instances/${id}`, { reason: 'not needed' }))).toBe('202 destroy_service queued')
    const row = await rowOf(id)
    expect(row).toMatchObject({ desiredState: 'destroyed', desiredReason: 'not needed' })
    const again = await ada.create('service_instances', { name: row.name, folder_path: row.folderPath }, place())
    expect(told(again)).toBe('202 create_service queued')
    expect(await rowOf(id)).toMatchObject({ desiredState: 'running' })
  })
})
