import { afterEach, beforeEach, expect, test } from 'vitest'
import { busyboxImage, type TestStack, testStack } from '../support/stacks.ts'

let stack: TestStack
beforeEach(async () => {
  stack = await testStack()
})
afterEach(() => stack.remove())

test('a container that does not hear that it is to end goes when its time is over', async () => {
  const { engine } = stack
  const files = stack.files({ api: { more: { command: ['sleep', '60'] } } })
  await engine.prepare(files, [])
  const [created] = await engine.create({ files, service: 'api', count: 1, withAlias: true })
  const id = created?.id ?? ''
  await engine.start([id])
  const begin = performance.now()
  await engine.remove([id], { graceSeconds: 1 })
  expect(performance.now() - begin).toBeLessThan(8_000)
  expect(await engine.inspect([id])).toEqual([])
})

test('a service is created, started, observed, stopped and removed', async () => {
  const { engine, identity } = stack
  const files = stack.files({ api: { more: { volumes: ['data:/data'] } } })
  expect(await engine.observe(identity, [])).toEqual({
    project: identity.project,
    containers: [],
    hasNetwork: false,
    volumes: [],
    takenVolumes: [],
    images: new Set(),
  })
  await engine.prepare(files, ['data'])
  await engine.prepare(files, ['data'])
  const [created] = await engine.create({ files, service: 'api', count: 1, withAlias: true })
  expect(created).toMatchObject({ state: 'created', name: `${identity.project}-api-1`, hasAlias: true, publishedPorts: {} })
  const id = created?.id ?? ''
  await engine.start([id])
  await engine.start([id])
  const observed = await engine.observe(identity, [busyboxImage, 'kyozo-test/missing:1'])
  expect(observed).toEqual({
    project: identity.project,
    hasNetwork: true,
    volumes: ['data'],
    takenVolumes: [],
    images: new Set([busyboxImage]),
    containers: [
      {
        id,
        name: `${identity.project}-api-1`,
        service: 'api',
        image: busyboxImage,
        state: 'running',
        health: 'none',
        exitCode: 0,
        wasOutOfMemory: false,
        restartCount: 0,
        startedAt: expect.stringMatching(/^20\d\d-/),
        hasAlias: true,
        addressOnNetwork: expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/),
        publishedPorts: { 8080: expect.any(Number) },
        configHash: 'v1:api',
        release: 'release-1',
        revision: 'abc123',
        generation: 7,
        made: expect.objectContaining({
          number: 1,
          environment: expect.objectContaining({ PATH: expect.any(String) }),
          labels: expect.objectContaining({ 'kyozo.generation': '7', 'kyozo.service': 'api' }),
          networks: [`${identity.project}_default`],
          boundPorts: [8080],
          restartPolicy: 'no',
          memoryBytes: 64 * 1024 * 1024,
        }),
      },
    ],
  })
  const port = observed.containers[0]?.publishedPorts[8080]
  await expect.poll(() => fetch(`http://127.0.0.1:${port}/`).then((answer) => answer.text(), String), { timeout: 10_000 }).toBe('one')
  await engine.stop([id])
  expect((await engine.inspect([id]))[0]?.state).toBe('exited')
  await engine.remove([id])
  await engine.remove([id])
  expect(await engine.inspect([id])).toEqual([])
  await engine.removeStack(identity)
  const left = await engine.observe(identity, [])
  expect(left).toMatchObject({ containers: [], hasNetwork: false, volumes: ['data'] })
})
