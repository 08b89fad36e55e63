// The review of a folder on a laptop: it is compared with where it left the branch that it is to be merged into, as the pull request will be.
import { KyozoError } from '../errors.ts'
import { diffTrees } from '../git/diff-trees.ts'
import { commonAncestor, defaultBase, openFolder, rootAround } from '../git/open-folder.ts'
import type { Review } from '../review/review.ts'
import { reviewChange } from '../review/review-change.ts'
import { type SpecifiedFolder, specifiedAfter, specifyFolder } from './specify.ts'

export interface Base {
  /** The repository's own folder. */
  readonly dir: string
  /** The branch as it was named, and the commit at which they parted. */
  readonly ref: string
  readonly sha: string
  /** Whether a person named it. */
  readonly isAsked: boolean
}

export interface BaseOptions {
  readonly ref?: string
  /** Default is what the clone knows of its origin's default branch. */
  readonly base?: string
}

/** Undefined where none was named and none is known. Throws `revision_not_found` for one that was named. */
export async function findBase(dir: string, { ref = 'HEAD', base }: BaseOptions): Promise<Base | undefined> {
  if (base !== undefined) {
    const root = (await rootAround(dir)) ?? dir
    return { dir: root, ref: base, sha: await commonAncestor(root, [base, ref]), isAsked: true }
  }
  const known = await defaultBase(dir)
  if (known === undefined) return undefined
  const sha = await commonAncestor(dir, [known, ref]).catch(passOver)
  return sha === undefined ? undefined : { dir, ref: known, sha, isAsked: false }
}

/** Nobody asked for this comparison, so that nobody is kept from a plan by it. */
function passOver(error: unknown): undefined {
  if (!(error instanceof KyozoError) || error.code !== 'revision_not_found') throw error
  process.stderr.write(`${error.message}; nothing is compared\n`)
}

/** Undefined where nobody asked and nothing differs: then there is no change to review. */
export async function reviewAgainst({ dir, ref, sha, isAsked }: Base, next: SpecifiedFolder): Promise<Review | undefined> {
  const { listing } = await openFolder(dir, sha)
  const { added, modified, removed, renamed } = diffTrees(listing, next.folder.listing)
  if (!isAsked && added.length + modified.length + removed.length + renamed.length === 0) return undefined
  try {
    const before = await specifyFolder(dir, sha)
    return reviewFolders(before, await specifiedAfter(before, next))
  } catch (error) {
    // A change may mend what the base cannot run.
    if (!(error instanceof KyozoError)) throw error
    process.stderr.write(`${ref} at ${sha.slice(0, 7)} cannot be run, so nothing is compared with it: ${error.message}\n`)
    return isAsked ? reviewFolders(undefined, next) : undefined
  }
}

export function reviewFolders(before: SpecifiedFolder | undefined, next: SpecifiedFolder): Review {
  const { folders } = next.folder.listing
  return reviewChange({
    before: before ?? null,
    after: next,
    diff: diffTrees(before?.folder.listing ?? null, next.folder.listing),
    hasFolder: (folder) => folders.has(folder),
  })
}
