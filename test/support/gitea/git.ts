// What Gitea does in its repositories beside taking pushes: merging, forking, and refusing what a branch is protected from.
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runChild } from '../../../src/child.ts'

/** A real merge commit of two commits. Throws when they are in conflict. */
export async function mergeCommits(folder: string, merge: { readonly base: string; readonly head: string; readonly message: string }) {
  const tree = await git(folder, ['merge-tree', '--write-tree', merge.base, merge.head])
  return git(folder, ['commit-tree', tree, '-p', merge.base, '-p', merge.head, '-m', merge.message])
}

/** Brings commits of one repository into another, and points refs at them. */
export async function fetchInto(folder: string, from: string, refspec: string): Promise<void> {
  await git(folder, ['fetch', '--quiet', '--no-tags', from, refspec])
}

/** Branches and tags, by their full names. */
export async function listRefs(folder: string): Promise<ReadonlyMap<string, string>> {
  const lines = (await git(folder, ['for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads', 'refs/tags'])).split('\n')
  return new Map(lines.filter((line) => line !== '').map((line) => line.split(' ') as [string, string]))
}

/** Of a protected branch: that nobody pushes to it, whatever their token, or that it takes signed commits only. */
export type BranchRule = 'no-pushes' | 'signed'

export async function protectBranch(folder: string, branch: string, rule: BranchRule): Promise<void> {
  await git(folder, ['config', '--add', `double.${rule}`, branch])
  await mkdir(join(folder, 'hooks'), { recursive: true })
  const hook = join(folder, 'hooks/pre-receive')
  await writeFile(hook, preReceive)
  await chmod(hook, 0o755)
}

/** In the words and the order of routers/private/hook_pre_receive.go, as cmd/hook.go prints them. */
const preReceive = `#!/bin/sh
refuse() {
  printf '\\nGitea: %s\\n' "$1" >&2
  exit 1
}
is_listed() {
  git config --get-all "$1" | grep -qxF -e "$2"
}
while read -r old new ref; do
  branch=\${ref#refs/heads/}
  if is_listed double.signed "$branch"; then
    for commit in $(git rev-list "$new" --not --all); do
      git cat-file commit "$commit" | grep -q '^gpgsig' || refuse "Branch $branch is protected from unverified commit $commit"
    done
  fi
  if is_listed double.no-pushes "$branch"; then refuse "Not allowed to push to protected branch $branch"; fi
done
`

const person = { NAME: 'Mona', EMAIL: 'mona@example.com', DATE: '2025-01-01T00:00:00Z' }
const identity = Object.fromEntries(
  Object.entries(person).flatMap(([key, value]) => [
    [`GIT_AUTHOR_${key}`, value],
    [`GIT_COMMITTER_${key}`, value],
  ]),
)

async function git(folder: string, args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runChild({
    program: 'git',
    args,
    cwd: folder,
    env: { GIT_DIR: folder, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', HOME: '/nonexistent', ...identity },
    deadlineMs: 60_000,
  })
  if (exitCode !== 0) throw new Error(`git ${args[0]} failed: ${stderr}`)
  return stdout.toString('utf8').trim()
}
