// Which releases an environment can go back to, and which images stay for them.
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import type { Environment } from '../../src/store/environments.ts'
import { findReleaseValues, keepRelease, letGoEverywhere, neededImages, removeUnneededImage } from '../../src/store/kept-releases.ts'
import { queueRelease, type Release } from '../../src/store/releases.ts'
import type { ReleaseOptions } from '../../src/store/tables/git.ts'
import { testDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'
import { shaOf, workspaceWithEnvironment } from './rows.ts'

const { db } = await testDatabase()
const values = { ciphertext: Buffer.from([1]), keyId: 'k' }
let generation = 0

interface Making {
  readonly state: Release['state']
  readonly image?: string
  readonly options?: ReleaseOptions
}

async function make(environment: Environment, { state, image = 'kyozo/w/api:1', options = {} }: Making): Promise<Release> {
  const { teamId, workspaceId, id: environmentId, ref } = environment
  const { release } = await queueRelease(db, {
    teamId,
    workspaceId,
    environmentId,
    ref,
    sha: shaOf('1'),
    triggeredBy: 'ada',
    asked: options,
  })
  return db
    .updateTable('releases')
    .set({ state, generation: ++generation, stackSpec: JSON.stringify({ services: [{ name: 'api', image }] }) })
    .where('id', '=', release.id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

const keptOf = async ({ id }: Environment) =>
  (await db.selectFrom('releases').select('id').where('environmentId', '=', id).where('isKept', '=', true).execute())
    .map((row) => row.id)
    .sort()

describe('an environment keeps', () => {
  it('the live release and the last ones before it, with their values, and lets go of older ones', async () => {
    const { environment } = await workspaceWithEnvironment(db)
    const made: Release[] = []
    for (const _ of [1, 2, 3, 4]) {
      made.push(await make(environment, { state: 'live' }))
      for (const earlier of made.slice(0, -1))
        await db.updateTable('releases').set({ state: 'replaced' }).where('id', '=', earlier.id).execute()
      await keepRelease(db, made.at(-1)!, { kept: 2, values })
    }
    expect(await keptOf(environment)).toEqual(
      made
        .slice(1)
        .map(({ id }) => id)
        .sort(),
    )
    expect(await Promise.all(made.map(({ id }) => findReleaseValues(db, id)))).toEqual([
      undefined,
      ...[1, 2, 3].map(() => values.ciphertext),
    ])
    await letGoEverywhere(db, 1)
    expect(await keptOf(environment)).toEqual(
      made
        .slice(2)
        .map(({ id }) => id)
        .sort(),
    )
  })

  it('what somebody has asked to go back to until that has ended', async () => {
    const { environment } = await workspaceWithEnvironment(db)
    const old = await make(environment, { state: 'replaced' })
    await keepRelease(db, old, { kept: 1, values })
    const going = await make(environment, { state: 'running', options: { rollbackTo: old.id } })
    await keepRelease(db, await make(environment, { state: 'replaced' }), { kept: 1, values })
    expect(await keptOf(environment)).toContain(old.id)
    await db.updateTable('releases').set({ state: 'failed' }).where('id', '=', going.id).execute()
    await letGoEverywhere(db, 1)
    expect(await keptOf(environment)).not.toContain(old.id)
  })

  it('what was live before restarts, however many there were', async () => {
    const { environment } = await workspaceWithEnvironment(db)
    const [first, second] = [await make(environment, { state: 'replaced' }), await make(environment, { state: 'replaced' })]
    for (const one of [first, second]) await keepRelease(db, one, { kept: 2, values })
    for (const _ of [1, 2, 3])
      await keepRelease(db, await make(environment, { state: 'replaced', options: { ofLive: true } }), { kept: 2, values })
    expect(await keptOf(environment)).toEqual([first.id, second.id].sort())
  })
})

describe('an image', () => {
  it('is needed by kept releases and by those that have not ended, of whatever environment', async () => {
    const [one, two] = [await workspaceWithEnvironment(db), await workspaceWithEnvironment(db)]
    await keepRelease(db, await make(one.environment, { state: 'replaced', image: 'kyozo/w/api:kept' }), { kept: 2, values })
    await make(two.environment, { state: 'running', image: 'kyozo/w/api:running' })
    await make(two.environment, { state: 'failed', image: 'kyozo/w/api:failed' })
    const needed = await neededImages(db)
    expect(['kept', 'running', 'failed'].filter((tag) => needed.has(`kyozo/w/api:${tag}`))).toEqual(['kept', 'running'])
    expect(await removeUnneededImage(db, 'kyozo/w/api:kept', async () => true)).toBe(false)
    expect(await removeUnneededImage(db, 'kyozo/w/api:failed', async () => true)).toBe(true)
  })

  it('that is being removed makes a release that is about to need it wait until it is gone', async () => {
    const { environment } = await workspaceWithEnvironment(db)
    const release = await make(environment, { state: 'running', image: 'kyozo/w/api:other' })
    const order: string[] = []
    let finish: () => void = () => undefined
    const removing = removeUnneededImage(db, 'kyozo/w/api:raced', async () => {
      order.push('removing')
      await new Promise<void>((resolve) => {
        finish = resolve
      })
      order.push('removed')
      return true
    })
    await until('the removal', () => order.includes('removing'))
    const services = [{ name: 'api', image: 'kyozo/w/api:raced' }]
    const storing = db
      .updateTable('releases')
      .set({ stackSpec: JSON.stringify({ services }) })
      .where('id', '=', release.id)
      .execute()
      .then(() => order.push('stored'))
    const waits = async () =>
      (await sql`select 1 from pg_locks where locktype = 'advisory' and classid = 8104 and not granted`.execute(db)).rows.length > 0
    await until('the release to wait', waits)
    finish()
    await Promise.all([removing, storing])
    expect(order).toEqual(['removing', 'removed', 'stored'])
    expect(await removeUnneededImage(db, 'kyozo/w/api:raced', async () => true)).toBe(false)
  })
})
