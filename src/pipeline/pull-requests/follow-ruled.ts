// What a branch says of previews may be another thing after a push to it: whoever it rules is looked at again.
import type { TreeDiff } from '../../git/source-tree.ts'
import type { Queue } from '../../queue/queue.ts'
import type { Executor } from '../../store/database.ts'
import type { Environment } from '../../store/environments.ts'
import { openPullRequests } from '../../store/pull-requests.ts'
import type { Workspace } from '../../store/workspaces.ts'
import { declarationName } from '../../topology/declaration/declaration.ts'
import { storedPaths } from '../source.ts'
import { followPullRequest } from './note.ts'
import { rulingRef } from './ruling.ts'

export interface Released {
  readonly workspace: Workspace
  readonly environment: Environment
  /** What the release changed; null where nobody knows. */
  readonly diff: TreeDiff | null
  readonly by: string
}

/** In the transaction that ends the release well. */
export async function followRuled(
  trx: Executor,
  queue: Pick<Queue, 'enqueueOperation'>,
  { workspace, environment, diff, by }: Released,
): Promise<void> {
  if (environment.kind !== 'branch') return
  const isOther = diff === null || isTouched(diff, declarationName)
  // One that could not be read may be readable since: a slip that was taken back is in no diff.
  const waiting = (await openPullRequests(trx, workspace.id)).filter(({ held }) => isOther || held === 'failed')
  const rules = new Map<string, boolean>()
  for (const { baseRef } of waiting) rules.set(baseRef, (await rulingRef(trx, workspace, baseRef)) === environment.ref)
  const ruled = waiting.filter(({ baseRef }) => rules.get(baseRef))
  for (const pullRequest of ruled) await followPullRequest(trx, queue, { pullRequest, by })
}

function isTouched({ added, modified, removed, renamed }: TreeDiff, path: string): boolean {
  const changed = [added, modified, removed]
  // It may be among those that were cut.
  if ([...changed, renamed].some(({ length }) => length === storedPaths)) return true
  return changed.some((paths) => paths.includes(path)) || renamed.some(({ from, to }) => from === path || to === path)
}
