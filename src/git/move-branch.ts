// Moves a branch of a repository of kyozo's own, if it is still where it was: what a push is for another one's.
import { KyozoError } from '../errors.ts'
import { runGit } from './git-program.ts'
import type { PushOutcome } from './push-outcome.ts'

export interface BranchMove {
  /** The full ref. */
  readonly ref: string
  /** The commit that it is to lead to. */
  readonly sha: string
  /** Where it leads now; null when it is not to be there yet. */
  readonly expected: string | null
}

const deadlineMs = 30_000

/** `pushed`, or `moved_on` when somebody has pushed meanwhile. */
export async function moveBranch(gitDir: string, { ref, sha, expected }: BranchMove): Promise<PushOutcome> {
  const none = '0'.repeat(sha.length)
  const done = await runGit({ gitDir, args: ['update-ref', '--end-of-options', ref, sha, expected ?? none], deadlineMs })
  if (done.exitCode === 0) return { kind: 'pushed' }
  const said = done.stderr.trim().split('\n').at(-1) ?? ''
  // git's refs/files-backend.c; a lock that stands for longer than a moment is another push under way.
  if (
    /is at [0-9a-f]+ but expected|reference already exists|unable to resolve reference|Unable to create '.*\.lock': File exists/.test(said)
  )
    return { kind: 'moved_on', said, hint: 'kyozo looks at what was pushed and decides anew' }
  throw new KyozoError('internal', `${ref} could not be moved to ${sha} in ${gitDir}: ${said}`, {
    hint: 'check the data directory’s disk and rights',
  })
}
