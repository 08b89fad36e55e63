// What runs where a commit is to run, to go on under the same names: kyozo knows a service by its name, and a folder may be renamed.
import { KyozoError } from '../errors.ts'
import { diffTrees } from '../git/diff-trees.ts'
import type { ObjectReader, TreeListing } from '../git/objects.ts'
import type { TreeDiff } from '../git/source-tree.ts'
import type { ReviewedSide } from '../review/review.ts'
import type { Executor } from '../store/database.ts'
import type { Environment } from '../store/environments.ts'
import { newestGoodRelease } from '../store/releases.ts'

export interface RunningBefore {
  readonly before: ReviewedSide | null
  /** What differs from its tree. */
  readonly diff: TreeDiff
}

export interface CommitAfter {
  /** Undefined where nothing runs. */
  readonly environment: Environment | undefined
  readonly reader: ObjectReader
  readonly listing: TreeListing
}

export async function runningBefore(db: Executor, { environment, reader, listing }: CommitAfter): Promise<RunningBefore> {
  const nothing = { before: null, diff: diffTrees(null, listing) }
  const live = environment?.liveReleaseId == null ? undefined : await newestGoodRelease(db, environment.id)
  if (live === undefined || live.tree === null || live.topology === null || live.stackSpec === null) return nothing
  const { topology, stackSpec: stack, tree } = live
  const before = await reader.listTree(tree, listing).catch(unlessGone)
  return before === undefined ? nothing : { before: { topology, stack }, diff: diffTrees(before, listing) }
}

/** After a force push and a repack. */
function unlessGone(error: unknown): undefined {
  if (error instanceof KyozoError && error.code === 'repository_corrupt') return undefined
  throw error
}
