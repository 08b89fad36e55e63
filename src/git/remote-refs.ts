// What another repository's refs point at, without fetching anything of it.
import { KyozoError } from '../errors.ts'
import { assertFetchable, type FetchRequest, fetchConfig, fetchError } from './fetching.ts'
import { runGit } from './git-program.ts'

export interface RemoteRefsRequest extends Omit<FetchRequest, 'ref'> {
  /** Full refs. */
  readonly refs: readonly string[]
}

/** A host that takes longer to name a few refs is in trouble. */
const deadlineMs = 60_000

/** `gitDir` is any repository: git reads its configuration from one. */
export async function readRemoteRefs(gitDir: string, request: RemoteRefsRequest): Promise<ReadonlyMap<string, string>> {
  const { url, refs } = request
  const asked = refs.map((ref) => ({ ...request, ref }))
  for (const one of asked) assertFetchable(one)
  if (asked.length === 0) return new Map()
  const done = await runGit({
    gitDir,
    args: ['ls-remote', '--quiet', '--end-of-options', url, ...refs],
    deadlineMs,
    config: fetchConfig(request),
    ...(request.signal ? { signal: request.signal } : {}),
  })
  if (done.exitCode !== 0) throw fetchError(asked[0]!, done.stderr)
  if (done.wasTruncated) throw new KyozoError('repository_unreachable', `${url} named more refs than it was asked for`)
  const wanted = new Set(refs)
  const lines = done.stdout
    .toString('utf8')
    .split('\n')
    .map((line) => line.split('\t') as [string, string?])
  // Git takes a name for the end of one: `refs/heads/main` is asked for and `refs/x/refs/heads/main` is named too.
  return new Map(lines.flatMap(([sha, ref]) => (ref !== undefined && wanted.has(ref) && shaPattern.test(sha) ? [[ref, sha] as const] : [])))
}

const shaPattern = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/
