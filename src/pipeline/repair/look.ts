// A look at an environment: what it should be, what is there, and what is to be done about it. Nothing is held and nothing is changed.
import type { StackIdentity } from '../../engine/engine.ts'
import { expectedOf } from '../../reconcile/differences.ts'
import { type GuardMemory, type GuardVerdict, lookForFlapping, newMemory } from '../../reconcile/flap-guard.ts'
import type { ObservedStack } from '../../reconcile/plan.ts'
import { neededVolumes } from '../../reconcile/plan-ground.ts'
import { planRepair } from '../../reconcile/plan-repair.ts'
import type { LiveServiceFacts } from '../../reconcile/recover.ts'
import type { Desired, DesiredService, RepairPlan } from '../../reconcile/repair.ts'
import type { StackSpec } from '../../stack/stack.ts'
import type { Executor } from '../../store/database.ts'
import { type Drift, knownDrifts } from '../../store/drifts.ts'
import { type Environment, findEnvironment, findEnvironmentByName } from '../../store/environments.ts'
import { findRelease, type Release, runningRelease } from '../../store/releases.ts'
import { liveAge, type ServiceGuard, serviceGuards } from '../../store/service-guards.ts'
import { instancesByName, type ServiceInstance } from '../../store/service-instances.ts'
import { findWorkspace, type Workspace } from '../../store/workspaces.ts'
import { identityOf } from '../attempt.ts'
import type { Kyozo } from '../kyozo.ts'
import { type ReleaseValues, valuesOfRelease } from '../release-values.ts'
import { type LiveService, liveServices } from '../verdicts.ts'
import { environmentWishes, liveFacts } from '../wishes.ts'

export interface Seen {
  readonly environment: Environment
  readonly workspace: Workspace
  readonly identity: StackIdentity
  /** Undefined before the first live release. */
  readonly release: Release | undefined
  readonly stack: StackSpec | undefined
  readonly live: ReadonlyMap<string, LiveService>
  readonly instances: ReadonlyMap<string, ServiceInstance>
  readonly observed: ObservedStack
  readonly drifts: readonly Drift[]
  /** By service, of those that are meant to stay up. */
  readonly flapping: ReadonlyMap<string, GuardVerdict>
  readonly guards: ReadonlyMap<string, ServiceGuard>
  readonly plan: RepairPlan
  /** The database's time. */
  readonly now: Date
}

/** Undefined when it is gone. */
export async function lookAt(kyozo: Kyozo, environmentId: string): Promise<Seen | 'under_release' | undefined> {
  return (await runningRelease(kyozo.db, environmentId)) === undefined ? see(kyozo, environmentId) : 'under_release'
}

/** The same, for the release that is at work itself. */
export async function see(kyozo: Kyozo, environmentId: string): Promise<Seen | undefined> {
  const { db } = kyozo
  const environment = await findEnvironment(db, environmentId)
  const workspace = environment === undefined ? undefined : await findWorkspace(db, environment.workspaceId)
  if (environment === undefined || workspace === undefined) return undefined
  const identity = identityOf(kyozo.instance, workspace, environment)
  const release = environment.liveReleaseId === null ? undefined : await findRelease(db, environment.liveReleaseId)
  const stack = release?.stackSpec ?? undefined
  const images = (stack?.services ?? []).map(({ image }) => image)
  const [live, observed, values] = await Promise.all([
    liveServices(db, environment),
    kyozo.engine.observe(identity, images),
    release === undefined ? undefined : valuesOfRelease(kyozo, release.id),
  ])
  const facts = liveFacts(live, await environmentWishes(db, environmentId))
  // After the wishes: a service that somebody has just asked for again has its row then.
  const known = await remembered(db, environment)
  const flapping = flappingServices(facts, observed, known)
  const hasBaseline = await isBaselineThere(db, environment, stack)
  const desired = desiredOf({ identity, stack, facts, known, flapping, hasBaseline, given: values?.secrets })
  return { environment, workspace, identity, release, stack, live, observed, ...known, flapping, plan: planRepair(observed, desired) }
}

/** One that was deleted serves nothing any more: the preview's next release runs all of it. */
async function isBaselineThere(db: Executor, { workspaceId }: Environment, stack: StackSpec | undefined): Promise<boolean> {
  return stack?.sharing === undefined || (await findEnvironmentByName(db, workspaceId, stack.sharing.environment)) !== undefined
}

interface Remembered extends Pick<Seen, 'instances' | 'drifts' | 'guards' | 'now'> {
  readonly ageMs: number
}

async function remembered(db: Executor, { id, liveReleaseId }: Environment): Promise<Remembered> {
  const [instances, drifts, guards, age] = await Promise.all([
    instancesByName(db, id),
    knownDrifts(db, id),
    serviceGuards(db, id),
    liveReleaseId === null ? { now: new Date(), ageMs: 0 } : liveAge(db, liveReleaseId),
  ])
  return { instances, drifts, guards, ...age }
}

function flappingServices(
  facts: ReadonlyMap<string, LiveServiceFacts>,
  observed: ObservedStack,
  { instances, guards, now }: Remembered,
): ReadonlyMap<string, GuardVerdict> {
  const watched = [...facts].filter(([, { isOneShot, isStopped, replicas }]) => !isOneShot && !isStopped && replicas > 0)
  return new Map(
    watched.map(([name, { configHash }]) => {
      const memory = (guards.get(instances.get(name)?.id ?? '')?.memory ?? newMemory) as GuardMemory
      const mine = observed.containers.filter((container) => container.service === name && container.configHash === configHash)
      return [name, lookForFlapping(memory, mine, now.getTime())]
    }),
  )
}

interface Wanted {
  readonly identity: StackIdentity
  readonly stack: StackSpec | undefined
  readonly facts: ReadonlyMap<string, LiveServiceFacts>
  readonly known: Remembered
  readonly flapping: ReadonlyMap<string, GuardVerdict>
  /** What the live release gave its services beyond the stack; undefined when that was not kept. */
  readonly given: ReleaseValues['secrets'] | undefined
  readonly hasBaseline: boolean
}

function desiredOf({ identity, stack, facts, known, flapping, given, hasBaseline }: Wanted): Desired {
  const labels = {
    'kyozo.instance': identity.instance,
    'kyozo.workspace': identity.workspace,
    'kyozo.environment': identity.environment,
  }
  const services = (stack?.services ?? []).flatMap((spec): DesiredService[] => {
    const own = facts.get(spec.name)
    if (own === undefined) return []
    const expected = expectedOf(spec, stack!, {
      ...{ project: identity.project, labels, hasBaseline },
      given: given && Object.keys(given[spec.name] ?? {}),
    })
    const isSingle = spec.replacement.kind === 'stop_first'
    return [{ ...own, name: spec.name, image: spec.image, isSingle, needsNetwork: expected.network !== undefined, expected }]
  })
  const asked = known.drifts.filter(({ endedAt, restoreRequestedAt }) => endedAt === null && restoreRequestedAt !== null)
  return {
    services,
    // A destroyed service is live no more.
    volumes: stack === undefined ? [] : neededVolumes(stack, (service) => !facts.has(service)),
    held: new Set([...flapping].filter(([, { isHeld }]) => isHeld).map(([name]) => name)),
    liveSince: stack === undefined ? undefined : { at: new Date(known.now.getTime() - known.ageMs).toISOString(), ageMs: known.ageMs },
    restore: new Set(asked.map(({ containerId, field }) => `${containerId} ${field}`)),
  }
}
