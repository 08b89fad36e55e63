import { afterEach, beforeEach, expect, test } from 'vitest'
import { type TestStack, testStack } from '../support/stacks.ts'

let stacks: readonly TestStack[]
beforeEach(async () => {
  stacks = await Promise.all(Array.from({ length: 6 }, () => testStack()))
})
afterEach(async () => {
  await Promise.all(stacks.map((stack) => stack.remove()))
})

test('several processes that prepare stacks at the same moment get a subnet each', async () => {
  await Promise.all(stacks.flatMap((stack) => [stack.engine.prepare(stack.files({}), []), stack.engine.prepare(stack.files({}), [])]))
  const networks = await Promise.all(stacks.map(({ docker, identity }) => docker.getNetwork(`${identity.project}_default`).inspect()))
  const subnets = networks.map((network) => network.IPAM?.Config?.[0]?.Subnet)
  expect(new Set(subnets).size).toBe(6)
  for (const { docker, identity } of stacks) {
    const made = await docker.listNetworks({ filters: { label: [`kyozo.instance=${identity.instance}`] } })
    expect(made.map((network) => network.Name)).toEqual([`${identity.project}_default`])
  }
})

test('a volume is told of before it is made, once, and one that could not be told of is not made', async () => {
  const { engine, identity, files } = stacks[0]!
  const failure = new Error('the store is away')
  const refused = engine.prepare(files({}), ['data', 'logs'], async (volume) => {
    expect((await engine.observe(identity, [])).volumes).not.toContain(volume)
    if (volume === 'data') throw failure
  })
  await expect(refused).rejects.toBe(failure)
  expect((await engine.observe(identity, [])).volumes).toEqual(['logs'])
  const told: string[] = []
  expect(await engine.prepare(files({}), ['data', 'logs'], async (volume) => void told.push(volume))).toEqual(['data'])
  expect(told).toEqual(['data'])
})
