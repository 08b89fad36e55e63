// Which branch of the built-in remote is production. The first one that is pushed, main and master before others; a person may change it later.
import type { Mirrors } from '../git/mirror.ts'
import type { Database } from '../store/database.ts'
import { listEnvironments } from '../store/environments.ts'
import { setDefaultBranch, type Workspace } from '../store/workspaces.ts'

const preferred = ['main', 'master']

/** The workspace with its default branch set to one that exists, as long as any does. */
export async function withDefaultBranch(
  parts: { readonly db: Database; readonly mirrors: Mirrors },
  workspace: Workspace,
): Promise<Workspace> {
  const branches = [...(await parts.mirrors.branches(workspace.id)).keys()].map((ref) => ref.slice('refs/heads/'.length))
  if (branches.length === 0 || branches.includes(workspace.defaultBranch)) return workspace
  // Once something was released, a deleted branch does not make another one production.
  if ((await listEnvironments(parts.db, workspace.id)).length > 0) return workspace
  const branch = preferred.find((name) => branches.includes(name)) ?? branches[0]!
  await parts.mirrors.setHead(workspace.id, `refs/heads/${branch}`)
  await setDefaultBranch(parts.db, workspace.id, branch)
  return { ...workspace, defaultBranch: branch }
}
