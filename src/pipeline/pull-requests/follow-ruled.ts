// What a branch says of previews may be another thing after a push to it: whoever it rules is looked at again.
import type { TreeDiff } from '../../git/source-tree.ts'
import type { Queue } from '../../queue/queue.ts'
import type { Executor } from '../../store/database.ts'
import type { Environment } from '../../store/environments.ts'
import { openPullRequests, type PullRequest } from '../../store/pull-requests.ts'
import { unreadBefore } from '../../store/unread-pull-requests.ts'
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
  const rules = await ruledBases(trx, workspace, { of: waiting, by: environment.ref })
  for (const pullRequest of waiting) if (rules.has(pullRequest.baseRef)) await followPullRequest(trx, queue, { pullRequest, by })
}

export interface Pushed {
  readonly workspace: Workspace
  readonly ref: string
  readonly pusher: string
}

/** What could not be read for what a branch held is looked at again at once, also where that branch has no release made of it. */
export async function followUnread(
  trx: Executor,
  queue: Pick<Queue, 'enqueueOperation'>,
  { workspace, ref, pusher }: Pushed,
): Promise<void> {
  const unread = await unreadBefore(trx, workspace.id)
  const ruled = await ruledBases(trx, workspace, { of: unread, by: ref })
  for (const pullRequest of unread)
    if (pullRequest.baseRef === ref || ruled.has(pullRequest.baseRef)) await followPullRequest(trx, queue, { pullRequest, by: pusher })
}

/** The base branches of pull requests whose previews go by what this branch says. */
async function ruledBases(
  trx: Executor,
  workspace: Workspace,
  { of, by }: { readonly of: readonly Pick<PullRequest, 'baseRef'>[]; readonly by: string },
): Promise<ReadonlySet<string>> {
  const ruled = new Set<string>()
  for (const baseRef of new Set(of.map((one) => one.baseRef))) if ((await rulingRef(trx, workspace, baseRef)) === by) ruled.add(baseRef)
  return ruled
}

function isTouched({ added, modified, removed, renamed }: TreeDiff, path: string): boolean {
  const changed = [added, modified, removed]
  // It may be among those that were cut.
  if ([...changed, renamed].some(({ length }) => length === storedPaths)) return true
  return changed.some((paths) => paths.includes(path)) || renamed.some(({ from, to }) => from === path || to === path)
}
