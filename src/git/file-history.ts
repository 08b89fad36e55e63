// What one file of a repository has been, commit by commit.
import path from 'node:path'
import { runGit } from './git-program.ts'
import { repositoryOf } from './open-folder.ts'
import { fileReadLimitBytes } from './source-tree.ts'

export interface FileVersion {
  readonly commit: string
  readonly text: string
}

export interface HistoryRequest {
  /** From the root of the repository. */
  readonly file: string
  /** Where to begin. Default is HEAD. */
  readonly ref?: string | undefined
  /** How many versions at most. */
  readonly limit: number
}

const gitMs = 30_000

/** Newest first: the commits that changed the file, with what it was then. None for a folder that is no repository's root. */
export async function fileHistory(folder: string, { file, ref = 'HEAD', limit }: HistoryRequest): Promise<readonly FileVersion[]> {
  const gitDir = (await repositoryOf(path.resolve(folder)))?.gitDir
  if (gitDir === undefined) return []
  const log = await runGit({
    gitDir,
    args: ['log', '--format=%H', `--max-count=${limit}`, '--end-of-options', ref, '--', file],
    deadlineMs: gitMs,
  })
  const commits = log.stdout
    .toString('utf8')
    .split('\n')
    .filter((line) => /^[0-9a-f]{40,64}$/.test(line))
  if (log.exitCode !== 0 || commits.length === 0) return []
  const blobs = await runGit({
    gitDir,
    args: ['cat-file', '--batch'],
    input: commits.map((commit) => `${commit}:${file}\n`).join(''),
    deadlineMs: gitMs,
    outputLimitBytes: limit * 2 * fileReadLimitBytes,
  })
  const texts = blobs.exitCode === 0 && !blobs.wasTruncated ? textsOf(blobs.stdout) : []
  return commits.flatMap((commit, at) => (texts[at] == null ? [] : [{ commit, text: texts[at] }]))
}

/** `<id> <kind> <size>` and that many bytes for each that was asked for, or `<name> missing`; null for what is none or too large. */
function textsOf(output: Buffer): (string | null)[] {
  const texts: (string | null)[] = []
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf(10, at)
    if (end < 0) break
    const [, kind, bytes] = /^\S+ (\w+) (\d+)$/.exec(output.toString('utf8', at, end)) ?? []
    const size = bytes === undefined ? -1 : Number(bytes)
    texts.push(kind === 'blob' && size <= fileReadLimitBytes ? output.toString('utf8', end + 1, end + 1 + size) : null)
    at = size < 0 ? end + 1 : end + 1 + size + 1
  }
  return texts
}
