import { afterEach, beforeEach, expect, test } from 'vitest'
import { type TestStack, testStack } from '../support/stacks.ts'

let stack: TestStack
beforeEach(async () => {
  stack = await testStack()
})
afterEach(() => stack.remove())

test('what every running container uses is read: a busy one more processor time than an idle one, and those that rest not at all', async () => {
  const files = stack.files({ busy: { script: 'while :; do :; done' }, idle: {}, done: { script: 'exit 0' } })
  const [busy] = await stack.run(files, 'busy')
  const [idle] = await stack.run(files, 'idle')
  const [done] = await stack.run(files, 'done')
  await stack.engine.waitForExit(done!.id, AbortSignal.timeout(20_000))
  const usage = async () => new Map((await stack.engine.usage()).map((one) => [one.service, one]))
  await expect
    .poll(async () => ((await usage()).get('busy')?.cpuNanoseconds ?? 0) > ((await usage()).get('idle')?.cpuNanoseconds ?? 0) + 2e8, {
      timeout: 20_000,
    })
    .toBe(true)
  const used = await usage()
  expect([...used.keys()].sort()).toEqual(['busy', 'idle'])
  expect(used.get('busy')).toMatchObject({ container: busy!.id, project: stack.identity.project, service: 'busy' })
  expect(used.get('idle')).toMatchObject({ container: idle!.id })
  for (const { memoryBytes } of used.values()) expect(memoryBytes).toBeGreaterThan(10_000)
})
