// A pull request of a fork and its preview's environment on real PostgreSQL: what its host says of it, who approves, what is released, and what is asked.
import { readConfig } from '../../../src/config.ts'
import { createLog } from '../../../src/log.ts'
import type { Kyozo } from '../../../src/pipeline/kyozo.ts'
import type { OperationWork } from '../../../src/pipeline/operations/operation.ts'
import type { Database } from '../../../src/store/database.ts'
import { findEnvironment, putEnvironment } from '../../../src/store/environments.ts'
import { claimRelease, endRelease } from '../../../src/store/leases.ts'
import { claimOperation } from '../../../src/store/operation-leases.ts'
import { findOperation, type OperationRequest, startOperation } from '../../../src/store/operations.ts'
import {
  approvalBy,
  changePullRequest,
  findPullRequest,
  type KnownPullRequest,
  notePullRequest,
  type PullRequest,
} from '../../../src/store/pull-requests.ts'
import { queueRelease } from '../../../src/store/releases.ts'
import { shaOf, workspaceWithEnvironment } from '../../store/rows.ts'
import { at, said } from '../../store/said-pull-request.ts'

export async function forked(db: Database) {
  const { workspace: made } = await workspaceWithEnvironment(db)
  const workspace = await db
    .updateTable('workspaces')
    .set({ repositoryId: '42', repositoryName: 'acme/shop' })
    .where('id', '=', made.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  let second = 10
  const note = async (change: Partial<KnownPullRequest> = {}) => {
    second += 1
    return (await notePullRequest(db, workspace, { ...said, isFork: true, ...change, updatedAt: at(second) })).pullRequest
  }
  const { id } = await note()
  const preview = { pullRequest: said.number, trust: 'fork' } as const
  const { id: environmentId } = await putEnvironment(db, workspace, { name: 'pr-7', ref: said.ref, preview })
  await changePullRequest(db, id, { environmentId })
  const place = { teamId: workspace.teamId, workspaceId: workspace.id, environmentId, ref: said.ref }
  const now = async (): Promise<PullRequest> => (await findPullRequest(db, id))!
  return {
    workspace,
    note,
    now,
    environment: async () => (await findEnvironment(db, environmentId))!,
    approve: async () => changePullRequest(db, id, approvalBy('ada', await now())),
    queue: async (digit: string) => (await queueRelease(db, { ...place, sha: shaOf(digit), triggeredBy: 'ada' })).release,
    /** A release of a commit that has ended. */
    async release(digit: string, state: 'live' | 'failed') {
      const { release } = await queueRelease(db, { ...place, sha: shaOf(digit), triggeredBy: 'ada' })
      await endRelease(db, (await claimRelease(db, environmentId, 'me'))!.lease, { change: { state }, verdicts: [] })
      if (state === 'live')
        await db.updateTable('environments').set({ liveReleaseId: release.id }).where('id', '=', environmentId).execute()
      return release
    },
    /** Has an operation carried out that somebody asked for. */
    async carryOut(work: OperationWork, { request, kyozo }: { readonly request: Partial<OperationRequest>; readonly kyozo: Kyozo }) {
      const ada = { teamId: workspace.teamId, name: 'ada', userId: null }
      const wanted = { kind: 'deploy_environment', workspaceId: workspace.id, environmentId, ...request }
      const { operation } = await startOperation(db, ada, wanted)
      const { lease, operation: claimed } = (await claimOperation(db, operation.id, 'me'))!
      const signal = new AbortController().signal
      const outcome = await work(claimed, { kyozo, lease, signal, redactAlso: () => undefined })
      return { outcome, words: (await findOperation(db, operation.id))?.words }
    },
  }
}

/** A repository whose tip is of one digit, and a host on which everybody may write. */
export function kyozoAt(db: Database, tip: string): Kyozo {
  const queue = { enqueueDeploy: async () => undefined, enqueueOperation: async () => undefined }
  return {
    ...{ db, queue, owner: 'me', instance: 'test', edge: undefined, config: readConfig({}), log: createLog('silent') },
    mirrors: { tip: async () => shaOf(tip) },
    notifications: { on: () => () => undefined },
    connections: { client: () => ({ ask: { mayWrite: async () => true } }) },
    stopping: { begun: new AbortController().signal, handOver: new AbortController().signal },
  } as unknown as Kyozo
}
