// Whose turn it is when repairs take long: real PostgreSQL, and an engine that takes as long for a removal as the test wants.
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import type { Engine, StackIdentity } from '../../src/engine/engine.ts'
import { createLog } from '../../src/log.ts'
import type { Kyozo } from '../../src/pipeline/kyozo.ts'
import { createVault } from '../../src/secrets/vault.ts'
import { type Environment, putEnvironment } from '../../src/store/environments.ts'
import { createWorkspace, type Workspace } from '../../src/store/workspaces.ts'
import { followEngine, type Reconciler } from '../../src/watch/follow-engine.ts'
import { container, nothing } from '../reconcile/simulated-engine.ts'
import { team } from '../store/rows.ts'
import { testDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'

const { db } = await testDatabase()

let stopping: AbortController
let reconciler: Reconciler
/** By environment: what a release that was killed left, which is to be removed. */
let leftOver: Map<string, string>
/** Removals under way that end when they are told to, by container. */
let hanging: Map<string, () => void>
let hangs: (id: string) => boolean
let looked: string[]
beforeEach(() => {
  stopping = new AbortController()
  leftOver = new Map()
  hanging = new Map()
  hangs = () => false
  looked = []
  reconciler = followEngine(kyozo())
})
afterEach(async () => {
  stopping.abort()
  hangs = () => false
  const stopped = reconciler.stop()
  for (const end of hanging.values()) end()
  await stopped
  await db.deleteFrom('environments').execute()
})

function kyozo(): Kyozo {
  const engine: Partial<Engine> = {
    observe: async ({ environment, workspace }: StackIdentity) => {
      looked.push(`${workspace} ${environment}`)
      const left = leftOver.get(`${workspace} ${environment}`)
      return { ...nothing, containers: left === undefined ? [] : [container({ id: left, service: 'gone' })] }
    },
    remove: async (ids) => {
      for (const id of ids) {
        if (hangs(id)) await new Promise<void>((resolve) => hanging.set(id, resolve))
        hanging.delete(id)
        leftOver.delete(id)
      }
    },
    glance: async () => new Map(),
    watch: () => Promise.resolve(),
  }
  return {
    ...{ db, engine, owner: 'me', instance: 'test', edge: undefined, config: readConfig({}), log: createLog('silent') },
    vault: createVault(randomBytes(32)),
    notifications: { on: () => () => undefined },
    queue: { enqueueDeploy: async () => undefined },
    stopping: { begun: stopping.signal, handOver: stopping.signal },
  } as unknown as Kyozo
}

async function shopOf(teamId: string): Promise<Workspace> {
  return createWorkspace(db, { teamId, name: `shop-${teamId.slice(-8)}`, forge: 'git' })
}

async function hurt(workspace: Workspace, name: string): Promise<Environment> {
  const environment = await putEnvironment(db, workspace, { name, ref: `refs/heads/${name}` })
  const place = `${workspace.name} ${name}`
  leftOver.set(place, place)
  return environment
}

const isMended = (workspace: Workspace, name: string) => () => !leftOver.has(`${workspace.name} ${name}`)
const branches = ['b1', 'b2', 'b3', 'b4', 'b5', 'b6']

it('repairs what another team runs, and what customers see, however long a team’s branches take', async () => {
  const [slow, quick] = [await shopOf(await team(db)), await shopOf(await team(db))]
  for (const name of branches) await hurt(slow, name)
  hangs = (id) => branches.some((name) => id.endsWith(` ${name}`))
  void reconciler.lookAtAll()
  await until('the team’s share to be under way', () => hanging.size === 4)
  const others = [await hurt(quick, 'production'), await hurt(slow, 'production')]
  void reconciler.pulse()
  await until('the other team’s production to be repaired', isMended(quick, 'production'), { deadlineMs: 15_000 })
  await until('its own production to be repaired', isMended(slow, 'production'), { deadlineMs: 15_000 })
  await Promise.all(others.map(({ id }) => reconciler.look(id)))
  expect(hanging.size).toBe(4)
})

it('repairs those that waited when others have ended, as they are by then', async () => {
  const shop = await shopOf(await team(db))
  for (const name of branches) await hurt(shop, name)
  hangs = () => true
  const all = reconciler.lookAtAll()
  await until('the share to be under way', () => hanging.size === 4)
  const [mendedByHand, waits] = branches.map((name) => `${shop.name} ${name}`).filter((place) => !hanging.has(place))
  leftOver.delete(mendedByHand!)
  const before = looked.length
  for (const end of hanging.values()) end()
  await until('the next to begin', () => hanging.has(waits!))
  await until('the other to be looked at', () => looked.slice(before).includes(mendedByHand!))
  expect(hanging.size).toBe(1)
  hanging.get(waits!)!()
  await all
  expect(leftOver.size).toBe(0)
})

it('never has more repairs under way than there are places, however many teams need one', async () => {
  for (let at = 0; at < 12; at++) {
    const shop = await shopOf(await team(db))
    for (const name of ['b1', 'b2']) await hurt(shop, name)
  }
  hangs = () => true
  void reconciler.lookAtAll()
  await until('every place to be taken', () => hanging.size === 8)
  await until('everybody to be looked at', () => new Set(looked).size === 24)
  expect(hanging.size).toBe(8)
})

it('begins none that still wait when it is told to stop, and waits for those under way', async () => {
  const shop = await shopOf(await team(db))
  for (const name of branches) await hurt(shop, name)
  hangs = () => true
  const all = reconciler.lookAtAll()
  await until('the share to be under way', () => hanging.size === 4)
  stopping.abort()
  let isStopped = false
  const stopped = reconciler.stop().then(() => {
    isStopped = true
  })
  const [first, ...rest] = hanging.values()
  first!()
  await until('one to end', () => leftOver.size === 5)
  expect(isStopped).toBe(false)
  for (const end of rest) end()
  await Promise.all([stopped, all])
  expect(leftOver.size).toBe(2)
})
