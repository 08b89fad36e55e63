// Volumes whose seeding was begun: which of them may be used, and what becomes of the others.
import { expect, it } from 'vitest'
import type { Engine } from '../../../src/engine/engine.ts'
import type { Attempt } from '../../../src/pipeline/attempt.ts'
import { discardHalfSeeded } from '../../../src/pipeline/seeds/half-seeded.ts'
import { putEnvironment } from '../../../src/store/environments.ts'
import { beginSeeding, endSeeding, forgetSeeding, isSeeded, seededVolumes } from '../../../src/store/seeded-volumes.ts'
import { workspaceWithEnvironment } from '../../store/rows.ts'
import { testDatabase } from '../../support/database.ts'

const { db } = await testDatabase()

async function preview() {
  const { workspace } = await workspaceWithEnvironment(db)
  const environment = await putEnvironment(db, workspace, {
    ...{ name: 'pr-7', ref: 'refs/pull/7/head' },
    preview: { pullRequest: 7, trust: 'preview' },
  })
  const place = { environmentId: environment.id, teamId: environment.teamId, service: 'postgres', source: 'db/seed.sql of main' }
  return { environment, place }
}

/** An engine that has these volumes, each with its mark. */
function engineWith(volumes: Readonly<Record<string, string>>) {
  const discarded: string[] = []
  const engine = {
    volumeMark: async (_: unknown, volume: string) => volumes[volume],
    discardVolume: async (_: unknown, volume: string) => void discarded.push(volume),
  } as unknown as Engine
  return { engine, discarded }
}

it('one that was begun and not ended goes, and so does one that another stands in for; what is whole, or gone, is left alone', async () => {
  const { environment, place } = await preview()
  for (const volume of ['half', 'whole', 'replaced', 'gone']) await beginSeeding(db, { ...place, volume })
  for (const volume of ['whole', 'replaced']) await endSeeding(db, { environmentId: environment.id, volume, mark: volume })
  const { engine, discarded } = engineWith({ half: 'half', whole: 'whole', replaced: 'of somebody else', unseeded: 'unseeded' })
  const said: string[] = []
  const attempt = { environment, identity: {}, say: (text: string) => void said.push(text) } as unknown as Attempt
  await discardHalfSeeded(attempt, { kyozo: { db }, engine })
  expect(discarded).toEqual(['half', 'replaced'])
  expect(said[0]).toBe('The volume half of postgres does not hold all of db/seed.sql of main, so it goes')
  // Until it is made again nobody but a release makes it.
  expect(await isSeeded(db, environment.id, 'half')).toBe(true)
  await discardHalfSeeded({ ...attempt, environment: { ...environment, trust: 'trusted' } }, { kyozo: { db }, engine })
  expect(discarded).toEqual(['half', 'replaced'])
})

it('one that is made anew begins anew, whatever was known of the one before', async () => {
  const { environment, place } = await preview()
  const states = async () => (await seededVolumes(db, environment.id)).map(({ state, mark, source }) => `${state} ${mark} ${source}`)
  await beginSeeding(db, { ...place, volume: 'data' })
  await endSeeding(db, { environmentId: environment.id, volume: 'data', mark: 'm1' })
  expect(await states()).toEqual(['done m1 db/seed.sql of main'])
  await beginSeeding(db, { ...place, volume: 'data', source: 'staging' })
  expect(await states()).toEqual(['begun null staging'])
  await forgetSeeding(db, environment.id, 'data')
  expect(await isSeeded(db, environment.id, 'data')).toBe(false)
})
