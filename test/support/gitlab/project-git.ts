// The Git side of a project: what the double of GitHub has too, and what only GitLab's merge requests and protected branches need.
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runChild } from '../../../src/child.ts'
import { createGitRepository, type GitRepository } from '../github/repositories.ts'

export interface ProjectGit extends Omit<GitRepository, 'take' | 'merge' | 'protect'> {
  /** All refs below a prefix with what they point at. */
  refs(prefix: string): Promise<ReadonlyMap<string, string>>
  /** Takes over a branch of another project under a ref of this one, and gives the commit. */
  take(from: Pick<GitRepository, 'folder'>, branch: string, ref: string): Promise<string>
  /** A commit on the branch that merges another one, whose tree Git makes. Throws when both changed the same. */
  merge(branch: string, sha: string, message: string): Promise<string>
  /** The branches that a commit is part of. */
  branchesWith(sha: string): Promise<readonly string[]>
  /** From now on nobody may push to it. */
  protect(branch: string): Promise<void>
  /** From now on only signed commits are taken, on whatever branch: GitLab has this rule for a whole project. */
  requireSignatures(): Promise<void>
}

export async function createProjectGit(folder: string, defaultBranch: string): Promise<ProjectGit> {
  const repository = await createGitRepository(folder, defaultBranch)
  const git = (args: readonly string[]) => run(folder, args)
  const refuses = join(folder, 'protected')
  await writeFile(refuses, '')
  await writeFile(join(folder, 'hooks/pre-receive'), preReceive)
  await chmod(join(folder, 'hooks/pre-receive'), 0o755)
  return {
    ...repository,
    async refs(prefix) {
      const listed = await git(['for-each-ref', '--format=%(refname) %(objectname)', prefix])
      return new Map(listed.split('\n').flatMap((line) => (line === '' ? [] : [line.split(' ') as [string, string]])))
    },
    async take(from, branch, ref) {
      await git(['fetch', '--quiet', '--no-tags', from.folder, `+refs/heads/${branch}:${ref}`])
      return (await repository.tip(ref))!
    },
    async merge(branch, sha, message) {
      const base = (await repository.tip(`refs/heads/${branch}`))!
      const tree = await git(['merge-tree', '--write-tree', base, sha])
      const commit = await git(['commit-tree', tree.split('\n')[0]!, '-p', base, '-p', sha, '-m', message])
      await repository.setRef(`refs/heads/${branch}`, commit)
      return commit
    },
    async branchesWith(sha) {
      return (await git(['for-each-ref', '--format=%(refname:short)', `--contains=${sha}`, 'refs/heads/'])).split('\n').filter(Boolean)
    },
    async protect(branch) {
      await writeFile(refuses, `refs/heads/${branch}\n`, { flag: 'a' })
    },
    requireSignatures: () => writeFile(join(folder, 'signed-only'), ''),
  }
}

/** As GitLab says it to whoever pushes. */
const preReceive = `#!/bin/sh
refuse() {
  echo "GitLab: $1" >&2
  exit 1
}
while read -r before after ref; do
  if grep -qxF "$ref" "$GIT_DIR/protected"; then refuse 'You are not allowed to push code to protected branches on this project.'; fi
  if [ -e "$GIT_DIR/signed-only" ]; then
    for commit in $(git rev-list "$after" --not --all); do
      git cat-file commit "$commit" | grep -q '^gpgsig' || refuse 'Commit must be signed with a GPG key'
    done
  fi
done
`

const person = { NAME: 'Sid', EMAIL: 'sid@example.com', DATE: '2025-01-01T00:00:00Z' }
const identity = Object.fromEntries(
  Object.entries(person).flatMap(([key, value]) => [
    [`GIT_AUTHOR_${key}`, value],
    [`GIT_COMMITTER_${key}`, value],
  ]),
)

async function run(folder: string, args: readonly string[]): Promise<string> {
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
