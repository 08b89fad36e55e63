// The releases that an environment can go back to: the live one, and the last that were live. What they need (images, values) stays; what no other
// release needs goes.
import { sql } from 'kysely'
import type { Database, Executor } from './database.ts'
import type { Release } from './releases.ts'
import type { SealedValue } from './secrets.ts'

export interface Keeping {
  /** The release that was live before, or that changed nothing, counts as one of so many. */
  readonly kept: number
  /** What it runs with. */
  readonly values: SealedValue
}

/** In the transaction that makes a release live: keeps it, and lets go of what is one too many now. */
export async function keepRelease(
  trx: Executor,
  release: Pick<Release, 'id' | 'teamId' | 'environmentId'>,
  keeping: Keeping,
): Promise<void> {
  await trx.updateTable('releases').set({ isKept: true }).where('id', '=', release.id).execute()
  await trx
    .insertInto('releaseValues')
    .values({ releaseId: release.id, teamId: release.teamId, environmentId: release.environmentId, ...keeping.values })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  await letGo(trx, { kept: keeping.kept, environmentId: release.environmentId })
}

/** In every environment, as after a change of how many are kept. */
export function letGoEverywhere(db: Executor, kept: number): Promise<void> {
  return letGo(db, { kept, environmentId: null })
}

/** What somebody asked to go back to is held until that has ended. */
const isAskedFor = sql`exists (select from releases asked where asked.environment_id = r.environment_id
  and asked.state in ('queued', 'running') and asked.options ->> 'rollbackTo' = r.id::text)`

/** A restart runs what was live before: that one is kept, and many restarts do not push it out. */
const isRepetition = sql`(options ? 'ofLive' and not options ? 'analyze')`

async function letGo(
  db: Executor,
  { kept, environmentId }: { readonly kept: number; readonly environmentId: string | null },
): Promise<void> {
  const here = environmentId === null ? sql`true` : sql`environment_id = ${environmentId}`
  await sql`update releases r set is_kept = false where is_kept and ${here} and id in (
    select id from (select id, state, ${isRepetition} as repeats,
        row_number() over (partition by environment_id, state, ${isRepetition} order by generation desc nulls last) as nth
      from releases where is_kept and ${here}) ranked
    where state <> 'live' and (repeats or nth > ${kept})) and not ${isAskedFor}`.execute(db)
  await sql`delete from release_values v using releases r where r.id = v.release_id and not r.is_kept
    and ${environmentId === null ? sql`true` : sql`v.environment_id = ${environmentId}`}`.execute(db)
}

/** Where the values of a release belong. It is part of what is sealed. */
export function releaseValuesPlace(releaseId: string): string {
  return `release/${releaseId}`
}

export async function findReleaseValues(db: Executor, releaseId: string): Promise<Buffer | undefined> {
  const row = await db.selectFrom('releaseValues').select('ciphertext').where('releaseId', '=', releaseId).executeTakeFirst()
  return row?.ciphertext
}

/** Of every kept release of the environment. */
export function listReleaseValues(
  db: Executor,
  environmentId: string,
): Promise<{ readonly releaseId: string; readonly ciphertext: Buffer }[]> {
  return db.selectFrom('releaseValues').select(['releaseId', 'ciphertext']).where('environmentId', '=', environmentId).execute()
}

/** Those of the releases whose values are kept. */
export async function releasesWithValues(db: Executor, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set()
  const rows = await db
    .selectFrom('releaseValues')
    .select('releaseId')
    .where('releaseId', 'in', [...ids])
    .execute()
  return new Set(rows.map((row) => row.releaseId))
}

/** Every image that a kept release, or one that has not ended, runs or is about to run. */
export async function neededImages(db: Executor): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ image: string }>`select distinct service ->> 'image' as image from releases r,
    jsonb_array_elements(case when jsonb_typeof(r.stack_spec -> 'services') = 'array' then r.stack_spec -> 'services' else '[]' end) service
    where r.stack_spec is not null and (r.is_kept or r.state in ('queued', 'running', 'live'))`.execute(db)
  return new Set(rows.map(({ image }) => image))
}

/**
 * Runs `remove` unless a release needs the image. A release stores its stack before it looks for images, and a trigger makes that wait for this: so
 * either it is seen here, or it finds the image gone and builds it. Says whether it was removed.
 */
export function removeUnneededImage(db: Database, image: string, remove: () => Promise<boolean>): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(8104, hashtext(${image}))`.execute(trx)
    if ((await neededImages(trx)).has(image)) return false
    return remove()
  })
}
