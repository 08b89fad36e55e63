// The processes of kyozo that share this database: who runs, where its repositories are reached, and which of them has the repository of a
// workspace that is pushed to directly.
import { type Insertable, type Selectable, sql } from 'kysely'
import { KyozoError } from '../errors.ts'
import { recordByOperator } from './audit.ts'
import type { Database, Executor } from './database.ts'
import { databaseNow, inSeconds } from './instance.ts'
import type { ProcessTable } from './tables/access.ts'
import { hastenReleases } from './waiting-releases.ts'

export type Process = Selectable<ProcessTable>

/** A process says so often that it is there. */
export const beatSeconds = 5
/** One that has said nothing for so long is away. */
export const awaySeconds = 20

/** It runs, from now on, with a new credential. */
export async function registerProcess(
  db: Executor,
  process: Omit<Insertable<ProcessTable>, 'startedAt' | 'seenAt' | 'stoppedAt'>,
): Promise<void> {
  await db
    .insertInto('processes')
    .values(process)
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet({ ...process, startedAt: databaseNow, seenAt: databaseNow, stoppedAt: null }),
    )
    .execute()
}

export async function beat(db: Executor, id: string): Promise<void> {
  await db.updateTable('processes').set({ seenAt: databaseNow, stoppedAt: null }).where('id', '=', id).execute()
}

export async function stopProcess(db: Executor, id: string): Promise<void> {
  await db.updateTable('processes').set({ stoppedAt: databaseNow }).where('id', '=', id).execute()
}

/** Those that nothing depends on are forgotten after a week. */
export async function forgetProcesses(db: Executor): Promise<void> {
  await db
    .deleteFrom('processes')
    .where('seenAt', '<', inSeconds(-7 * 24 * 3600))
    .where((where) =>
      where.not(where.exists(where.selectFrom('workspaces').select('workspaces.id').whereRef('workspaces.home', '=', 'processes.id'))),
    )
    .execute()
}

/**
 * Gives up a process that never comes back, and with it the repositories that only it had: the next push of each makes a new one where it arrives.
 * Resolves with the names of their workspaces. Throws `not_found`, or `state_conflict` for one that runs.
 */
export async function forgetProcess(db: Database, id: string): Promise<readonly string[]> {
  return db.transaction().execute(async (trx) => {
    const found = await trx
      .selectFrom('processes')
      .selectAll()
      .select(state.as('state'))
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst()
    if (found === undefined) throw new KyozoError('not_found', `no process has the id ${id}`, { hint: '`kyozo processes` lists them' })
    if (found.state === 'running')
      throw new KyozoError('state_conflict', `${found.name} runs: it was seen ${found.seenAt.toISOString()}`, { hint: 'stop it first' })
    const left = await trx
      .updateTable('workspaces')
      .set({ home: null })
      .where('home', '=', id)
      .returning(['id', 'name', 'teamId'])
      .execute()
    for (const workspace of left)
      await recordByOperator(trx, workspace.teamId, {
        ...{ action: 'workspaces.give_up_repository', subjectType: 'workspaces', subjectId: workspace.id, subjectName: workspace.name },
        details: { process: found.name },
      })
    await trx.deleteFrom('processes').where('id', '=', id).execute()
    await hastenReleases(trx, 'repository')
    return left.map(({ name }) => name).toSorted()
  })
}

/** Each process, and the workspaces whose repository lies with it. */
export function listHomes(db: Executor): Promise<(SeenProcess & { readonly workspaces: readonly string[] })[]> {
  return db
    .selectFrom('processes as p')
    .selectAll('p')
    .select(state.as('state'))
    .select(sql<string[]>`array(select w.name from workspaces w where w.home = p.id order by w.name)`.as('workspaces'))
    .orderBy('p.name')
    .orderBy('p.id')
    .execute()
}

export interface SeenProcess extends Process {
  readonly state: 'running' | 'away' | 'stopped'
}

const state = sql<SeenProcess['state']>`case when stopped_at is not null then 'stopped'
  when ${isSilent('seen_at')} then 'away' else 'running' end`

/** Also when the clock was ahead as it spoke last, and was put back since: one that lives speaks again within seconds. */
function isSilent(seenAt: string) {
  const away = sql`make_interval(secs => ${sql.lit(awaySeconds)})`
  return sql<boolean>`${sql.ref(seenAt)} not between now() - ${away} and now() + ${away}`
}

export function listProcesses(db: Executor): Promise<SeenProcess[]> {
  return db.selectFrom('processes').selectAll().select(state.as('state')).orderBy('name').orderBy('id').execute()
}

export function findProcess(db: Executor, id: string): Promise<SeenProcess | undefined> {
  return db.selectFrom('processes').selectAll().select(state.as('state')).where('id', '=', id).executeTakeFirst()
}

/** The repository is here from now on, unless it is somewhere already. Returns where it is. */
export async function settleHome(db: Executor, workspaceId: string, processId: string): Promise<string | null> {
  await db.updateTable('workspaces').set({ home: processId }).where('id', '=', workspaceId).where('home', 'is', null).execute()
  const found = await db.selectFrom('workspaces').select('home').where('id', '=', workspaceId).executeTakeFirst()
  return found?.home ?? null
}

/**
 * Workspaces that are pushed to directly and whose repository is nobody's, or of a process that does not run: after a restore, or a move of the
 * data directory, it lies with another one.
 */
export async function homelessWorkspaces(db: Executor): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('workspaces as w')
    .leftJoin('processes as p', 'p.id', 'w.home')
    .select('w.id')
    .where('w.forge', '=', 'git')
    .where(isAbsent)
    .execute()
  return rows.map(({ id }) => id)
}

const isAbsent = sql<boolean>`(p.id is null or p.stopped_at is not null or ${isSilent('p.seen_at')})`

/** Takes over a repository that this process holds, from one that does not run, and that still does not: it may have come back since somebody looked. */
export async function moveHome(db: Executor, workspaceId: string, processId: string): Promise<void> {
  await sql`update workspaces w set home = ${processId}
    where w.id = ${workspaceId} and not exists (select from processes p where p.id = w.home and not ${isAbsent})`.execute(db)
}
