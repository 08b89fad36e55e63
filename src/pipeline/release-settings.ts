// Settings of an environment changed: what is live is released once more with them. A release that waits already takes them along.
import type { Queue } from '../queue/queue.ts'
import { askRelease } from '../store/asked-releases.ts'
import type { Executor } from '../store/database.ts'
import { liveEnvironments } from '../store/environments.ts'
import { notify } from '../store/notify.ts'
import type { Viewer } from '../store/viewer.ts'

export interface ChangedSettings {
  readonly workspaceId: string
  /** Null for all environments of the workspace. */
  readonly environmentId: string | null
  readonly by: Pick<Viewer, 'name' | 'userId'>
}

/** In the caller's transaction. Environments to which nothing was released yet read them with their first release. */
export async function releaseSettings(
  trx: Executor,
  queue: Pick<Queue, 'enqueueDeploy'>,
  { by, ...place }: ChangedSettings,
): Promise<void> {
  for (const environmentId of await liveEnvironments(trx, place)) {
    await askRelease(trx, { environmentId, options: { analyze: true }, triggeredBy: by.name, triggeredById: by.userId })
    await queue.enqueueDeploy(trx, environmentId)
    await notify(trx, 'queue', environmentId)
  }
}
