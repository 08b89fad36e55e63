// Repositories are known by the host's id of them. One that was renamed or moved keeps its id, and whoever has its old name now is somebody else. What the
// host calls its default branch is followed too.
import type { ForgeRepository } from '../forge/forge.ts'
import { recordOwnAudit } from '../store/audit.ts'
import { followDefaultBranch } from '../store/intents.ts'
import {
  findWorkspace,
  holdWorkspace,
  setDefaultBranch,
  setHostDefaultBranch,
  setRepositoryName,
  type Workspace,
} from '../store/workspaces.ts'
import type { Kyozo } from './kyozo.ts'

type Asking = Pick<Kyozo, 'db' | 'connections' | 'log'>

/**
 * Asks the host what the workspace's repository is called now. Returns the workspace under the new name, stored; undefined when nothing changed, or
 * the host has no such repository for kyozo, or cannot be asked. Throws `forge_unavailable` or `forge_refused`.
 */
export async function followRename(kyozo: Asking, workspace: Workspace): Promise<Workspace | undefined> {
  const found = await atHost(kyozo, workspace)
  return found === undefined ? undefined : followName(kyozo, workspace, found)
}

/** As `followRename`, of the default branch as well. Returns the workspace as it is now. */
export async function followRepository(kyozo: Asking, workspace: Workspace): Promise<Workspace> {
  const found = await atHost(kyozo, workspace)
  if (found === undefined) return workspace
  const named = (await followName(kyozo, workspace, found)) ?? workspace
  return found.defaultBranch === workspace.hostDefaultBranch ? named : followBranch(kyozo, named, found.defaultBranch)
}

async function atHost(kyozo: Asking, { connection, repositoryId: id, repositoryName: fullName }: Workspace) {
  if (id === null || fullName === null) return undefined
  const found = await kyozo.connections.client(connection ?? '')?.ask?.findRepository({ id, fullName })
  return found?.id === id ? found : undefined
}

async function followName(kyozo: Asking, workspace: Workspace, found: ForgeRepository): Promise<Workspace | undefined> {
  if (found.fullName === workspace.repositoryName) return undefined
  const fields = { workspace: workspace.name, from: workspace.repositoryName, to: found.fullName }
  kyozo.log.info(fields, 'a repository was renamed at its host, and is followed')
  await setRepositoryName(kyozo.db, workspace.id, { name: found.fullName, url: found.cloneUrl })
  return { ...workspace, repositoryName: found.fullName, repositoryUrl: found.cloneUrl }
}

/** Production goes with the default branch, unless a person chose another one, or another environment follows the new one already. */
async function followBranch(kyozo: Asking, { id, repositoryName, repositoryUrl }: Workspace, to: string): Promise<Workspace> {
  return kyozo.db.transaction().execute(async (trx) => {
    await holdWorkspace(trx, id)
    const workspace = (await findWorkspace(trx, id))!
    const from = workspace.defaultBranch
    await setHostDefaultBranch(trx, id, to)
    const now = { ...workspace, repositoryName, repositoryUrl, hostDefaultBranch: to }
    if (from === to || from !== workspace.hostDefaultBranch) return now
    const takenBy = await followDefaultBranch(trx, id, { from, to })
    const words =
      takenBy === undefined
        ? `the default branch was changed at the Git host from ${from} to ${to}, and is followed`
        : `the default branch was changed at the Git host from ${from} to ${to}, which ${takenBy} follows already; ${from} stays the default branch here`
    const details = { default_branch: takenBy === undefined ? to : from, reason: words }
    const subject = { subjectType: 'workspaces', subjectId: id, subjectName: workspace.name }
    await recordOwnAudit(trx, workspace.teamId, { action: 'workspaces.update', ...subject, details })
    kyozo.log.warn({ workspace: workspace.name }, words)
    if (takenBy !== undefined) return now
    await setDefaultBranch(trx, id, to)
    return { ...now, defaultBranch: to }
  })
}
