import { afterEach, beforeEach, expect, test } from 'vitest'
import { busyboxImage, type TestStack, testStack } from '../support/stacks.ts'

let stack: TestStack
beforeEach(async () => {
  stack = await testStack()
})
afterEach(() => stack.remove())

test('a service is created, started, observed, stopped and removed', async () => {
  const { engine, identity } = stack
  const files = stack.files({ api: { more: { volumes: ['data:/data'] } } })
  expect(await engine.observe(identity, [])).toEqual({
    project: identity.project,
    containers: [],
    hasNetwork: false,
    volumes: [],
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
