// Applies a plan's operations on containers: brings the new ones up in dependency order, each beside the old one, and proves them healthy.
// Nothing old is removed here: that comes after the switch. A failure leaves the cleaning up to `recover`.
import type { ComposeFiles, Engine } from '../engine/engine.ts'
import { KyozoError } from '../errors.ts'
import { waitUntilHealthy } from '../health/wait-until-healthy.ts'
import { healthWords, tellingLine } from '../health/words.ts'
import type { ObservedStack, Operation, StackPlan } from '../reconcile/plan.ts'
import type { StackService, StackSpec } from '../stack/stack.ts'
import type { Attempt } from './attempt.ts'
import { about } from './build-images.ts'
import { allOrFailures } from './outcomes.ts'

export interface Applied {
  /** New containers that do not answer to their service's name yet, by service. */
  readonly hidden: ReadonlyMap<string, readonly string[]>
  /** Containers that go once the new ones have taken over. */
  readonly retire: readonly { readonly service: string; readonly containers: readonly string[] }[]
  /** Containers that rest from then on. */
  readonly stop: readonly string[]
  readonly healthyAfterMs: ReadonlyMap<string, number>
}

type ServiceOperation = Extract<
  Operation,
  { kind: 'start' | 'replace_beside' | 'replace_stop_first' | 'restart' | 'restart_in_place' | 'scale' }
>

interface Work {
  readonly attempt: Attempt
  readonly engine: Engine
  readonly files: ComposeFiles
  readonly stack: StackSpec
  readonly observed: ObservedStack
  readonly hidden: Map<string, readonly string[]>
  readonly healthyAfterMs: Map<string, number>
}

export async function applyPlan(
  attempt: Attempt,
  engine: Engine,
  input: { readonly stack: StackSpec; readonly plan: StackPlan; readonly files: ComposeFiles; readonly observed: ObservedStack },
): Promise<Applied> {
  const { stack, plan, files } = input
  const work: Work = { attempt, engine, files, stack, observed: input.observed, hidden: new Map(), healthyAfterMs: new Map() }
  await engine.prepare(files, stack.volumes)
  const operations = new Map(plan.operations.filter(isServiceOperation).map((operation) => [operation.service, operation]))
  const started = new Map<string, Promise<boolean>>()
  // In start order, so that what a service depends on is in the map before it.
  for (const spec of stack.services) {
    const operation = operations.get(spec.name)
    if (operation === undefined) continue
    const dependencies = spec.dependsOn.flatMap(({ service }) => started.get(service) ?? [])
    started.set(
      spec.name,
      afterDependencies(dependencies, () => bringUp(work, spec, operation)),
    )
  }
  await allOrFailures([...started.values()])
  return { hidden: work.hidden, retire: retired(plan), stop: stopped(plan), healthyAfterMs: work.healthyAfterMs }
}

/** A service whose dependency failed or was not tried is not tried: its failure would only hide the cause. Resolves with whether it was. */
async function afterDependencies(dependencies: readonly Promise<boolean>[], work: () => Promise<void>): Promise<boolean> {
  const settled = await Promise.allSettled(dependencies)
  if (!settled.every((result) => result.status === 'fulfilled' && result.value)) return false
  await work()
  return true
}

async function bringUp(work: Work, spec: StackService, operation: ServiceOperation): Promise<void> {
  const { attempt } = work
  attempt.signal.throwIfAborted()
  const start = performance.now()
  try {
    const containers: string[] = []
    for (const step of stepsOf(work, spec, operation)) {
      attempt.signal.throwIfAborted()
      const started = await step()
      if (started.length > 0) await proveHealthy(work, spec, started)
      containers.push(...started)
    }
    if (containers.length === 0) return
    if (operation.kind === 'replace_beside' || operation.kind === 'scale') work.hidden.set(spec.name, containers)
  } catch (error) {
    throw about(spec.name, error)
  }
  const afterMs = performance.now() - start
  work.healthyAfterMs.set(spec.name, afterMs)
  attempt.say(`${spec.isOneShot ? 'Ran' : 'Healthy:'} ${spec.name} after ${(afterMs / 1000).toFixed(1)} s`)
}

/** Starts containers; each step's must be healthy before the next. */
type Step = () => Promise<readonly string[]>

function stepsOf(work: Work, spec: StackService, operation: ServiceOperation): readonly Step[] {
  if (operation.kind === 'restart_in_place') {
    return operation.containers.map((container) => async () => {
      await work.engine.stop([container])
      await work.engine.start([container])
      return [container]
    })
  }
  const isOneByOne = operation.kind === 'replace_beside' && operation.pace === 'one_by_one'
  if (!isOneByOne) return [() => startContainers(work, spec, operation)]
  return Array.from({ length: operation.replicas }, () => () => startContainers(work, spec, { ...operation, replicas: 1 }))
}

async function startContainers(
  work: Work,
  spec: StackService,
  operation: Exclude<ServiceOperation, { kind: 'restart_in_place' }>,
): Promise<readonly string[]> {
  const { engine, files } = work
  switch (operation.kind) {
    case 'restart':
      await engine.start(operation.containers)
      return operation.containers
    case 'replace_stop_first':
      await engine.stop(operation.retire)
      return createAndStart(work, { files, service: spec.name, count: operation.replicas, withAlias: true })
    case 'start':
      return createAndStart(work, { files, service: spec.name, count: operation.replicas, withAlias: true })
    case 'replace_beside':
      return createAndStart(work, { files, service: spec.name, count: operation.replicas, withAlias: false })
    case 'scale': {
      const staying = work.observed.containers.filter(
        ({ id, service, configHash, hasAlias }) =>
          service === spec.name && configHash === spec.configHash && hasAlias && !operation.retire.includes(id),
      )
      const missing = operation.replicas - staying.length
      return missing > 0 ? createAndStart(work, { files, service: spec.name, count: missing, withAlias: false }) : []
    }
  }
}

async function createAndStart(work: Work, request: Parameters<Engine['create']>[0]): Promise<readonly string[]> {
  const created = await work.engine.create(request)
  const ids = created.map((container) => container.id)
  await work.engine.start(ids)
  return ids
}

async function proveHealthy(work: Work, spec: StackService, containers: readonly string[]): Promise<void> {
  const { attempt } = work
  const outcome = await waitUntilHealthy({ service: spec, containers }, { engine: work.engine, signal: attempt.signal })
  if (outcome.kind === 'healthy') return
  // Before anything is cut to fit: half a secret is found by no redaction afterwards.
  const logTail = outcome.logTail.map(attempt.redact)
  const lastProbe = outcome.lastProbe === null ? null : attempt.redact(outcome.lastProbe)
  for (const line of logTail) attempt.sayBuild(spec.name, line)
  const telling = tellingLine(logTail)
  throw new KyozoError('not_healthy', `${healthWords(spec, { ...outcome, lastProbe })}${telling === undefined ? '' : `: ${telling}`}`, {
    service: spec.name,
    hint: 'the last lines of its output are in the release’s log',
  })
}

function isServiceOperation(operation: Operation): operation is ServiceOperation {
  return ['start', 'replace_beside', 'replace_stop_first', 'restart', 'restart_in_place', 'scale'].includes(operation.kind)
}

function stopped(plan: StackPlan): readonly string[] {
  return plan.operations.flatMap((operation) => (operation.kind === 'stop' ? operation.containers : []))
}

function retired(plan: StackPlan): Applied['retire'] {
  return plan.operations.flatMap((operation) => {
    switch (operation.kind) {
      case 'replace_beside':
      case 'replace_stop_first':
      case 'scale':
        return [{ service: operation.service, containers: operation.retire }]
      case 'remove':
        return [{ service: operation.service, containers: operation.containers }]
      default:
        return []
    }
  })
}
