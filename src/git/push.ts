// Pushes one commit to one branch of another repository, if that branch is still where it was. A refusal is an answer and no error.
import { KyozoError } from '../errors.ts'
import { assertFetchable, type FetchRequest, fetchConfig } from './fetching.ts'
import { runGit } from './git-program.ts'
import { type PushOutcome, pushOutcome } from './push-outcome.ts'

export interface PushRequest extends Omit<FetchRequest, 'ref'> {
  /** The full id of a commit of the repository. */
  readonly sha: string
  /** The full ref that is to lead to it. */
  readonly ref: string
  /** Where that ref leads now; null when it is not to be there yet. With the commit's own parent this is a fast-forward. */
  readonly expected: string | null
}

/** A commit of a file is little; whoever takes longer is in trouble. */
const pushDeadlineMs = 2 * 60_000

/** Throws `repository_url_refused` for what is no address or ref, and what the signal says. A commit that is there already counts as pushed. */
export async function pushCommit(gitDir: string, request: PushRequest): Promise<PushOutcome> {
  const { url, sha, ref, expected } = request
  assertFetchable({ url, ref })
  if (![sha, expected ?? sha].every((id) => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(id)) || !ref.startsWith('refs/'))
    throw new KyozoError('internal', `${JSON.stringify([sha, expected, ref])} does not name a commit, what it comes after, and a ref`)
  try {
    const done = await runGit({
      gitDir,
      args: [
        'push',
        '--porcelain',
        '--no-verify',
        '--no-follow-tags',
        '--recurse-submodules=no',
        '--signed=no',
        `--force-with-lease=${ref}:${expected ?? ''}`,
        '--end-of-options',
        url,
        `${sha}:${ref}`,
      ],
      deadlineMs: pushDeadlineMs,
      config: fetchConfig(request),
      ...(request.signal ? { signal: request.signal } : {}),
    })
    return pushOutcome({ exitCode: done.exitCode, stdout: done.stdout.toString('utf8'), stderr: done.stderr })
  } catch (error) {
    if (!(error instanceof KyozoError) || error.code !== 'child_timed_out') throw error
    return {
      kind: 'unreachable',
      said: `the push did not end within ${pushDeadlineMs / 1000} s`,
      hint: 'kyozo tries again by itself; check the host and the network',
    }
  }
}
