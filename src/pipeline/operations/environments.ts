// What is asked of an environment. Whether it is paused stands in its row already.
import { short } from '../../release/verdict.ts'
import { finishOperation, followRelease } from '../../store/operation-leases.ts'
import type { Operation } from '../../store/operations.ts'
import { latestRelease } from '../../store/releases.ts'
import { whyUnapprovedIn } from '../pull-requests/approval.ts'
import { startRelease } from '../receive.ts'
import { skipWaiting } from '../skip.ts'
import { tipOf } from '../tip.ts'
import { environmentOf, fetchingFor, workspaceOf } from './about.ts'
import type { OperationContext, OperationOutcome, OperationWork } from './operation.ts'

/** A release of the branch's tip, whether or not it had one. */
export const deployEnvironmentTip: OperationWork = async (operation, context) => {
  const environment = await environmentOf(operation, context.kyozo.db)
  const workspace = await workspaceOf(environment, context.kyozo.db)
  return releaseTip(operation, context, await tipOf(fetchingFor(workspace, context), context.kyozo, environment.ref))
}

export const pauseEnvironment: OperationWork = async (operation, { kyozo, lease }) => {
  await kyozo.db.transaction().execute(async (trx) => {
    const environment = await environmentOf(operation, trx)
    const workspace = await workspaceOf(environment, trx)
    // Somebody may have resumed it meanwhile.
    const skipped = environment.pausedAt === null ? 0 : await skipWaiting(trx, { workspace, environment }, kyozo.config.baseUrl)
    const words = `${environment.name} is paused${skipped === 0 ? '' : `; ${skipped} waiting ${skipped === 1 ? 'release was' : 'releases were'} skipped`}`
    await finishOperation(trx, lease, { state: 'succeeded', words, result: { skipped } })
  })
  return { kind: 'ended' }
}

/** What arrived meanwhile is deployed: the newest commit of the branch. */
export const resumeEnvironment: OperationWork = async (operation, context) => {
  const { db } = context.kyozo
  const environment = await environmentOf(operation, db)
  const workspace = await workspaceOf(environment, context.kyozo.db)
  const tip = await tipOf(fetchingFor(workspace, context), context.kyozo, environment.ref)
  const latest = await latestRelease(db, environment.id)
  if (latest?.sha === tip && (latest.state === 'live' || latest.state === 'unchanged' || latest.state === 'replaced'))
    return { kind: 'done', words: `${environment.name} deploys again; nothing arrived meanwhile, ${short(tip)} is the newest commit` }
  const unapproved = await whyUnapprovedIn(db, environment, tip)
  if (unapproved !== undefined) return { kind: 'done', words: `${environment.name} deploys again; ${unapproved.message}` }
  return releaseTip(operation, context, tip)
}

/**
 * The release ends the operation: both are stored together, so that a crash starts no second one. Throws `state_conflict` for a fork's commit that nobody has
 * approved.
 */
async function releaseTip(operation: Operation, { kyozo, lease }: OperationContext, sha: string): Promise<OperationOutcome> {
  await kyozo.db.transaction().execute(async (trx) => {
    const environment = await environmentOf(operation, trx)
    const unapproved = await whyUnapprovedIn(trx, environment, sha)
    if (unapproved !== undefined) throw unapproved
    const workspace = await workspaceOf(environment, trx)
    const release = await startRelease({ queue: kyozo.queue, baseUrl: kyozo.config.baseUrl }, trx, {
      ...{ workspace, environment, sha },
      triggeredBy: operation.requestedBy,
      triggeredById: operation.requestedById,
    })
    await followRelease(trx, lease, { releaseId: release.id, words: `${short(sha)} is deployed to ${environment.name}` })
  })
  return { kind: 'follows' }
}
