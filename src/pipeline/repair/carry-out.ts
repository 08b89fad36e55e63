// One step of a repair: what is done to a service's containers, and noted when it is done.
import { KyozoError } from '../../errors.ts'
import type { RepairStep } from '../../reconcile/repair.ts'
import type { StackService } from '../../stack/stack.ts'
import { isNetworkGone } from '../network-gone.ts'
import type { Work } from './act.ts'
import { changeBack } from './change-back.ts'
import { askForRelease, lay } from './ground.ts'
import { prove } from './prove.ts'

/** Not when it is told to stop. */
export async function inTurn<T>({ signal }: Work, act: () => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  return act()
}

export function note(
  { done }: Work,
  {
    service,
    step,
    containers,
  }: { readonly service: string; readonly step: Pick<RepairStep, 'kind' | 'because'>; readonly containers: readonly string[] },
) {
  done.push({ service, kind: step.kind, containers, because: step.because })
}

type Listing = Extract<RepairStep, { containers: readonly string[] }>

export async function take(work: Work, step: Listing): Promise<void> {
  await inTurn(work, () => work.engine.remove(step.containers))
  note(work, { service: step.service, step, containers: step.containers })
}

export async function rename(work: Work, step: Extract<RepairStep, { kind: 'rename' }>): Promise<void> {
  await inTurn(work, () => work.engine.rename(step.container, step.name))
  note(work, { service: step.service, step, containers: [step.container] })
}

export async function carryOut(work: Work, spec: StackService, step: RepairStep): Promise<readonly string[]> {
  const { engine, seen } = work
  switch (step.kind) {
    case 'unpause':
      await engine.unpause(step.containers)
      return step.containers
    case 'stop':
      await engine.stop(step.containers)
      return step.containers
    case 'start':
      return start(work, spec, step)
    case 'restart':
      await engine.stop(step.containers)
      await engine.start(step.containers)
      return step.containers
    case 'connect':
      await engine.giveAlias(seen.identity, spec.name, step.containers)
      return step.containers
    case 'restore':
      await engine.change(step.difference.container, changeBack(seen, spec, step.difference))
      return [step.difference.container]
    case 'create':
      return create(work, spec, step)
    case 'release':
      return askForRelease(work, step.because)
    default:
      return []
  }
}

/** One whose network was removed while it rested cannot be started any more: another takes its place. */
async function start(work: Work, spec: StackService, step: Listing): Promise<readonly string[]> {
  try {
    await work.engine.start(step.containers)
    return step.containers
  } catch (error) {
    if (!isNetworkGone(error)) throw error
    // Where there can be none, it stays as it is.
    await lay(work, { files: await work.files(), volumes: spec.volumes })
    await take(work, { ...step, kind: 'remove' })
    return create(work, spec, { ...step, kind: 'create', count: step.containers.length, isBeside: false })
  }
}

async function create(work: Work, spec: StackService, step: Extract<RepairStep, { kind: 'create' }>): Promise<readonly string[]> {
  const { engine, seen, signal } = work
  const files = await work.files()
  // A network or volume that went a moment ago is made, and what is there is left alone.
  await lay(work, { files, volumes: spec.volumes })
  const created = await engine.create({ files, service: spec.name, count: step.count, withAlias: !step.isBeside })
  const ids = created.map(({ id }) => id)
  try {
    await engine.start(ids)
    work.up.get(spec.name)?.resolve()
    await prove(work, spec, ids)
    if (step.isBeside) await engine.giveAlias(seen.identity, spec.name, ids)
  } catch (error) {
    // What did not prove itself goes. When the lease is lost, who has it takes it away.
    if (!(error instanceof KyozoError && error.code === 'lease_lost')) await engine.remove(ids)
    throw signal.aborted ? signal.reason : error
  }
  return ids
}
