// Commits without what they hold: enough to find where two branches parted. Mirrors have one commit of each branch, so this is a repository of its own.
import { stat } from 'node:fs/promises'
import { KyozoError } from '../errors.ts'
import { assertFetchable, type FetchRequest, fetchConfig, fetchError, tellsProgress } from './fetching.ts'
import { runGit } from './git-program.ts'
import { type MergeBase, mergeBase } from './merge-base.ts'
import { objectReader } from './object-reader.ts'

export interface PartingRequest extends Omit<FetchRequest, 'ref'> {
  /** Two branches, as full refs. */
  readonly refs: readonly [string, string]
  /** The commits of which it is asked, which these lead to. */
  readonly ends: readonly [string, string]
}

/** Most branches are younger than the first; a branch that parted before the last has nothing to be compared with. */
const depths = [100, 2_000, 50_000] as const
const deadlineMs = 2 * 60_000

/** `gitDir` holds nothing but such commits. Throws as a fetch does. */
export async function whereParted(gitDir: string, request: PartingRequest, heard: () => void): Promise<MergeBase> {
  for (const ref of request.refs) assertFetchable({ ...request, ref })
  const reader = objectReader(gitDir)
  let found: MergeBase = await mergeBase(reader, request.ends)
  for (const depth of depths) {
    if (found.kind !== 'unknown') return found
    await fetchCommits(gitDir, { ...request, depth, heard })
    found = await mergeBase(objectReader(gitDir), request.ends)
  }
  return found
}

interface Fetching extends PartingRequest {
  readonly depth: number
  readonly heard: () => void
}

/** A host that takes no filter sends what the commits hold as well, which is read by nobody. */
async function fetchCommits(gitDir: string, { url, refs, depth, heard, ...request }: Fetching): Promise<void> {
  if ((await stat(gitDir).catch(() => undefined)) === undefined) throw new KyozoError('internal', `${gitDir} is not there`)
  const done = await runGit({
    gitDir,
    args: [
      ...[
        'fetch',
        '--progress',
        '--no-tags',
        '--no-write-fetch-head',
        '--filter=tree:0',
        `--depth=${depth}`,
        '--force',
        '--end-of-options',
        url,
      ],
      ...refs.map((ref, at) => `+${ref}:refs/kyozo/parting/${at}`),
    ],
    deadlineMs,
    config: fetchConfig(request),
    onStderr: (chunk) => {
      if (tellsProgress(chunk.toString('latin1'))) heard()
    },
    ...(request.signal ? { signal: request.signal } : {}),
  })
  if (done.exitCode !== 0) throw fetchError({ ...request, url, ref: refs[1] }, done.stderr)
}
