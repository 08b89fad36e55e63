// Which commit an environment runs, and which commits of kyozo's own say the same.
import { sql } from 'kysely'
import type { Executor } from './database.ts'
import type { Release } from './releases.ts'

/**
 * The release of the commit that an environment runs: the newest that went well, also where it changed nothing of what runs. What was asked of what is live
 * since then, such as a restart, is of an earlier commit where the newest one left everything alone.
 */
export function releaseThatRuns(db: Executor, environmentId: string): Promise<Release | undefined> {
  return db
    .selectFrom('releases')
    .selectAll()
    .where('environmentId', '=', environmentId)
    .where('state', 'in', ['live', 'unchanged', 'replaced'])
    .where(sql<boolean>`not (options ? 'ofLive')`)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst()
}

const commitsSought = 5

/** kyozo's own commits whose file says what a commit runs, newest first: on its branch, or proposed for it. */
export async function commitsThatSay(db: Executor, workspaceId: string, released: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('composeCommits')
    .select('sha')
    .where('workspaceId', '=', workspaceId)
    .where('released', '=', released)
    .where('saysWhatRuns', '=', true)
    .orderBy('createdAt', 'desc')
    .limit(commitsSought)
    .execute()
  return rows.map(({ sha }) => sha)
}
