// A delivery becomes a queued release, or a reason why not: decided and stored in one transaction, before anybody is answered.
import { KyozoError } from '../errors.ts'
import type { Queue } from '../queue/queue.ts'
import { reached } from '../steps.ts'
import { type Database, type Executor, wholly } from '../store/database.ts'
import {
  type Delivery,
  type DeliveryOutcome,
  decideDelivery,
  digestOf,
  findDeliveryByHostId,
  holdRefused,
  insertDelivery,
  type NewDelivery,
} from '../store/deliveries.ts'
import { type Environment, findEnvironment } from '../store/environments.ts'
import { notify } from '../store/notify.ts'
import { type NewRelease, queueRelease, type Release, saveVerdicts } from '../store/releases.ts'
import { holdWorkspace, type Workspace } from '../store/workspaces.ts'
import { reportRelease } from './report.ts'
import { skipRelease } from './skip.ts'
import { supersededVerdicts } from './verdicts.ts'

export interface ReceiveContext {
  readonly db: Database
  readonly queue: Queue
  readonly baseUrl: string
  /** The team that repositories without a workspace are connected for. */
  readonly teamId: string
  /** Default is true. */
  readonly connectsRepositories?: boolean
}

export interface Received {
  readonly decision: DeliveryOutcome['decision'] | 'duplicate'
  readonly reason: string
  /** kyozo's own id of the delivery. */
  readonly id: string
  readonly releaseIds: readonly string[]
  /** Set when it came again under a known id with another body. */
  readonly differs?: true
}

export interface Deciding<Arrived extends NewDelivery> {
  /** What follows from it. Throws what whoever sent it can mend: then it is refused. */
  decide(trx: Executor, delivery: Arrived): Promise<DeliveryOutcome>
  /** Who reads why it was refused. */
  ownerOf(trx: Executor, delivery: Arrived): Promise<DeliveryOwner>
}

export type DeliveryOwner = Pick<DeliveryOutcome, 'teamId' | 'workspaceId'>

/**
 * Stores what arrived and what follows from it, in one transaction. A delivery id that is known changes nothing, unless it was refused: what was in
 * its way may be gone.
 */
export async function receive<Arrived extends NewDelivery>(
  context: Pick<ReceiveContext, 'db'>,
  deliveries: readonly Arrived[],
  deciding: Deciding<Arrived>,
): Promise<readonly Received[]> {
  const received = await context.db.transaction().execute(async (trx) => {
    const all: Received[] = []
    for (const delivery of deliveries) all.push(await storeOne(trx, delivery, deciding))
    return all
  })
  for (const { deliveryId } of deliveries) await reached('delivery.stored', deliveryId)
  return received
}

async function storeOne<Arrived extends NewDelivery>(trx: Executor, delivery: Arrived, deciding: Deciding<Arrived>): Promise<Received> {
  const inserted = await insertDelivery(trx, delivery)
  const known = inserted === undefined ? await findDeliveryByHostId(trx, delivery) : undefined
  const refused = known?.decision === 'refused' && !isOther(known, delivery) ? await holdRefused(trx, known.id) : undefined
  const id = inserted ?? refused?.id
  if (id === undefined) return duplicateOf(known, delivery)
  const decided = await decideOrRefuse(trx, delivery, deciding)
  const outcome = delivery.missed === undefined ? decided : { ...decided, reason: `${delivery.missed}: ${decided.reason}` }
  if (refused !== undefined && outcome.decision === 'refused') return duplicateOf(refused, delivery)
  await decideDelivery(trx, id, outcome)
  await reached('delivery.storing', delivery.deliveryId)
  return {
    decision: outcome.decision,
    reason: outcome.reason,
    id,
    releaseIds: outcome.releaseIds,
  }
}

/** One that cannot be carried out is in the ledger like all others, and those that are stored with it are not lost. */
async function decideOrRefuse<Arrived extends NewDelivery>(
  trx: Executor,
  delivery: Arrived,
  { decide, ownerOf }: Deciding<Arrived>,
): Promise<DeliveryOutcome> {
  try {
    return await wholly(trx, () => decide(trx, delivery))
  } catch (error) {
    if (!(error instanceof KyozoError) || error.stage !== 'receive' || error.retryable) throw error
    const reason = error.hint === undefined ? error.message : `${error.message}: ${error.hint}`
    return { ...(await ownerOf(trx, delivery)), decision: 'refused', reason, releaseIds: [] }
  }
}

function isOther(known: Delivery, again: NewDelivery): boolean {
  return known.bodyDigest !== null && known.bodyDigest !== digestOf(again.body)
}

/** The first is kept whatever comes later under its id: hosts send the same again, and nobody else knows the secret. */
function duplicateOf(known: Delivery | undefined, again: NewDelivery): Received {
  const differs = known !== undefined && isOther(known, again)
  const reason = `delivered before${differs ? ' with another body, which is the one that counts' : ''}: ${known?.reason ?? 'under way'}`
  return { decision: 'duplicate', reason, id: known?.id ?? '', releaseIds: known?.releaseIds ?? [], ...(differs ? { differs: true } : {}) }
}

export interface ReleaseSubject extends Pick<NewRelease, 'sha' | 'triggeredBy' | 'triggeredById' | 'asked'> {
  readonly workspace: Workspace
  readonly environment: Environment
}

export interface ReleaseStarting extends Pick<ReceiveContext, 'baseUrl'> {
  readonly queue: Pick<Queue, 'enqueueDeploy'>
}

/**
 * Queues a release, ends those that it supersedes, tells the forge, and wakes a worker: all or nothing. In a paused environment it is skipped,
 * unless a person asked for more than the commit.
 */
export async function startRelease(context: ReleaseStarting, trx: Executor, subject: ReleaseSubject): Promise<Release> {
  const { workspace, environment: known, ...asked } = subject
  // Whoever pauses holds the workspace too: a commit is either queued before, and skipped by the pause, or finds it here.
  await holdWorkspace(trx, workspace.id)
  const environment = (await findEnvironment(trx, known.id)) ?? known
  const place = { teamId: workspace.teamId, workspaceId: workspace.id, environmentId: environment.id, ref: environment.ref }
  if (environment.pausedAt !== null && asked.asked === undefined)
    return skipRelease(trx, { workspace, environment, release: { ...place, ...asked } }, context.baseUrl)
  const { release, superseded } = await queueRelease(trx, { ...place, ...asked })
  for (const old of superseded) {
    const verdicts = await supersededVerdicts(trx, environment, { bySha: subject.sha, release: old })
    await saveVerdicts(trx, old.id, verdicts)
    await reportRelease(trx, { workspace, environment, release: old, verdicts }, context.baseUrl)
    await notify(trx, 'release', old.id)
  }
  await reportRelease(trx, { workspace, environment, release, verdicts: [] }, context.baseUrl)
  await context.queue.enqueueDeploy(trx, environment.id)
  await notify(trx, 'queue', environment.id)
  return release
}
