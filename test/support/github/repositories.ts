// The Git side of the double: bare repositories on disk, commits made by plumbing, the way a push would leave them.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runChild } from '../../../src/child.ts'

/** Files of a commit by path: text, or `null` to remove one. `from` takes a folder's whole content instead. */
export type Change = { readonly files: Readonly<Record<string, string | null>> } | { readonly from: string }

export interface NewCommit {
  readonly branch: string
  readonly change: Change
  readonly message: string
  /** The parent; `null` starts a history. Default is the branch's tip. */
  readonly parent?: string | null
}

/** What a protected branch takes: changes by pull requests only, or signed commits only. */
export type BranchRule = 'pull-requests' | 'signed'

export interface Commit {
  readonly message: string
  readonly parents: readonly string[]
}

export interface GitRepository {
  readonly folder: string
  tip(ref: string): Promise<string | undefined>
  commit(commit: NewCommit): Promise<string>
  hasCommit(sha: string): Promise<boolean>
  /** Points a ref at a commit; `null` deletes it. */
  setRef(ref: string, sha: string | null): Promise<void>
  /** Whether `ancestor` is part of the history of `sha`. */
  contains(sha: string, ancestor: string): Promise<boolean>
  /** Every branch, `refs/heads/<branch>`, with its tip. */
  branches(): Promise<ReadonlyMap<string, string>>
  /** Brings a commit, with all it stands on, from another repository and points a ref at it. */
  take(from: GitRepository, sha: string, ref: string): Promise<void>
  /** A commit on top of `base` that has `head` as its second parent; undefined when they contradict each other. */
  merge(merge: { readonly base: string; readonly head: string; readonly message: string }): Promise<string | undefined>
  /** A file or commit as Git keeps it: `<sha>:api/Dockerfile`; undefined when it is not there. */
  read(object: string): Promise<string | undefined>
  commitAt(sha: string): Promise<Commit>
  /** Makes Git refuse pushes to these branches in GitHub's words, or only those of commits that nobody signed. */
  protect(branches: readonly string[], rule: BranchRule): Promise<void>
}

export async function createGitRepository(folder: string, defaultBranch: string): Promise<GitRepository> {
  await mkdir(folder, { recursive: true })
  const run = (args: readonly string[], options: GitOptions = {}) => git(folder, args, options)
  await run(['init', '--quiet', '--bare', `--initial-branch=${defaultBranch}`, folder])
  for (const [key, value] of settings) await run(['config', key, value])
  const known = new Set<string>()
  const tip = async (ref: string) => {
    const { exitCode, output } = await run(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`], { mayFail: true })
    return exitCode === 0 ? output : undefined
  }
  return {
    folder,
    tip,
    async commit({ branch, change, message, parent }) {
      const base = parent === undefined ? await tip(`refs/heads/${branch}`) : (parent ?? undefined)
      const tree = await writeTree(folder, change, base)
      const commit = await run(['commit-tree', tree, ...(base === undefined ? [] : ['-p', base])], { input: message })
      await run(['update-ref', `refs/heads/${branch}`, commit.output])
      return commit.output
    },
    async hasCommit(sha) {
      // Commits never go away here, so one question a commit is enough.
      if (!known.has(sha) && (await run(['cat-file', '-e', `${sha}^{commit}`], { mayFail: true })).exitCode === 0) known.add(sha)
      return known.has(sha)
    },
    setRef: async (ref, sha) => void (await run(sha === null ? ['update-ref', '-d', ref] : ['update-ref', ref, sha])),
    contains: async (sha, ancestor) => (await run(['merge-base', '--is-ancestor', ancestor, sha], { mayFail: true })).exitCode === 0,
    async read(object) {
      const { exitCode, output } = await run(['cat-file', '-p', object], { mayFail: true })
      return exitCode === 0 ? output : undefined
    },
    async commitAt(sha) {
      const [head = '', ...message] = (await run(['cat-file', 'commit', sha])).output.split('\n\n')
      return { message: message.join('\n\n'), parents: [...head.matchAll(/^parent ([0-9a-f]+)$/gm)].map(([, parent]) => parent!) }
    },
    async branches() {
      const { output } = await run(['for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads/'])
      return new Map(output === '' ? [] : output.split('\n').map((line) => line.split(' ') as [string, string]))
    },
    async take(from, sha, ref) {
      await run(['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', from.folder, `+${sha}:${ref}`])
    },
    async merge({ base, head, message }) {
      const merged = await run(['merge-tree', '--write-tree', base, head], { mayFail: true })
      if (merged.exitCode !== 0) return undefined
      const [tree = ''] = merged.output.split('\n')
      return (await run(['commit-tree', tree, '-p', base, '-p', head], { input: message })).output
    },
    async protect(branches, rule) {
      await writeFile(join(folder, `protected-${rule}`), branches.map((branch) => `refs/heads/${branch}\n`).join(''))
      await mkdir(join(folder, 'hooks'), { recursive: true })
      await writeFile(join(folder, 'hooks/update'), refusingHook, { mode: 0o755 })
    },
  }
}

/** As GitHub: any reachable commit can be asked for, filters are allowed, and nobody pushes to a pull request but by its branch. */
const settings = [
  ['uploadpack.allowAnySHA1InWant', 'true'],
  ['uploadpack.allowFilter', 'true'],
  ['http.receivepack', 'true'],
  ['receive.hideRefs', 'refs/pull'],
] as const

/** Git runs it for each ref of a push; what it says reaches whoever pushes. */
const refusingHook = `#!/bin/sh
refuse() {
  echo "error: GH006: Protected branch update failed for $1." >&2
  echo "error: $2" >&2
  exit 1
}
is_protected() {
  grep --quiet --no-messages --fixed-strings --line-regexp -e "$2" "$GIT_DIR/protected-$1"
}
if is_protected signed "$1"; then
  for commit in $(git rev-list "$3" --not --all); do
    git cat-file commit "$commit" | grep --quiet '^gpgsig' || refuse "$1" 'Commits must have verified signatures.'
  done
fi
if is_protected pull-requests "$1"; then refuse "$1" 'Changes must be made through a pull request.'; fi
`

/** In an index it stands for a file that goes. */
const noObject = '0'.repeat(40)

/** Writes the tree of `base` with `change` made to it, through an index of its own. */
async function writeTree(folder: string, change: Change, base: string | undefined): Promise<string> {
  const scratch = await mkdtemp(join(folder, 'index-'))
  const env = { GIT_INDEX_FILE: join(scratch, 'index') }
  const run = (args: readonly string[], options: GitOptions = {}) => git(folder, args, { ...options, env: { ...env, ...options.env } })
  try {
    if ('from' in change) await run(['add', '--all', '--force', '.'], { env: { GIT_WORK_TREE: change.from }, cwd: change.from })
    else {
      if (base !== undefined) await run(['read-tree', base])
      const entries: string[] = []
      for (const [path, text] of Object.entries(change.files))
        entries.push(
          text === null
            ? `0 ${noObject}\t${path}`
            : `100644 ${(await run(['hash-object', '-w', '--stdin'], { input: text })).output}\t${path}`,
        )
      await run(['update-index', '-z', '--index-info'], { input: entries.map((entry) => `${entry}\0`).join('') })
    }
    return (await run(['write-tree'])).output
  } finally {
    await rm(scratch, { recursive: true })
  }
}

interface GitOptions {
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly mayFail?: boolean
}

const person = { NAME: 'Mona', EMAIL: 'mona@example.com', DATE: '2025-01-01T00:00:00Z' }
const identity = Object.fromEntries(
  Object.entries(person).flatMap(([key, value]) => [
    [`GIT_AUTHOR_${key}`, value],
    [`GIT_COMMITTER_${key}`, value],
  ]),
)

async function git(folder: string, args: readonly string[], { input, env, cwd, mayFail }: GitOptions) {
  const { exitCode, stdout, stderr } = await runChild({
    program: 'git',
    args,
    cwd: cwd ?? folder,
    env: { GIT_DIR: folder, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', HOME: '/nonexistent', ...identity, ...env },
    deadlineMs: 60_000,
    ...(input !== undefined && { input }),
  })
  if (exitCode !== 0 && !mayFail) throw new Error(`git ${args[0]} failed: ${stderr}`)
  return { exitCode, output: stdout.toString('utf8').trim() }
}
