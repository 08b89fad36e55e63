// Pull requests that could not be looked at are looked at again: no delivery comes when a Git host is back.
import { holdPullRequest } from '../../store/pull-requests.ts'
import { isUnread, unreadPullRequests } from '../../store/unread-pull-requests.ts'
import { holdWorkspace } from '../../store/workspaces.ts'
import type { Kyozo } from '../kyozo.ts'
import { followPullRequest } from './note.ts'

/** Each is a fetch, and there may be hundreds when a host was away. */
const atOnce = 20

/** Returns how many are looked at. */
export async function lookAgain({ db, queue }: Pick<Kyozo, 'db' | 'queue'>): Promise<number> {
  const unread = await unreadPullRequests(db, atOnce)
  for (const { id, workspaceId } of unread) {
    await db.transaction().execute(async (trx) => {
      await holdWorkspace(trx, workspaceId)
      const pullRequest = await holdPullRequest(trx, id)
      if (pullRequest !== undefined && (await isUnread(trx, id))) await followPullRequest(trx, queue, { pullRequest, by: 'kyozo' })
    })
  }
  return unread.length
}
