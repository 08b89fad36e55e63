// The edge's table beside transactions that are about to change it, in a database: what was said to be live stays reachable, whoever reads meanwhile.
import { expect, it } from 'vitest'
import type { Edge } from '../../src/edge/edge.ts'
import type { Route } from '../../src/edge/routes.ts'
import { edgeControl } from '../../src/serving/edge-control.ts'
import type { Executor } from '../../src/store/database.ts'
import type { Environment } from '../../src/store/environments.ts'
import { replaceRoutes } from '../../src/store/routes.ts'
import { putServiceInstance } from '../../src/store/service-instances.ts'
import { workspaceWithEnvironment } from '../store/rows.ts'
import { testDatabase } from '../support/database.ts'

const { db } = await testDatabase()
let table: readonly Route[] = []
const edge = {
  setRoutes(routes: readonly Route[]) {
    table = routes
  },
} as unknown as Edge
const parts = { db, edge, notifications: { on: () => () => undefined }, config: { baseDomain: 'localhost' }, log: console }
const control = await edgeControl(parts as unknown as Parameters<typeof edgeControl>[0])

async function serve(trx: Executor, { id, teamId, workspaceId }: Environment, containerId: string): Promise<void> {
  const key = { teamId, workspaceId, environmentId: id, name: 'api', folderPath: 'api', serviceType: 'nodejs' as const }
  await putServiceInstance(trx, key, { change: { url: 'http://api' } })
  await replaceRoutes(trx, id, [{ environmentId: id, service: 'api', host: '127.0.0.1', containerId, port: 1, state: 'serving' }])
}

it('routes of a transaction stand until it is settled, and go when it is taken back', async () => {
  const [{ environment: one }, { environment: other }] = [await workspaceWithEnvironment(db), await workspaceWithEnvironment(db)]
  await serve(db, one, 'old')
  await control.refresh()
  const containers = () => table.flatMap(({ targets }) => targets.map(({ container }) => container)).sort()
  expect(containers()).toEqual(['old'])
  await db.transaction().execute(async (trx) => {
    await serve(trx, one, 'new')
    await control.goAhead(trx, one.id)
    expect(containers()).toEqual(['new'])
    // Somebody else's change, read from outside of the transaction.
    await serve(db, other, 'others')
    await control.refresh()
    expect(containers()).toEqual(['new', 'others'])
  })
  await control.refresh()
  await control.settled(one.id)
  expect(containers()).toEqual(['new', 'others'])
  const taken = db.transaction().execute(async (trx) => {
    await serve(trx, one, 'never')
    await control.goAhead(trx, one.id)
    expect(containers()).toEqual(['never', 'others'])
    throw new Error('taken back')
  })
  await expect(taken).rejects.toThrow('taken back')
  await control.settled(one.id)
  expect(containers()).toEqual(['new', 'others'])
})
