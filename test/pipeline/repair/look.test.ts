// What a look takes for given while somebody changes it, on real PostgreSQL, with an engine in memory.
import { expect, it } from 'vitest'
import { see } from '../../../src/pipeline/repair/look.ts'
import { seekService } from '../../../src/store/intents.ts'
import { changeServiceInstance, putServiceInstance } from '../../../src/store/service-instances.ts'
import { testDatabase } from '../../support/database.ts'
import { service, stack } from '../facts.ts'
import { liveWorld } from '../small-engine.ts'

const { db } = await testDatabase()
const till = service('till', { health: { kind: 'none' }, volumes: ['data'] })

it('a service that is asked for again while the engine is looked at is known to whoever tells what is gone of it', async () => {
  const { kyozo, attempt, engine } = await liveWorld(db, { ...stack(till), volumes: ['data'] }, [])
  await attempt.close()
  const { id: environmentId, teamId, workspaceId } = attempt.environment
  const id = await putServiceInstance(
    db,
    { teamId, workspaceId, environmentId, name: 'till', folderPath: 'till', serviceType: 'nodejs' },
    { change: { status: 'stopped', desiredState: 'destroyed' } },
  )
  await changeServiceInstance(db, id, { removedAt: new Date() })
  expect((await see(kyozo, environmentId))?.plan.steps).toEqual([])
  const observe = engine.observe
  engine.observe = async (...asked) => {
    const observed = await observe(...asked)
    await changeServiceInstance(db, id, { desiredState: 'running' })
    await seekService(db, id)
    return observed
  }
  const seen = (await see(kyozo, environmentId))!
  expect(seen.plan.steps).toMatchObject([{ kind: 'create', service: 'till' }])
  expect(seen.instances.get('till')?.id).toBe(id)
})
