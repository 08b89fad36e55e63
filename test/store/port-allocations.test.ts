// Ports of the machine, on real PostgreSQL: however many deploys ask at once, no two get the same one.
import { beforeAll, expect, it } from 'vitest'
import type { Database } from '../../src/store/database.ts'
import { allocatePorts, type PortRange, releasePorts, type WantedPort } from '../../src/store/port-allocations.ts'
import { testDatabase } from '../support/database.ts'
import { team, workspaceWithEnvironment } from './rows.ts'

let db: Database

beforeAll(async () => {
  db = (await testDatabase()).db
})

async function holder(teamId?: string) {
  const { workspace, environment } = await workspaceWithEnvironment(db, teamId)
  return { workspace, environmentId: environment.id, teamId: workspace.teamId }
}

const wish = (parts: Partial<WantedPort> = {}): WantedPort => ({ service: 'db', container: 5432, protocol: 'tcp', host: 'auto', ...parts })
const ask = ({ environmentId, teamId }: Awaited<ReturnType<typeof holder>>, wanted: readonly WantedPort[], range: PortRange) =>
  allocatePorts(db, { environmentId, teamId }, { wanted, range })

it('gives fifty deploys that ask at once a port each', async () => {
  const range = { from: 21_000, to: 21_060, reserved: [21_003] }
  const holders = await Promise.all(Array.from({ length: 50 }, () => holder()))
  const given = (await Promise.all(holders.map((one) => ask(one, [wish()], range)))).flat().map(({ host }) => host)
  expect(new Set(given).size).toBe(50)
  expect(given.every((port) => port >= 21_000 && port <= 21_060 && port !== 21_003)).toBe(true)
})

it('keeps the port that a service has, and tells tcp from udp', async () => {
  const range = { from: 22_000, to: 22_010, reserved: [] }
  const mine = await holder()
  const first = await ask(mine, [wish(), wish({ protocol: 'udp' })], range)
  expect(first.map(({ host, protocol }) => `${host}/${protocol}`)).toEqual(['22000/tcp', '22000/udp'])
  expect(await ask(mine, [wish({ protocol: 'udp' }), wish()], range)).toEqual([first[1], first[0]])
  expect((await ask(mine, [wish({ host: 22_007 })], range))[0]?.host).toBe(22_007)
  expect((await ask(await holder(), [wish()], range))[0]?.host).toBe(22_000)
})

it('refuses what is taken, by name only within the own team, and then gives nothing', async () => {
  const range = { from: 23_000, to: 23_010, reserved: [23_009] }
  const teamId = await team(db)
  const owner = await holder(teamId)
  await ask(owner, [wish({ host: 23_001 })], range)
  const sibling = await holder(teamId)
  await expect(ask(sibling, [wish(), wish({ container: 80, host: 23_001 })], range)).rejects.toMatchObject({
    code: 'port_unavailable',
    service: 'db',
    message: `db cannot have the port 23001/tcp of the machine: it is taken by db of ${owner.workspace.name} production`,
  })
  expect((await ask(sibling, [wish({ host: 23_000 })], range))[0]?.host).toBe(23_000)
  await expect(ask(await holder(), [wish({ host: 23_001 })], range)).rejects.toMatchObject({
    message: 'db cannot have the port 23001/tcp of the machine: it is taken',
  })
  for (const host of [80, 23_009, 24_000]) {
    await expect(ask(await holder(), [wish({ host })], range)).rejects.toMatchObject({
      message: `db cannot have the port ${host}/tcp of the machine: it is reserved or out of range`,
    })
  }
})

it('says when all are given away, and gives one again that was given back', async () => {
  const range = { from: 25_000, to: 25_000, reserved: [] }
  const [first, second] = [await holder(), await holder()]
  await ask(first, [wish()], range)
  await expect(ask(second, [wish()], range)).rejects.toMatchObject({
    message: 'db cannot have a port of the machine: all ports from 25000 to 25000 are given away',
  })
  await releasePorts(db, first.environmentId, [])
  expect((await ask(second, [wish()], range))[0]?.host).toBe(25_000)
})
