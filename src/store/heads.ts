// Open pull requests by the commit that is their head: several may have one.
import { sql } from 'kysely'
import type { Executor } from './database.ts'
import type { PullRequest } from './pull-requests.ts'

export interface Head {
  readonly workspaceId: string
  readonly sha: string
}

export function pullRequestsAt(db: Executor, { workspaceId, sha }: Head): Promise<PullRequest[]> {
  return db
    .selectFrom('pullRequests')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('headSha', '=', sha)
    .where('state', '=', 'open')
    .orderBy('number')
    .execute()
}

/**
 * Until the transaction ends nobody else says how a preview does. Whoever makes another pull request the one that speaks for a commit reads under it what is
 * to be told, and whoever ends a release reads under it who speaks: so one of both tells it. Taken after every row that the transaction holds.
 */
export async function holdTelling(trx: Executor, environmentId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`kyozo tells of ${environmentId}`}, 0))`.execute(trx)
}
