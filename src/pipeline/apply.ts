// Applies a plan's operations on containers: brings the new ones up in dependency order, each beside the old one, and proves them healthy.
// Nothing old is removed here: that comes after the switch. A failure leaves the cleaning up to `recover`.
import type { ComposeFiles, Engine } from '../engine/engine.ts'
import { KyozoError } from '../errors.ts'
import { waitUntilHealthy } from '../health/wait-until-healthy.ts'
import { healthWords, tellingLine } from '../health/words.ts'
import type { ObservedStack, Operation, StackPlan } from '../reconcile/plan.ts'
import { neededVolumes } from '../reconcile/plan-ground.ts'
import { hostOf, needsOf } from '../stack/lives-in.ts'
import type { StackService, StackSpec } from '../stack/stack.ts'
import { reached } from '../steps.ts'
import type { Attempt } from './attempt.ts'
import { about } from './build-images.ts'
import { allOrFailures } from './outcomes.ts'
import type { Seeding } from './seeds/seeding.ts'
import { type ServiceOperation, type StartGround, type StartStep, startSteps } from './start-steps.ts'
import { inTurnToStart } from './start-turns.ts'

export interface Applied {
  /** New containers that do not answer to their service's name yet, by service. */
  readonly hidden: ReadonlyMap<string, readonly string[]>
  /** Containers that go once the new ones have taken over. */
  readonly retire: readonly { readonly service: string; readonly containers: readonly string[] }[]
  /** Containers that rest from then on. */
  readonly stop: readonly string[]
  readonly healthyAfterMs: ReadonlyMap<string, number>
  /** How long the answer took that proved a service healthy. */
  readonly responseMs: ReadonlyMap<string, number>
}

interface Work extends Omit<Applying, 'plan' | 'losing'>, StartGround {
  /** By service, once its containers run, or will not. */
  readonly up: Map<string, PromiseWithResolvers<boolean>>
  readonly hidden: Map<string, readonly string[]>
  readonly healthyAfterMs: Map<string, number>
  readonly responseMs: Map<string, number>
}

export interface Applying {
  readonly stack: StackSpec
  readonly plan: StackPlan
  readonly files: ComposeFiles
  readonly observed: ObservedStack
  /** Hears of each volume that has to be made, before it is. */
  readonly losing: (volume: string) => Promise<void>
  /** What databases begin with. Default is nothing. */
  readonly seeding?: Pick<Seeding, 'owes' | 'seed'>
}

export async function applyPlan(attempt: Attempt, engine: Engine, input: Applying): Promise<Applied> {
  const { stack, plan, files } = input
  const work: Work = {
    ...input,
    attempt,
    engine,
    up: new Map(),
    hidden: new Map(),
    stoppedFirst: new Map(),
    healthyAfterMs: new Map(),
    responseMs: new Map(),
  }
  const volumes = neededVolumes(stack, (service) => attempt.wishes.destroyed.has(service))
  await engine.prepare(files, volumes, input.losing)
  const operations = new Map(plan.operations.filter(isServiceOperation).map((operation) => [operation.service, operation]))
  const beginnings = stack.services.flatMap((spec) => {
    const operation = operations.get(spec.name)
    return operation === undefined ? [] : [begin(work, spec, operation)]
  })
  // What is known to be impossible stops nothing that serves.
  if (beginnings.some(({ operation }) => stopsFirst.has(operation.kind))) await allOrFailures(beginnings.map(({ ahead }) => ahead))
  const started = new Map<string, Promise<boolean>>()
  // In start order, so that what a service depends on is in the map before it.
  for (const beginning of beginnings) {
    const { spec } = beginning
    const needs = needsOf(stack, spec)
    const dependencies = [
      ...needs.proven.flatMap((service) => started.get(service) ?? []),
      ...needs.started.flatMap((service) => work.up.get(service)?.promise ?? []),
    ]
    const up = Promise.withResolvers<boolean>()
    work.up.set(spec.name, up)
    const proven = afterDependencies(dependencies, () => bringUp(work, beginning))
    started.set(spec.name, proven)
    proven.then(up.resolve, () => up.resolve(false))
  }
  const outcome = allOrFailures([...started.values()])
  // Whoever cleans up after a failure must find them.
  await Promise.allSettled([outcome, ...beginnings.map(({ ahead }) => ahead)])
  await outcome
  return {
    hidden: work.hidden,
    retire: retired(plan, work.stoppedFirst),
    stop: stopped(plan),
    healthyAfterMs: work.healthyAfterMs,
    responseMs: work.responseMs,
  }
}

const stopsFirst: ReadonlySet<ServiceOperation['kind']> = new Set(['replace_stop_first', 'restart_in_place'])

interface Beginning {
  readonly spec: StackService
  readonly operation: ServiceOperation
  readonly steps: readonly StartStep[]
  /** What the first step makes, on its way already; undefined where that has to wait for its turn. */
  readonly ahead: Promise<readonly string[] | undefined>
}

/** What a service waits for does not keep its containers from being made: those of all are then made by few calls of Compose. */
function begin(work: Work, spec: StackService, operation: ServiceOperation): Beginning {
  const steps = startSteps(work, spec, operation)
  const ahead = makeAhead(work, spec, steps)
  // Told when its turn comes, if it comes.
  ahead.catch(() => undefined)
  return { spec, operation, steps, ahead }
}

async function makeAhead({ stack }: Work, spec: StackService, [first]: readonly StartStep[]): Promise<readonly string[] | undefined> {
  // A guest joins the container of its host, which has to be there.
  if (hostOf(stack.document.services[spec.name]) !== undefined) return undefined
  try {
    return await first?.make()
  } catch (error) {
    // The engine may be back when its turn comes.
    if (error instanceof KyozoError && error.code === 'engine_unavailable') return undefined
    throw about(spec.name, error)
  }
}

/** A service whose dependency failed or was not tried is not tried: its failure would only hide the cause. Resolves with whether it was. */
async function afterDependencies(dependencies: readonly Promise<boolean>[], work: () => Promise<void>): Promise<boolean> {
  const settled = await Promise.allSettled(dependencies)
  if (!settled.every((result) => result.status === 'fulfilled' && result.value)) return false
  await work()
  return true
}

async function bringUp(work: Work, { spec, operation, steps, ahead }: Beginning): Promise<void> {
  const { attempt } = work
  let afterMs = 0
  try {
    const containers: string[] = []
    const isOwed = work.seeding?.owes(spec.name) ?? false
    for (const [at, { make, start }] of steps.entries()) {
      attempt.signal.throwIfAborted()
      const made = await timed(async () => (at === 0 ? await ahead : undefined) ?? make())
      // What has only been made takes nothing from others.
      const started = await inTurnToStart(attempt, () =>
        timed(async () => {
          const started = await start(made.value)
          if (at === steps.length - 1 && !isOwed) work.up.get(spec.name)?.resolve(true)
          if (started.length > 0) await proveHealthy(work, spec, started)
          return started
        }),
      )
      containers.push(...started.value)
      afterMs += made.ms + started.ms
    }
    if (containers.length === 0) return
    // Whoever needs it, up or healthy, finds its data.
    if (isOwed) await work.seeding?.seed(spec, containers[0]!)
    if (operation.kind === 'replace_beside' || operation.kind === 'scale') work.hidden.set(spec.name, containers)
  } catch (error) {
    throw about(spec.name, error)
  }
  await reached('service.healthy', spec.name)
  work.healthyAfterMs.set(spec.name, afterMs)
  attempt.say(`${spec.isOneShot ? 'Ran' : 'Healthy:'} ${spec.name} after ${(afterMs / 1000).toFixed(1)} s`)
}

async function timed<T>(doIt: () => Promise<T>): Promise<{ readonly value: T; readonly ms: number }> {
  const start = performance.now()
  return { value: await doIt(), ms: performance.now() - start }
}

async function proveHealthy(work: Work, spec: StackService, containers: readonly string[]): Promise<void> {
  const { attempt } = work
  const outcome = await waitUntilHealthy({ service: spec, containers }, { engine: work.engine, signal: attempt.signal })
  if (outcome.kind === 'healthy') {
    if (outcome.responseMs !== undefined) work.responseMs.set(spec.name, outcome.responseMs)
    return
  }
  // Before anything is cut to fit: half a secret is found by no redaction afterwards.
  const logTail = outcome.logTail.map(attempt.redact)
  const lastProbe = outcome.lastProbe === null ? null : attempt.redact(outcome.lastProbe)
  for (const line of logTail) attempt.sayBuild(spec.name, line)
  const telling = tellingLine(logTail)
  throw new KyozoError('not_healthy', `${healthWords(spec, { ...outcome, lastProbe })}${telling === undefined ? '' : `: ${telling}`}`, {
    service: spec.name,
    ...(outcome.reason === 'gone'
      ? { hint: 'kyozo makes it again', retryable: true }
      : { hint: 'the last lines of its output are in the release’s log' }),
  })
}

function isServiceOperation(operation: Operation): operation is ServiceOperation {
  return ['start', 'replace_beside', 'replace_stop_first', 'restart', 'restart_in_place', 'scale'].includes(operation.kind)
}

function stopped(plan: StackPlan): readonly string[] {
  return plan.operations.flatMap((operation) => (operation.kind === 'stop' ? operation.containers : []))
}

function retired(plan: StackPlan, stoppedFirst: ReadonlyMap<string, readonly string[]>): Applied['retire'] {
  return plan.operations.flatMap((operation) => {
    switch (operation.kind) {
      case 'replace_stop_first':
        return [{ service: operation.service, containers: stoppedFirst.get(operation.service) ?? operation.retire }]
      case 'replace_beside':
      case 'scale':
        return [{ service: operation.service, containers: operation.retire }]
      case 'remove':
        return [{ service: operation.service, containers: operation.containers }]
      default:
        return []
    }
  })
}
