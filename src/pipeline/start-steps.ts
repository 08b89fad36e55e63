// How the containers of a service come up, step by step. Each step first makes what it can make beside what runs, and then starts it.
import type { ComposeFiles, Engine } from '../engine/engine.ts'
import type { ObservedStack, Operation } from '../reconcile/plan.ts'
import { isUp } from '../reconcile/recover.ts'
import type { StackService } from '../stack/stack.ts'
import type { Attempt } from './attempt.ts'
import { isNetworkGone } from './network-gone.ts'

export type ServiceOperation = Extract<
  Operation,
  { kind: 'start' | 'replace_beside' | 'replace_stop_first' | 'restart' | 'restart_in_place' | 'scale' }
>

export interface StartGround {
  readonly attempt: Attempt
  readonly engine: Engine
  readonly files: ComposeFiles
  readonly observed: ObservedStack
  /** Containers that had to make way, by service: those of the plan, and those that came up since. */
  readonly stoppedFirst: Map<string, readonly string[]>
}

/** Those of one step must be healthy before the next. */
export interface StartStep {
  /** New containers that do not run yet, and that nobody notices. */
  make(): Promise<readonly string[]>
  /** Gets what was made; the containers that run then. */
  start(made: readonly string[]): Promise<readonly string[]>
}

export function startSteps(ground: StartGround, spec: StackService, operation: ServiceOperation): readonly StartStep[] {
  switch (operation.kind) {
    case 'restart_in_place':
      return operation.containers.map((container) => nothingMade(() => restart(ground, container)))
    case 'restart':
      return [nothingMade(() => startAgain(ground, spec, operation.containers))]
    case 'replace_stop_first':
      return [nothingMade(() => replaceStopped(ground, operation))]
    case 'start':
      return [created(ground, { service: spec.name, count: operation.replicas, withAlias: true })]
    case 'replace_beside': {
      const oneByOne = operation.pace === 'one_by_one'
      const count = oneByOne ? 1 : operation.replicas
      const step = () => created(ground, { service: spec.name, count, withAlias: false })
      return Array.from({ length: oneByOne ? operation.replicas : 1 }, step)
    }
    case 'scale': {
      const missing = operation.replicas - staying(ground, spec, operation).length
      return missing > 0 ? [created(ground, { service: spec.name, count: missing, withAlias: false })] : []
    }
  }
}

function nothingMade(start: () => Promise<readonly string[]>): StartStep {
  return { make: async () => [], start }
}

function created({ engine, files }: StartGround, request: Omit<Parameters<Engine['create']>[0], 'files'>): StartStep {
  return {
    make: async () => (await engine.create({ files, ...request })).map(({ id }) => id),
    async start(made) {
      await engine.start(made)
      return made
    },
  }
}

async function restart({ engine }: StartGround, container: string): Promise<readonly string[]> {
  await engine.stop([container])
  await engine.start([container])
  return [container]
}

/** One whose network was removed while it rested cannot be started any more: another takes its place. */
async function startAgain(ground: StartGround, spec: StackService, containers: readonly string[]): Promise<readonly string[]> {
  const { engine } = ground
  try {
    await engine.start(containers)
    return containers
  } catch (error) {
    if (!isNetworkGone(error)) throw error
    await engine.remove(containers)
    return createAndStart(ground, { service: spec.name, count: containers.length })
  }
}

/** Two must never hold what it holds, whoever brought up another since it was planned. */
async function replaceStopped(
  ground: StartGround,
  { service, retire, replicas }: Extract<ServiceOperation, { kind: 'replace_stop_first' }>,
): Promise<readonly string[]> {
  const { attempt, engine, stoppedFirst } = ground
  const { containers } = await engine.observe(attempt.identity, [])
  const others = containers.filter((one) => one.service === service && !retire.includes(one.id) && isUp(one)).map(({ id }) => id)
  stoppedFirst.set(service, [...retire, ...others])
  await engine.stop([...retire, ...others])
  return createAndStart(ground, { service, count: replicas })
}

async function createAndStart(
  ground: StartGround,
  request: { readonly service: string; readonly count: number },
): Promise<readonly string[]> {
  const step = created(ground, { ...request, withAlias: true })
  return step.start(await step.make())
}

function staying({ observed }: StartGround, spec: StackService, { retire }: Extract<ServiceOperation, { kind: 'scale' }>) {
  return observed.containers.filter(
    ({ id, service, configHash, hasAlias }) => service === spec.name && configHash === spec.configHash && hasAlias && !retire.includes(id),
  )
}
