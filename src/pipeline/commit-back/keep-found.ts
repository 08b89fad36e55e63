// What a release leaves of compose.kyozo.yaml when it goes live: what the file was compared with, and, if the file should be another, who writes it.
import type { Queue } from '../../queue/queue.ts'
import { settledBy } from '../../stack/committed/base.ts'
import type { Committed } from '../../stack/edits/with-edits.ts'
import { putComposeFile, settleComposeFile, tellCommitBack } from '../../store/compose-files.ts'
import type { Executor } from '../../store/database.ts'
import type { Environment } from '../../store/environments.ts'
import { queuedOperation, startOperation } from '../../store/operations.ts'
import type { Release } from '../../store/releases.ts'
import type { Workspace } from '../../store/workspaces.ts'
import { wantedText } from './decide.ts'

export interface FoundByRelease {
  readonly workspace: Workspace
  readonly environment: Environment
  readonly release: Pick<Release, 'id' | 'sha'>
  readonly committed: Committed
}

/** In the transaction that makes the release live. Previews write nothing back. */
export async function keepFoundFile(trx: Executor, queue: Pick<Queue, 'enqueueOperation'>, found: FoundByRelease): Promise<void> {
  const { workspace, environment, release, committed } = found
  if (environment.kind !== 'branch') return
  const place = { teamId: workspace.teamId, workspaceId: workspace.id, environmentId: environment.id, releaseId: release.id }
  const isAsItShouldBe = wantedText(committed) === committed.present
  await putComposeFile(trx, { ...place, sha: release.sha, found: isAsItShouldBe ? null : committed })
  const settled = settledBy({ ...committed, text: committed.merged.text })
  if (settled !== undefined) await settleComposeFile(trx, place, settled)
  if (isAsItShouldBe) return tellCommitBack(trx, release.id, { state: 'nothing', words: 'compose.kyozo.yaml is as it should be' })
  await tellCommitBack(trx, release.id, { state: 'waiting', words: 'compose.kyozo.yaml is to be written back' })
  const asker = { teamId: workspace.teamId, name: 'kyozo', userId: null }
  const request = { kind: 'write_compose', workspaceId: workspace.id, environmentId: environment.id }
  const operation = (await queuedOperation(trx, asker, request)) ?? (await startOperation(trx, asker, request)).operation
  await queue.enqueueOperation(trx, operation.id)
}
