import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { probeExec } from '../../src/health/probes/exec.ts'
import { type TestStack, testStack } from '../support/stacks.ts'
import { until } from '../support/until.ts'

const run = promisify(execFile)
let stack: TestStack
beforeEach(async () => {
  stack = await testStack()
})
afterEach(() => stack.remove())

async function start(more: Record<string, unknown>): Promise<string> {
  const { engine } = stack
  const files = stack.files({ api: { script: 'exec sleep 1000', more } })
  await engine.prepare(files, [])
  const [created] = await engine.create({ files, service: 'api', count: 1, withAlias: true })
  await engine.start([created!.id])
  return created!.id
}

test('what runs is listed as a look at each container tells it', async () => {
  const { engine, identity } = stack
  const id = await start({ ports: ['127.0.0.1::8080'], healthcheck: { test: ['CMD', 'true'], interval: '1s' } })
  await until('its own health check to pass', async () => (await engine.running())[0]?.health === 'healthy')
  const [observed] = await engine.inspect([id])
  const { addressOnNetwork, publishedPorts, configHash } = observed!
  expect(await engine.running()).toEqual([
    { id, project: identity.project, service: 'api', configHash, health: 'healthy', addressOnNetwork, publishedPorts },
  ])
  expect(publishedPorts[8080]).toBeGreaterThan(0)
  await engine.stop([id])
  expect(await engine.running()).toEqual([])
})

test('a command that hangs is begun once, however often it is asked for', async () => {
  const { engine } = stack
  const container = await start({})
  const asked = { container, command: ['sleep', '777'], limitMs: 5_000 }
  expect(await probeExec(engine, asked)).toMatchObject({ hasPassed: false, words: '`sleep 777`: it did not end within 5 s' })
  expect(await probeExec(engine, asked)).toMatchObject({
    hasPassed: false,
    words: '`sleep 777`: it was begun before and has not ended yet',
  })
  const count = ['sh', '-c', 'ps | grep -c "[s]leep 777"']
  expect((await engine.exec(container, count, 10_000)).output).toBe('1')
  await engine.exec(container, ['sh', '-c', `kill -9 $(ps | grep '[s]leep 777' | awk '{print $1}')`], 10_000)
  await until('the command to be begun anew', async () => (await probeExec(engine, asked)).words.includes('it did not end within'))
})

test('a command that another process of kyozo has left hanging is not begun again, and who asks twice at once begins one', async () => {
  const { engine } = stack
  const container = await start({})
  await run('docker', ['exec', '--detach', container, 'sleep', '888'])
  await until('it to run', async () => (await run('docker', ['top', container])).stdout.includes('sleep 888'))
  const asked = { container, command: ['sleep', '888'], limitMs: 1_000 }
  expect(await probeExec(engine, asked)).toMatchObject({ words: '`sleep 888`: it was begun before and has not ended yet' })
  const other = { container, command: ['sh', '-c', 'echo x >> /tmp/begun; sleep 0.5'], limitMs: 20_000 }
  expect(await Promise.all([probeExec(engine, other), probeExec(engine, other)])).toMatchObject([{ hasPassed: true }, { hasPassed: true }])
  expect((await engine.exec(container, ['cat', '/tmp/begun'], 10_000)).output).toBe('x')
})
