// The story: a delivery is received (pipeline/receive.ts) and becomes a queued release; a worker deploys it; the commit hears how it ended.
//
//   fetch → analyze → plan → build → apply → switch → report
//
// Nothing that serves is touched until the new thing is healthy, and a failure anywhere before the switch leaves what served before.
import type { ComposeFiles, Engine } from './engine/engine.ts'
import { applyPlan } from './pipeline/apply.ts'
import { type Attempt, openAttempt } from './pipeline/attempt.ts'
import { buildImages } from './pipeline/build-images.ts'
import { type EndOutcome, endWithoutGoingLive } from './pipeline/end.ts'
import { declareEnvironments, releaseEnvironments } from './pipeline/environments.ts'
import { fencedEngine } from './pipeline/fenced-engine.ts'
import type { Kyozo } from './pipeline/kyozo.ts'
import { makePlan } from './pipeline/make-plan.ts'
import { prepare } from './pipeline/prepare.ts'
import { recordImages, recordPlan } from './pipeline/record-plan.ts'
import { recover } from './pipeline/recover.ts'
import { switchOver } from './pipeline/switch-over.ts'
import { stackVariables } from './pipeline/variables.ts'
import type { StackSpec } from './stack/stack.ts'
import { type Claim, claimRelease } from './store/leases.ts'

/** Works off an environment's queue: the newest release, then whatever arrived meanwhile. */
export async function deployEnvironment(environmentId: string, kyozo: Kyozo): Promise<void> {
  for (;;) {
    const claim = await claimRelease(kyozo.db, environmentId, kyozo.owner)
    if (claim === undefined) return
    const outcome = await deployRelease(claim, kyozo)
    if (outcome.kind === 'lost') return
    if (outcome.kind === 'retry') await pause(kyozo, environmentId, outcome.afterMs)
  }
}

/** Until the time has come to try again, or something newer is there to be tried at once. */
function pause({ notifications }: Kyozo, environmentId: string, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      off()
      resolve()
    }
    const timer = setTimeout(end, ms)
    const off = notifications.on('queue', (queued) => {
      if (queued === environmentId) end()
    })
  })
}

async function deployRelease(claim: Claim, kyozo: Kyozo): Promise<EndOutcome> {
  const attempt = await openAttempt(claim, kyozo)
  const engine = fencedEngine(kyozo.engine, attempt.assertHeld)
  const progress: Progress = { stack: undefined, hasTouchedContainers: false }
  try {
    await deploy(attempt, { kyozo, engine, progress })
    return { kind: 'ended' }
  } catch (thrown) {
    return await endWithoutGoingLive(attempt, kyozo, { engine, thrown, ...progress })
  } finally {
    await attempt.close()
  }
}

/** How far a deploy came, for whoever has to end it. */
interface Progress {
  stack: StackSpec | undefined
  hasTouchedContainers: boolean
}

async function deploy(attempt: Attempt, { kyozo, engine, progress }: { kyozo: Kyozo; engine: Engine; progress: Progress }): Promise<void> {
  const prepared = await prepare(attempt, kyozo)
  const { stack } = prepared
  progress.stack = stack
  const { plan, observed } = await attempt.stage('plan', async () => {
    await recover(attempt, engine)
    const made = await makePlan(attempt, kyozo, prepared)
    await recordPlan(attempt, kyozo, { stack, plan: made.plan })
    return made
  })
  const builtAfterMs = await attempt.stage('build', () => buildImages(attempt, kyozo, { ...prepared, operations: plan.operations }))
  await recordImages(attempt, kyozo, { plan, builtAfterMs })
  attempt.finishWhatWasStarted()
  progress.hasTouchedContainers = true
  const variables = await stackVariables(attempt, kyozo, stack)
  const files: ComposeFiles = {
    identity: attempt.identity,
    document: stack.documentText,
    overlay: stack.overlayText,
    variables,
    secrets: prepared.secrets.valuesFor(stack),
  }
  const applied = await attempt.stage('apply', () => applyPlan(attempt, engine, { stack, plan, files, observed }))
  const added = await declareEnvironments(attempt, kyozo, prepared.environments)
  await attempt.stage('switch', () => switchOver(attempt, kyozo, engine, { ...prepared, plan, applied }))
  await releaseEnvironments(attempt, kyozo, added)
}
