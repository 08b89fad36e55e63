// Pull requests that could not be looked at are looked at again: no delivery comes when a Git host is back.
import { isUnread, unreadPullRequests } from '../../store/unread-pull-requests.ts'
import type { Kyozo } from '../kyozo.ts'
import { eachHeld } from './each-held.ts'
import { followPullRequest } from './note.ts'

/** Each is a fetch, and there may be hundreds when a host was away. */
const atOnce = 20

/** Returns how many are looked at. */
export async function lookAgain(kyozo: Pick<Kyozo, 'db' | 'queue' | 'log'>): Promise<number> {
  return eachHeld(kyozo, {
    what: 'look again at a pull request',
    found: await unreadPullRequests(kyozo.db, atOnce),
    isOne: isUnread,
    act: (trx, pullRequest) => followPullRequest(trx, kyozo.queue, { pullRequest, by: 'kyozo' }),
  })
}
