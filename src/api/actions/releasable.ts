// Whether commits may be deployed to an environment now.
import { KyozoError } from '../../errors.ts'
import { pausedWords } from '../../pipeline/skip.ts'
import type { Executor } from '../../store/database.ts'
import { findEnvironment } from '../../store/environments.ts'
import { findWorkspace } from '../../store/workspaces.ts'

/** Throws `state_conflict` when the environment is paused, or its workspace runs no containers. */
export async function assertReleasable(
  db: Executor,
  { environmentId, workspaceId }: { readonly environmentId: string; readonly workspaceId: string },
): Promise<void> {
  const environment = await findEnvironment(db, environmentId)
  if (environment?.pausedAt)
    throw new KyozoError('state_conflict', `${environment.name} is ${pausedWords(environment)}`, { hint: 'resume it first' })
  const workspace = await findWorkspace(db, workspaceId)
  if (workspace?.containerEnabled === false)
    throw new KyozoError('state_conflict', `containers are off for ${workspace.name}`, { hint: 'set container_enabled to true first' })
}
