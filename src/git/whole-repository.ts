// A whole bare repository as its references and one pack, and back. A repository that comes back is made anew: no hooks, no configuration and no
// paths come with it.
import { mkdir } from 'node:fs/promises'
import type { Readable, Writable } from 'node:stream'
import { KyozoError } from '../errors.ts'
import { runGit } from './git-program.ts'

export interface RepositoryRefs {
  /** What a clone checks out. */
  readonly head: string
  /** Branches and tags with what they point at. */
  readonly refs: readonly (readonly [name: string, sha: string])[]
}

/** A large repository on a slow disk. */
const wholeMs = 60 * 60_000
const quickMs = 60_000

export async function readRepositoryRefs(gitDir: string): Promise<RepositoryRefs> {
  const head = await output(gitDir, ['symbolic-ref', 'HEAD'])
  const listed = await output(gitDir, ['for-each-ref', '--format=%(objectname) %(refname)', '--', 'refs/heads/', 'refs/tags/'])
  const lines = listed.split('\n').filter((line) => line !== '')
  return { head: head.trim(), refs: lines.map((line) => [line.slice(line.indexOf(' ') + 1), line.slice(0, line.indexOf(' '))]) }
}

/** Writes everything that the references and the given commits need; commits that are not there are left out. False when there is nothing. */
export async function packRepository(gitDir: string, tips: readonly string[], stdout: Writable): Promise<boolean> {
  const there = await existing(gitDir, tips)
  if (there.length === 0) return false
  const done = await runGit({
    gitDir,
    args: ['pack-objects', '--revs', '--stdout', '--delta-base-offset', '--quiet'],
    input: lines(there),
    deadlineMs: wholeMs,
    stdout,
  })
  if (done.exitCode !== 0) throw new KyozoError('repository_corrupt', `${gitDir} could not be packed: ${lastLine(done.stderr)}`)
  return true
}

/** Makes a bare repository of what `packRepository` wrote; what git finds wrong with it throws `repository_corrupt`. */
export async function makeRepository(gitDir: string, { head, refs }: RepositoryRefs, pack: Readable | undefined): Promise<void> {
  await mkdir(gitDir, { recursive: true, mode: 0o700 })
  await succeed(gitDir, { args: ['init', '--quiet', '--bare', '--template=', '--initial-branch=main'], deadlineMs: quickMs })
  if (pack !== undefined) await succeed(gitDir, { args: ['index-pack', '--stdin', '--strict'], input: pack, deadlineMs: wholeMs })
  for (const name of [head, ...refs.map(([ref]) => ref)]) assertRef(name)
  const updates = refs.map(([name, sha]) => `create ${name}\0${sha}\0`).join('')
  await succeed(gitDir, { args: ['update-ref', '--stdin', '-z'], input: updates, deadlineMs: quickMs })
  await succeed(gitDir, { args: ['symbolic-ref', 'HEAD', head], deadlineMs: quickMs })
}

function assertRef(name: string): void {
  if (/^refs\/(heads|tags)\/[^\0-\x20\x7f~^:?*[\\]+$/.test(name) && !name.includes('..')) return
  throw new KyozoError('repository_corrupt', `${JSON.stringify(name)} is no branch and no tag`)
}

async function existing(gitDir: string, tips: readonly string[]): Promise<readonly string[]> {
  const unique = [...new Set(tips)]
  if (unique.length === 0) return []
  const done = await runGit({
    gitDir,
    args: ['cat-file', '--batch-check=%(objectname) %(objecttype)'],
    input: lines(unique),
    deadlineMs: wholeMs,
  })
  return done.stdout
    .toString('utf8')
    .split('\n')
    .flatMap((line) => (/^[0-9a-f]{40,64} (commit|tag)$/.test(line) ? [line.split(' ')[0]!] : []))
}

async function output(gitDir: string, args: readonly string[]): Promise<string> {
  return (await succeed(gitDir, { args, deadlineMs: quickMs })).stdout.toString('utf8')
}

async function succeed(gitDir: string, call: Omit<Parameters<typeof runGit>[0], 'gitDir'>) {
  const done = await runGit({ gitDir, ...call })
  if (done.exitCode !== 0) throw new KyozoError('repository_corrupt', `git ${call.args[0]} failed in ${gitDir}: ${lastLine(done.stderr)}`)
  return done
}

function lines(all: readonly string[]): string {
  return all.map((one) => `${one}\n`).join('')
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}
