import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventually, type TestStack, testStack } from '../support/stacks.ts'

let stack: TestStack
beforeEach(async () => {
  stack = await testStack()
})
afterEach(() => stack.remove())

async function resolves(client: string, name: string): Promise<boolean> {
  const { exitCode } = await stack.engine.exec(client, ['nslookup', name], 15_000)
  return exitCode === 0
}

test('siblings reach a container by its service name only while it has the name', async () => {
  const { engine, identity } = stack
  const files = stack.files({ api: {}, client: { script: 'exec sleep 1000' } })
  const [client] = await stack.run(files, 'client')
  const [api] = await stack.run(files, 'api', { withAlias: false })
  if (!client || !api) throw new Error('not created')
  expect(api.hasAlias).toBe(false)
  expect(await resolves(client.id, 'api')).toBe(false)

  await engine.giveAlias(identity, 'api', [api.id])
  const [named] = await engine.inspect([api.id])
  expect(named).toMatchObject({ hasAlias: true, addressOnNetwork: api.addressOnNetwork, restartCount: 0, startedAt: api.startedAt })
  expect(await resolves(client.id, 'api')).toBe(true)
  await engine.giveAlias(identity, 'api', [api.id])
  expect(await engine.inspect([api.id])).toEqual([named])

  await engine.takeAlias(identity, 'api', [api.id])
  expect(await engine.inspect([api.id])).toMatchObject([{ hasAlias: false, addressOnNetwork: api.addressOnNetwork }])
  expect(await resolves(client.id, 'api')).toBe(false)
})

test('names that a document adds come back when the service name does', async () => {
  const { engine, identity } = stack
  const networks = { default: { aliases: ['legacy-name'] } }
  const files = stack.files({ api: { more: { networks } }, client: { script: 'exec sleep 1000' } })
  const [client] = await stack.run(files, 'client')
  const [api] = await stack.run(files, 'api', { withAlias: false })
  if (!client || !api) throw new Error('not created')
  expect(await resolves(client.id, 'legacy-name')).toBe(false)
  await engine.giveAlias(identity, 'api', [api.id])
  expect(await resolves(client.id, 'legacy-name')).toBe(true)
})

test('a connection between containers survives giving and taking the name', async () => {
  const { engine, identity } = stack
  const files = stack.files({
    echo: { script: 'exec nc -ll -p 9000 -e cat' },
    client: { script: 'i=0; while true; do i=$((i+1)); echo $i; sleep 0.05; done | nc echo 9000' },
  })
  const [echo] = await stack.run(files, 'echo')
  const [client] = await stack.run(files, 'client')
  if (!client || !echo) throw new Error('not created')
  const latest = async () => Number((await engine.logTail(client.id, 1))[0] ?? 0)
  await eventually(async () => ((await latest()) > 3 ? true : undefined))

  await engine.takeAlias(identity, 'echo', [echo.id])
  const afterTaking = await latest()
  await eventually(async () => ((await latest()) > afterTaking + 10 ? true : undefined))
  await engine.giveAlias(identity, 'echo', [echo.id])
  const afterGiving = await latest()
  await eventually(async () => ((await latest()) > afterGiving + 10 ? true : undefined))
  expect(await engine.inspect([client.id])).toMatchObject([{ state: 'running', restartCount: 0 }])
  const lines = (await engine.logTail(client.id, 1_000)).map(Number)
  expect(lines).toEqual(lines.map((_, index) => index + 1))
})

test('a container keeps its address while it is stopped, whoever else comes', async () => {
  const { engine } = stack
  const files = stack.files({ api: {}, other: {} })
  const [api] = await stack.run(files, 'api')
  if (!api) throw new Error('not created')
  await engine.stop([api.id])
  const others = await stack.run(files, 'other', { count: 5 })
  await engine.start([api.id])
  const [again] = await engine.inspect([api.id])
  expect(again?.addressOnNetwork).toBe(api.addressOnNetwork)
  const addresses = [...others, api].map((container) => container.addressOnNetwork)
  expect(new Set(addresses).size).toBe(6)
})

test('a container that lost its network in the middle of a switch is connected again', async () => {
  const { engine, identity, docker } = stack
  const [api] = await stack.run(stack.files({ api: {} }), 'api')
  if (!api) throw new Error('not created')
  await docker.getNetwork(`${identity.project}_default`).disconnect({ Container: api.id })
  expect(await engine.inspect([api.id])).toMatchObject([{ hasAlias: false, addressOnNetwork: null }])
  await engine.giveAlias(identity, 'api', [api.id])
  expect(await engine.inspect([api.id])).toMatchObject([{ hasAlias: true, addressOnNetwork: expect.any(String) }])
})
