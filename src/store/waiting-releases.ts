// Releases that wait: which is worked on next, when the next one is due, and what they wait for.
import { sql } from 'kysely'
import { productionName } from '../environment-names.ts'
import { longestWaitSeconds, type Rank, ranks } from '../release/priority.ts'
import type { Executor } from './database.ts'
import { databaseNow, inSeconds } from './instance.ts'

export type WaitsFor = 'engine' | 'repository'

/** As `rankOf` has it: its place among the ranks. */
const rank = sql<number>`case
  when r.options ? 'rollbackTo' then ${sql.lit(ranks.indexOf('rollback'))}
  when r.options - 'late' <> '{}' then ${sql.lit(ranks.indexOf('asked'))}
  when e.kind = 'preview' then ${sql.lit(ranks.indexOf('preview'))}
  when e.name = ${sql.lit(productionName)} then ${sql.lit(ranks.indexOf('production'))}
  else ${sql.lit(ranks.indexOf('branch'))} end`

/** A release whose next try is twice as far away as any is was put off before the clock was put back: it is due. */
export const isDue = sql<boolean>`(next_attempt_at is null or next_attempt_at <= ${databaseNow}
  or next_attempt_at > ${inSeconds(2 * longestWaitSeconds)})`

/** May be claimed now: due, alone in its environment, and not held back by a pause. */
const isClaimable = sql<boolean>`r.state = 'queued'
  and ${isDue}
  and (e.paused_at is null or r.started_at is not null or r.options <> '{}')
  and not exists (select from releases other where other.environment_id = r.environment_id and other.state = 'running')`

/**
 * The environment whose release is to be worked on next: by rank, then of the team that has the fewest at work and has waited longest for its
 * turn, then the oldest. One that somebody claims or mends at this moment is passed over.
 */
export async function nextEnvironment(
  db: Executor,
  { lowest, besides = [] }: { readonly lowest: Rank; readonly besides?: readonly string[] },
): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select e.id from releases r join environments e on e.id = r.environment_id
    where ${isClaimable} and ${rank} <= ${ranks.indexOf(lowest)} and e.id <> all(${sql.val(besides)}::uuid[])
    order by ${rank},
      (select count(*) from releases busy where busy.team_id = r.team_id and busy.state = 'running'),
      (select max(begun.started_at) from releases begun where begun.team_id = r.team_id and begun.started_at > now() - interval '1 hour') nulls first,
      r.sequence
    limit 1
    for no key update of e skip locked`.execute(db)
  return rows[0]?.id
}

/** Environments with a release that may be claimed now. */
export async function claimableEnvironments(db: Executor): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct e.id from releases r join environments e on e.id = r.environment_id where ${isClaimable}`.execute(db)
  return rows.map(({ id }) => id)
}

export interface Waiting {
  /** Until the next one is due, by the database's clock; undefined when none waits for a time. */
  readonly nextInMs: number | undefined
  readonly waitsFor: readonly WaitsFor[]
}

export async function lookAtWaiting(db: Executor): Promise<Waiting> {
  const { rows } = await sql<{ ms: number | null; waitsFor: WaitsFor[] | null }>`
    select extract(epoch from min(next_attempt_at) filter (where not ${isDue}) - now())::float8 * 1000 as ms,
      array_agg(distinct waits_for) filter (where waits_for is not null) as waits_for
    from releases where state = 'queued' and next_attempt_at is not null`.execute(db)
  return { nextInMs: rows[0]?.ms ?? undefined, waitsFor: rows[0]?.waitsFor ?? [] }
}

/** What releases waited for is back: they are due now. */
export async function hastenReleases(db: Executor, waitsFor: WaitsFor): Promise<void> {
  await db
    .updateTable('releases')
    .set({ nextAttemptAt: databaseNow })
    .where('state', '=', 'queued')
    .where('waitsFor', '=', waitsFor)
    .where('nextAttemptAt', '>', databaseNow)
    .execute()
}
