// Ports of the machine, on real PostgreSQL: however many deploys ask at once, no two get the same one.
import { beforeAll, expect, it } from 'vitest'
import type { Database } from '../../src/store/database.ts'
import { allocatePorts, keepPorts, type PortRange, type WantedPort } from '../../src/store/port-allocations.ts'
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

const heldBy = async ({ environmentId }: Awaited<ReturnType<typeof holder>>) =>
  (await db.selectFrom('portAllocations').select('hostPort').where('environmentId', '=', environmentId).orderBy('hostPort').execute()).map(
    ({ hostPort }) => hostPort,
  )

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
  expect((await ask(await holder(), [wish()], range))[0]?.host).toBe(22_001)
})

it('leaves a service its port while it moves to another, and gives one of the two back when it is known which', async () => {
  const range = { from: 26_000, to: 26_010, reserved: [] }
  const mine = await holder()
  const before = await ask(mine, [wish()], range)
  const after = await ask(mine, [wish({ host: 26_007 })], range)
  expect(await heldBy(mine)).toEqual([26_000, 26_007])
  expect((await ask(await holder(), [wish()], range))[0]?.host).toBe(26_001)
  await keepPorts(db, { environmentId: mine.environmentId, teamId: mine.teamId }, before)
  expect(await heldBy(mine)).toEqual([26_000])
  await keepPorts(db, { environmentId: mine.environmentId, teamId: mine.teamId }, after)
  expect(await heldBy(mine)).toEqual([26_007])
})

it('passes over what another program of the machine has, and says so of one that was asked for', async () => {
  const range = { from: 27_000, to: 27_010, reserved: [], isFree: async ({ host }: { host: number }) => host > 27_001 }
  expect((await ask(await holder(), [wish()], range))[0]?.host).toBe(27_002)
  await expect(ask(await holder(), [wish({ host: 27_001 })], range)).rejects.toMatchObject({
    code: 'port_unavailable',
    message: 'db cannot have the port 27001/tcp of the machine: another program of the machine has it',
  })
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
  await keepPorts(db, { environmentId: first.environmentId, teamId: first.teamId }, [])
  expect((await ask(second, [wish()], range))[0]?.host).toBe(25_000)
})
