// What came of deliveries, and what was sent, for those who look at them.
import { sql } from 'kysely'
import { outcomeWords, type ReleaseEnd } from '../release/outcome-words.ts'
import type { Executor } from './database.ts'
import { untoldOf } from './untold.ts'
import type { Viewer } from './viewer.ts'

/** In the order of the deliveries; null where nothing was to be released. */
export async function outcomesOf(
  db: Executor,
  viewer: Pick<Viewer, 'teamId'>,
  releaseIds: readonly (readonly string[])[],
): Promise<readonly (string | null)[]> {
  const ends = await releaseEnds(db, viewer, [...new Set(releaseIds.flat())])
  return releaseIds.map((ids) => {
    const words = ids.flatMap((id) => ends.get(id) ?? []).map(outcomeWords)
    return words.length === 0 ? null : words.join('; ')
  })
}

async function releaseEnds(
  db: Executor,
  { teamId }: Pick<Viewer, 'teamId'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ReleaseEnd>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('releases as r')
    .innerJoin('environments as e', 'e.id', 'r.environmentId')
    .select(['r.id', 'r.sha', 'r.state', 'r.reason', 'r.supersededBy', 'e.name as environment'])
    .where('r.teamId', '=', teamId)
    .where('r.id', 'in', [...ids])
    .execute()
  const untold = await untoldOf(
    db,
    { teamId },
    rows.map(({ id }) => id),
  )
  return new Map(rows.map(({ id, ...end }, at) => [id, { ...end, untold: untold[at] ?? null }]))
}

/** A body may have 25 MB, and a listing many of them. */
const shownBytes = 64 * 1024

/** The beginning of what was sent, as text, in the order of the deliveries; null where it is kept no longer. */
export async function bodiesOf(
  db: Executor,
  { teamId }: Pick<Viewer, 'teamId'>,
  ids: readonly string[],
): Promise<readonly (string | null)[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('deliveries')
    .select(['id', sql<Buffer | null>`substring(body from 1 for ${sql.lit(shownBytes)})`.as('head')])
    .where('teamId', '=', teamId)
    .where('id', 'in', [...ids])
    .execute()
  const heads = new Map(rows.map(({ id, head }) => [id, head === null ? null : head.toString('utf8').replaceAll('\0', '\uFFFD')]))
  return ids.map((id) => heads.get(id) ?? null)
}
