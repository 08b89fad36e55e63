// What a release found out, service by service, becomes its verdicts.
import type { KyozoError } from '../errors.ts'
import type { StackPlan } from '../reconcile/plan.ts'
import { type ServiceOutcome, verdictOf } from '../release/verdict.ts'
import type { StackService, StackSpec } from '../stack/stack.ts'
import { storeError } from '../store/database.ts'
import type { ReleaseVerdict } from '../store/releases.ts'
import type { Attempt } from './attempt.ts'

/** What served when the attempt began is all that a verdict needs of it. */
type Served = Pick<Attempt, 'live'> & { readonly wishes?: Pick<Attempt['wishes'], 'stopped' | 'destroyed'> }

/** One or more services failed; every one of them gets its own words. */
export class ReleaseFailure extends Error {
  readonly failures: readonly KyozoError[]

  constructor(failures: readonly KyozoError[]) {
    super(failures.map((failure) => failure.message).join('; '))
    this.failures = failures
  }
}

/** Whatever else an adapter did not name comes from the store: that it was away is no failure of the commit. */
export function failuresOf(thrown: unknown): readonly KyozoError[] {
  return thrown instanceof ReleaseFailure ? thrown.failures : [storeError(thrown)]
}

/** Waits for all, then fails with every failure: one service's error must not hide another's. */
export async function allOrFailures(works: readonly Promise<unknown>[]): Promise<void> {
  const settled = await Promise.allSettled(works)
  const failures = settled.flatMap((result) => (result.status === 'rejected' ? failuresOf(result.reason) : []))
  if (failures.length > 0) throw new ReleaseFailure([...new Set(failures)])
}

/** The services whose containers the plan changes. */
export function touchedServices(plan: StackPlan): ReadonlySet<string> {
  const touched = plan.operations.filter(
    (operation) => 'service' in operation && operation.kind !== 'keep' && operation.kind !== 'build' && operation.kind !== 'pull',
  )
  return new Set(touched.map((operation) => ('service' in operation ? operation.service : '')))
}

export interface LiveFacts {
  readonly stack: StackSpec
  readonly plan: StackPlan
  /** Milliseconds until each touched service was healthy. */
  readonly healthyAfterMs: ReadonlyMap<string, number>
  readonly urls: ReadonlyMap<string, string>
  /** Default is that nobody wants anything. */
  readonly wishes?: Served['wishes']
}

/** A service that a person stopped: nothing was done for it, whatever the commit changed. */
function restingVerdict({ live }: Served, spec: StackService, rest: { readonly because: string; readonly now: boolean }): ReleaseVerdict {
  const sha = live.get(spec.name)?.sha
  return { ...verdictOf({ kind: 'stopped', service: spec.name, ...rest }), ...about(spec), ...(sha === undefined ? {} : { sinceSha: sha }) }
}

export function liveVerdicts(attempt: Served & { readonly release: Pick<Attempt['release'], 'sha'> }, facts: LiveFacts): ReleaseVerdict[] {
  const touched = touchedServices(facts.plan)
  const built = new Set(facts.plan.operations.flatMap((operation) => (operation.kind === 'build' ? [operation.service] : [])))
  const { stopped, destroyed } = facts.wishes ?? {}
  const wanted = facts.stack.services.filter(({ name }) => !destroyed?.has(name))
  const present = wanted.map((spec) => {
    const rest = stopped?.get(spec.name)
    const did = facts.plan.operations.find((operation) => 'service' in operation && operation.service === spec.name)
    if (rest !== undefined) return restingVerdict(attempt, spec, { because: rest, now: did?.kind === 'stop' })
    const outcome = presentOutcome(attempt, facts, { spec, isTouched: touched.has(spec.name), wasBuilt: built.has(spec.name), did })
    return { ...verdictOf(outcome), ...about(spec), sinceSha: outcome.kind === 'unchanged' ? outcome.sinceSha : attempt.release.sha }
  })
  const leftOut = (facts.stack.sharing?.services ?? []).filter(({ kind }) => kind === 'left_out')
  const removed = facts.plan.operations.flatMap((operation) => {
    if (operation.kind !== 'remove' || leftOut.some(({ name }) => name === operation.service)) return []
    const volumes = attempt.live.get(operation.service)?.spec.volumes ?? []
    return [verdictOf({ kind: 'removed', service: operation.service, keptVolumes: volumes })]
  })
  const unneeded = leftOut.map(({ name, folder, because }) => ({
    ...verdictOf({ kind: 'left_out', service: name, because }),
    ...(folder === undefined ? {} : { folderPath: folder }),
  }))
  return [...present, ...removed, ...unneeded]
}

interface Present {
  readonly spec: StackService
  readonly isTouched: boolean
  readonly wasBuilt: boolean
  readonly did: StackPlan['operations'][number] | undefined
}

function presentOutcome(attempt: Served, facts: LiveFacts, { spec, isTouched, wasBuilt, did }: Present) {
  const { name, replicas } = spec
  const url = replicas === 0 ? undefined : facts.urls.get(name)
  const reached = url === undefined ? {} : { url }
  const before = attempt.live.get(name)
  if (spec.servedFrom !== undefined) return { kind: 'shared', service: name, from: spec.servedFrom.environment, ...reached } as const
  if (!isTouched && before !== undefined) return { kind: 'unchanged', service: name, sinceSha: before.sha, ...reached } as const
  if (did?.kind === 'scale') return { kind: 'scaled', service: name, copies: replicas, ...reached } as const
  const afterMs = facts.healthyAfterMs.get(name) ?? 0
  return { kind: 'live', service: name, afterMs, wasBuilt: wasBuilt || spec.build === undefined, ...reached } as const
}

export interface Failed {
  readonly failures: readonly KyozoError[]
  /** Whether all that served before serves again. */
  readonly isBack: boolean
}

/** Verdicts of a release that did not go live: who failed, and who was held back by it. */
export function failedVerdicts(attempt: Served, stack: StackSpec | undefined, { failures, isBack }: Failed): ReleaseVerdict[] {
  const byService = new Map(failures.filter((failure) => failure.service !== undefined).map((failure) => [failure.service!, failure]))
  const canceled = failures.find((failure) => failure.code === 'canceled')
  const because =
    canceled !== undefined
      ? `it was ${canceled.message}`
      : byService.size > 0
        ? `${[...byService.keys()].join(', ')} failed`
        : 'the release failed'
  const known = knownServices(attempt, stack).filter(({ name }) => !attempt.wishes?.destroyed.has(name))
  return known.map(({ name, spec }) => ({
    ...verdictOf(outcomeOf(attempt, spec, { failure: byService.get(name), because, isBack })),
    ...about(spec),
  }))
}

function outcomeOf(
  attempt: Served,
  spec: StackService,
  cause: { readonly failure: KyozoError | undefined; readonly because: string; readonly isBack: boolean },
): ServiceOutcome {
  const { failure, because, isBack } = cause
  const live = attempt.live.get(spec.name)
  const rest = attempt.wishes?.stopped.get(spec.name)
  if (rest !== undefined && failure === undefined) return { kind: 'stopped', service: spec.name, because: rest }
  const before = live === undefined ? {} : isBack ? { servingSha: live.sha } : { lostSha: live.sha }
  if (failure !== undefined) return { kind: 'failed', service: spec.name, error: failure, ...before }
  if (live?.spec.configHash === spec.configHash)
    return { kind: 'unchanged', service: spec.name, sinceSha: live.sha, ...(live.url === undefined ? {} : { url: live.url }) }
  return { kind: 'held_back', service: spec.name, because, ...before }
}

export function supersededVerdictsOf(attempt: Served, stack: StackSpec | undefined, bySha: string): ReleaseVerdict[] {
  return knownServices(attempt, stack).map(({ name, spec }) => {
    const servingSha = attempt.live.get(name)?.sha
    return {
      ...verdictOf({ kind: 'superseded', service: name, by: bySha, ...(servingSha === undefined ? {} : { servingSha }) }),
      ...about(spec),
    }
  })
}

/** The services of this commit, as far as it was analyzed, and those that run. */
function knownServices(attempt: Served, stack: StackSpec | undefined): { name: string; spec: StackService }[] {
  const present = (stack?.services ?? []).map((spec) => ({ name: spec.name, spec }))
  const names = new Set(present.map(({ name }) => name))
  return [...present, ...[...attempt.live].filter(([name]) => !names.has(name)).map(([name, { spec }]) => ({ name, spec }))]
}

function about(spec: StackService): { folderPath?: string; image: string; configHash: string } {
  return { image: spec.image, configHash: spec.configHash, ...(spec.folder === undefined ? {} : { folderPath: spec.folder }) }
}
