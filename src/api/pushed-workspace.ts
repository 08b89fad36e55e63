// The workspace that a push to a free name makes.
import { recordAudit } from '../store/audit.ts'
import type { Database } from '../store/database.ts'
import type { Viewer } from '../store/viewer.ts'
import { assertFreeWorkspaceName, createWorkspace, findWorkspaceByName, holdWorkspaceNames, type Workspace } from '../store/workspaces.ts'

/** Of two first pushes at once the second finds what the first made. Throws `conflict` when an environment answers at this name. */
export function pushedWorkspace(
  db: Database,
  viewer: Viewer,
  { name, ipAddress }: { readonly name: string; readonly ipAddress: string | undefined },
): Promise<Workspace> {
  return db.transaction().execute(async (trx) => {
    await holdWorkspaceNames(trx)
    const known = await findWorkspaceByName(trx, name)
    if (known !== undefined) return known
    await assertFreeWorkspaceName(trx, name)
    const made = await createWorkspace(trx, { teamId: viewer.teamId, name, forge: 'git' })
    await recordAudit(trx, viewer, {
      action: 'workspaces.create',
      subjectType: 'workspaces',
      subjectId: made.id,
      subjectName: name,
      details: { forge: 'git' },
      ipAddress,
    })
    return made
  })
}
