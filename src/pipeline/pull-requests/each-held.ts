// What the clock does with pull requests that it finds: each in a transaction of its own, which looks once more whether it is one of them.
import type { Executor } from '../../store/database.ts'
import { holdPullRequest, type PullRequest } from '../../store/pull-requests.ts'
import { holdWorkspace } from '../../store/workspaces.ts'
import type { Kyozo } from '../kyozo.ts'

export interface Finding {
  /** As the log calls what is done. */
  readonly what: string
  readonly found: readonly Pick<PullRequest, 'id' | 'workspaceId'>[]
  /** Asked while it is held: somebody else may have changed it since it was found. */
  isOne(trx: Executor, id: string): Promise<boolean>
  act(trx: Executor, pullRequest: PullRequest): Promise<void>
}

/** One with which it cannot be done is logged, and is in nobody's way. Returns with how many it was done. */
export async function eachHeld({ db, log }: Pick<Kyozo, 'db' | 'log'>, { what, found, isOne, act }: Finding): Promise<number> {
  let done = 0
  for (const { id, workspaceId } of found) {
    try {
      const isDone = await db.transaction().execute(async (trx) => {
        await holdWorkspace(trx, workspaceId)
        const pullRequest = await holdPullRequest(trx, id)
        if (pullRequest === undefined || !(await isOne(trx, id))) return false
        await act(trx, pullRequest)
        return true
      })
      if (isDone) done++
    } catch (error) {
      log.error({ error, pullRequest: id }, `could not ${what}`)
    }
  }
  return done
}
