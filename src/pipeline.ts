// The story: a delivery is received (pipeline/receive.ts) and becomes a queued release; a worker deploys it; the commit hears how it ended.
//
//   fetch → analyze → plan → build → apply → switch → report
//
// Nothing that serves is touched until the new thing is healthy, and a failure anywhere before the switch leaves what served before.
import type { ComposeFiles, Engine } from './engine/engine.ts'
import { applyPlan } from './pipeline/apply.ts'
import { type Attempt, openAttempt } from './pipeline/attempt.ts'
import { buildImages } from './pipeline/build-images.ts'
import { endWithoutGoingLive } from './pipeline/end.ts'
import { declareEnvironments, releaseEnvironments } from './pipeline/environments.ts'
import { fencedEngine } from './pipeline/fenced-engine.ts'
import type { Kyozo } from './pipeline/kyozo.ts'
import { hearLosses } from './pipeline/lost-volumes.ts'
import { makePlan } from './pipeline/make-plan.ts'
import { prepare } from './pipeline/prepare.ts'
import { assertStillWanted } from './pipeline/pull-requests/ground.ts'
import { putBack } from './pipeline/put-back.ts'
import { recordImages, recordPlan } from './pipeline/record-plan.ts'
import { recoverFirst } from './pipeline/recover.ts'
import { letReplacedDrain } from './pipeline/retire.ts'
import { discardHalfSeeded } from './pipeline/seeds/half-seeded.ts'
import { planSeeding } from './pipeline/seeds/seeding.ts'
import { switchOver } from './pipeline/switch-over.ts'
import { tendWhatServes } from './pipeline/tend.ts'
import { valuesToRun } from './pipeline/variables.ts'
import type { Rank } from './release/priority.ts'
import type { StackSpec } from './stack/stack.ts'
import { reached } from './steps.ts'
import { type Claim, claimRelease } from './store/leases.ts'
import { nextEnvironment } from './store/waiting-releases.ts'

/** Works off the queue of all environments in the order of their ranks, one release after the other, until nothing more may be begun. */
export async function deployNext(kyozo: Kyozo, may: () => { readonly lowest: Rank } | undefined): Promise<void> {
  // Somebody else was quicker, or it is for another version: whoever looks for what is due wakes a worker again.
  const missed: string[] = []
  for (let allowed = may(); allowed !== undefined; allowed = may()) {
    const environmentId = await nextEnvironment(kyozo.db, { ...allowed, besides: missed })
    if (environmentId === undefined) return
    const claim = await claimRelease(kyozo.db, environmentId, kyozo.owner)
    if (claim === undefined) missed.push(environmentId)
    else await deployRelease(claim, kyozo)
  }
}

async function deployRelease(claim: Claim, kyozo: Kyozo): Promise<void> {
  await reached('release.claimed', claim.release.id)
  try {
    await tryRelease(await openAttempt(claim, kyozo), kyozo)
  } catch (thrown) {
    await putBack(claim, kyozo, thrown)
  }
}

async function tryRelease(attempt: Attempt, kyozo: Kyozo): Promise<void> {
  const engine = fencedEngine(kyozo.engine, attempt.assertHeld)
  const progress: Progress = { stack: undefined, hasTouchedContainers: false }
  try {
    await deploy(attempt, { kyozo, engine, progress })
  } catch (thrown) {
    await endWithoutGoingLive(attempt, kyozo, { engine, thrown, ...progress })
  } finally {
    await attempt.close()
  }
}

/** How far a deploy came, for whoever has to end it. */
interface Progress {
  stack: StackSpec | undefined
  hasTouchedContainers: boolean
}

interface Tools {
  readonly kyozo: Kyozo
  /** Fenced by the release's lease. */
  readonly engine: Engine
  readonly progress: Progress
}

async function deploy(attempt: Attempt, { kyozo, engine, progress }: Tools): Promise<void> {
  const { prepared, plan, observed, seeding } = await makeReady(attempt, { kyozo, engine, progress })
  const { stack } = prepared
  await assertStillWanted(attempt, kyozo.db)
  attempt.finishWhatWasStarted()
  progress.hasTouchedContainers = true
  const values = await valuesToRun(attempt, kyozo, prepared)
  const files: ComposeFiles = { identity: attempt.identity, document: stack.documentText, overlay: stack.overlayText, ...values }
  const hearLoss = hearLosses(attempt, kyozo, stack)
  const losing = async (volume: string) => {
    await seeding.making(volume)
    await hearLoss(volume)
  }
  const applied = await attempt.stage('apply', () => applyPlan(attempt, engine, { stack, plan, files, observed, losing, seeding }))
  const added = await declareEnvironments(attempt, kyozo, prepared.environments)
  await attempt.stage('switch', () => switchOver(attempt, kyozo, engine, { ...prepared, plan, applied, values }))
  await releaseEnvironments(attempt, kyozo, added)
}

/** Everything that touches nothing that serves. That may take long, so what serves is looked after meanwhile. */
async function makeReady(attempt: Attempt, { kyozo, engine, progress }: Tools) {
  const tending = tendWhatServes(attempt, { kyozo, engine })
  try {
    const prepared = await prepare(attempt, kyozo)
    progress.stack = prepared.stack
    const planned = await attempt.stage('plan', async () => {
      await letReplacedDrain(attempt, { kyozo, engine })
      return tending.apart(async () => {
        await discardHalfSeeded(attempt, { kyozo, engine })
        await recoverFirst(attempt, { kyozo, engine })
        const made = await makePlan(attempt, kyozo, prepared)
        const seeding = await planSeeding(attempt, kyozo, { ...made, ...prepared, engine })
        await recordPlan(attempt, kyozo, { stack: prepared.stack, plan: made.plan })
        return { ...made, seeding }
      })
    })
    const { operations } = planned.plan
    const builtAfterMs = await attempt.stage('build', () => buildImages(attempt, kyozo, { ...prepared, operations }))
    await recordImages(attempt, kyozo, { plan: planned.plan, builtAfterMs })
    await reached('images.recorded', attempt.release.id)
    // Of containers that are not there any more nothing can be planned.
    const hasRemade = await tending.end()
    return { prepared, ...planned, ...(hasRemade ? await makePlan(attempt, kyozo, prepared) : {}) }
  } finally {
    await tending.end()
  }
}
