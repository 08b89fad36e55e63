// Has a preview removed, with everything that it keeps.
import type { Queue } from '../../queue/queue.ts'
import type { Executor } from '../../store/database.ts'
import type { Environment } from '../../store/environments.ts'
import { pauseForRemoval } from '../../store/intents.ts'
import { type Asker, openOperation, startOperation } from '../../store/operations.ts'
import type { PullRequest } from '../../store/pull-requests.ts'
import type { Workspace } from '../../store/workspaces.ts'

export interface Leaving {
  readonly workspace: Pick<Workspace, 'id' | 'teamId'>
  readonly environment: Environment
  readonly by: string
  readonly because: string
}

/** What is known of a pull request whose preview a person removed: it stays away until somebody asks for it. */
export function destroyedBy(by: string, { headSha }: Pick<PullRequest, 'headSha'>) {
  return { held: 'destroyed', heldReason: `${by} removed it`, heldSha: headSha, askedBy: null } as const
}

/** Does nothing when it is being removed already. */
export async function letGo(
  trx: Executor,
  queue: Pick<Queue, 'enqueueOperation'>,
  { workspace, environment, by, because }: Leaving,
): Promise<void> {
  if (await isGoing(trx, environment)) return
  const asker: Asker = { teamId: workspace.teamId, name: by, userId: null }
  // Nothing new begins meanwhile.
  await pauseForRemoval(trx, asker, environment.id, `it is being deleted: ${because}`)
  const { operation } = await startOperation(trx, asker, deletionOf(environment))
  await queue.enqueueOperation(trx, operation.id)
}

export async function isGoing(trx: Executor, environment: Pick<Environment, 'id' | 'name' | 'teamId' | 'workspaceId'>): Promise<boolean> {
  return (await openOperation(trx, environment, { ...deletionOf(environment), among: 'open' })) !== undefined
}

/** As the API asks for it too, so that there is one of it. */
function deletionOf({ id, name, workspaceId }: Pick<Environment, 'id' | 'name' | 'workspaceId'>) {
  return { kind: 'delete_environment', workspaceId, input: { environment_id: id, name } }
}
