import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { provenHealth, startedAgain } from '../../src/health/hysteresis.ts'
import { recordProven, recordStarts, sickOf } from '../../src/pipeline/starts.ts'
import type { ObservedContainer } from '../../src/reconcile/plan.ts'
import { type ContainerHealthRow, readContainerHealth, storeFoundHealth } from '../../src/store/container-health.ts'
import { holdDuty } from '../../src/store/duties.ts'
import { putEnvironment } from '../../src/store/environments.ts'
import { defaultTeam } from '../../src/store/instance.ts'
import { listen } from '../../src/store/notify.ts'
import { instancesByName, putServiceInstance } from '../../src/store/service-instances.ts'
import { createWorkspace } from '../../src/store/workspaces.ts'
import { testDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'

const { db, url } = await testDatabase()
const teamId = await defaultTeam(db)
const workspace = await createWorkspace(db, { teamId, name: 'shop', forge: 'git' })
const environment = await putEnvironment(db, workspace, { name: 'production', ref: 'refs/heads/main' })
for (const [name, health] of [
  ['api', { kind: 'http', path: '/', interval: '1s', timeout: '1s', retries: 3 }],
  ['worker', { kind: 'none' }],
] as const)
  await putServiceInstance(
    db,
    { teamId, workspaceId: workspace.id, environmentId: environment.id, name, folderPath: name, serviceType: 'nodejs' },
    { change: { healthCheckConfig: JSON.stringify(health) } },
  )
const instances = await instancesByName(db, environment.id)

const running = (id: string, startedAt: string, service = 'api') => ({ id, service, state: 'running', startedAt }) as ObservedContainer
const seen = (...containers: ObservedContainer[]) => recordStarts(db, { environmentId: environment.id, instances, containers })
const known = async (id: string) => (await readContainerHealth(db)).find(({ containerId }) => containerId === id)

it('has a container answer again once it runs by another start than the one that was proven', async () => {
  const id = randomUUID()
  const notifications = await listen(url)
  const told: string[] = []
  notifications.on('health', (environmentId) => told.push(environmentId))
  await seen(running(id, 'first'))
  await seen(running(id, 'first'), { ...running(id, 'second'), state: 'exited' })
  expect(await known(id)).toMatchObject({ ...provenHealth, start: 'first' })
  await seen(running(id, 'second'))
  expect(await known(id)).toMatchObject({ ...startedAgain, start: 'second' })
  await until('whoever looks to be woken', () => told.length > 0)
  expect(told).toEqual([environment.id])
  await notifications.close()
})

it('counts a container that was started again among the sick before anybody has looked at it', async () => {
  const id = randomUUID()
  const look = (start: string) => sickOf(db, { environmentId: environment.id, instances, containers: [running(id, start)] })
  expect(await look('first')).toEqual(new Map())
  expect(await look('second')).toEqual(new Map([[id, { words: startedAgain.words, isUnproven: true }]]))
})

it('takes a container that a release has proven for proven, however often it was started', async () => {
  const id = randomUUID()
  await seen(running(id, 'first'))
  await recordProven(db, { instances, containers: [running(id, 'second')] })
  await seen(running(id, 'second'))
  expect(await known(id)).toMatchObject({ ...provenHealth, start: 'second' })
})

it('asks nothing of a container without a check', async () => {
  const id = randomUUID()
  await seen(running(id, 'first', 'worker'))
  await seen(running(id, 'second', 'worker'))
  expect(await known(id)).toBeUndefined()
})

it('stores nothing of an earlier start over a later one', async () => {
  const id = randomUUID()
  const duty = { name: 'watch health', holder: 'me' }
  await holdDuty(db, { ...duty, seconds: 60 })
  const found = (start: string | null): ContainerHealthRow => ({
    ...{ containerId: id, teamId, serviceInstanceId: instances.get('api')!.id, start },
    ...{ ...provenHealth, status: 'unhealthy', history: 'FFF', words: 'GET / answered 503 (3 of 3)' },
  })
  const store = (start: string | null) => storeFoundHealth(db, duty, { changed: [found(start)], checks: [], gone: [] })
  await store(null)
  expect(await known(id)).toEqual(found(null))
  // What was found before anybody noted the start stays.
  await seen(running(id, 'first'))
  expect(await known(id)).toEqual(found('first'))
  await seen(running(id, 'second'))
  await store('first')
  expect(await known(id)).toMatchObject({ ...startedAgain, start: 'second' })
  await store('second')
  expect(await known(id)).toEqual(found('second'))
})
