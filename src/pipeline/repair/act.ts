// Carries a repair's steps out: what gives way first, then the services side by side, each after those it needs, and what is left over last.
import type { ComposeFiles, Engine } from '../../engine/engine.ts'
import { waitUntilHealthy } from '../../health/wait-until-healthy.ts'
import type { RepairStep } from '../../reconcile/repair.ts'
import { createRedactor } from '../../secrets/redact.ts'
import { needsOf } from '../../stack/lives-in.ts'
import type { StackService } from '../../stack/stack.ts'
import type { Kyozo } from '../kyozo.ts'
import { slots } from '../slots.ts'
import { carryOut, inTurn, note, rename, take } from './carry-out.ts'
import { filesOrRelease, lay } from './ground.ts'
import { everyValue } from './hold.ts'
import type { Seen } from './look.ts'

export interface Acting {
  readonly kyozo: Kyozo
  /** Fenced by the repair's lease. */
  readonly engine: Engine
  /** Aborts when the lease is lost, and when somebody waits for the environment. */
  readonly signal: AbortSignal
  /** Hears of a volume that has to be made, before it is: it held data once, whoever noticed first that it went. */
  readonly losing: (volume: string) => Promise<void>
  /** Grows while it acts. */
  readonly done: Done[]
}

/** What was done to a service's containers. */
export interface Done {
  readonly service: string
  readonly kind: RepairStep['kind']
  readonly containers: readonly string[]
  readonly because: string
}

export interface Work extends Acting {
  readonly seen: Seen
  /** Made when the first container has to be, and once. */
  readonly files: () => Promise<ComposeFiles>
  readonly redact: (text: string) => string
  /** By service, once its containers run, or will not. */
  readonly up: Map<string, PromiseWithResolvers<void>>
}

const servicesAtOnce = 8
/** What is done before all services, or after them. */
const apart: ReadonlySet<RepairStep['kind']> = new Set(['remove', 'sweep', 'rename'])

/** Does not throw, since what was done counts, whatever came of the rest: gives why it came to no end, or undefined when everything was done. */
export async function actOn(seen: Seen, acting: Acting): Promise<unknown> {
  try {
    const redact = createRedactor(new Set(await everyValue(acting.kyozo, seen)))
    await allSteps({ ...acting, seen, redact, up: new Map(), files: once(() => filesOrRelease(seen, acting)) })
    return undefined
  } catch (failure) {
    return failure
  }
}

async function allSteps(work: Work): Promise<void> {
  const unlaid = await layGround(work)
  const blocked = await eachApart(work, 'remove')
  const failed = await allServices(work, blocked)
  const unswept = await eachApart({ ...work, failed }, 'sweep')
  const unnamed = await eachApart(work, 'rename')
  const [failure] = [...failed.values(), ...unlaid, ...unswept.values(), ...unnamed.values()]
  if (failure !== undefined) throw failure
}

type Failed = ReadonlyMap<string, unknown>

/** Each for itself: what cannot be removed, or a name that somebody else has taken, keeps nothing else from being done. Gives why, by service. */
async function eachApart(work: Work & { readonly failed?: Failed }, kind: 'remove' | 'sweep' | 'rename'): Promise<Failed> {
  const failures = new Map<string, unknown>()
  for (const step of work.seen.plan.steps) {
    if (step.kind !== kind || work.failed?.has(step.service)) continue
    try {
      await (step.kind === 'rename' ? rename(work, step) : take(work, step))
    } catch (failure) {
      failures.set(step.service, failure)
    }
  }
  return failures
}

/** What is missing for everybody. What cannot be made fails those that need it, each when it comes to that; gives why it could not. */
async function layGround(work: Work): Promise<readonly unknown[]> {
  const ground = work.seen.plan.steps.filter(({ kind }) => kind === 'make_network' || kind === 'make_volume')
  if (ground.length === 0) return []
  const volumes = ground.flatMap((step) => (step.kind === 'make_volume' ? [step.volume] : []))
  try {
    await inTurn(work, async () => lay(work, { files: await work.files(), volumes }))
    for (const step of ground) if (step.kind === 'make_network') note(work, { service: '', step, containers: [] })
    return []
  } catch (failure) {
    return [failure]
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}

/**
 * Side by side within a bound; of two that need each other the first is up before the second begins. A failure stops what needs it, and nothing else:
 * gives why, by service. `blocked` are those that nothing can be done for, and why.
 */
async function allServices(work: Work, blocked: Failed): Promise<Failed> {
  const { stack } = work.seen
  if (stack === undefined) return new Map()
  const inSlot = slots(servicesAtOnce)
  const started = new Map<string, Promise<void>>()
  const specs = stack.services
  for (const spec of specs) {
    const mine = work.seen.plan.steps.filter((step) => 'service' in step && step.service === spec.name && !apart.has(step.kind))
    if (mine.length === 0 && !blocked.has(spec.name)) continue
    const needs = needsOf(stack, spec)
    const needed = [
      ...needs.proven.flatMap((service) => started.get(service) ?? []),
      ...needs.started.flatMap((service) => work.up.get(service)?.promise ?? []),
    ]
    const up = Promise.withResolvers<void>()
    work.up.set(spec.name, up)
    const isNeeded = specs.some(({ dependsOn }) =>
      dependsOn.some(({ service, condition }) => service === spec.name && condition === 'healthy'),
    )
    const mended = blocked.has(spec.name)
      ? Promise.reject(blocked.get(spec.name))
      : Promise.all(needed).then(() => inSlot(() => mendService(work, { spec, steps: mine, isNeeded })))
    started.set(spec.name, mended)
    mended.then(up.resolve, up.reject)
    up.promise.catch(() => undefined)
  }
  const failed = new Map<string, unknown>()
  await Promise.all([...started].map(([service, mended]) => mended.catch((failure: unknown) => failed.set(service, failure))))
  return failed
}

interface ServiceWork {
  readonly spec: StackService
  readonly steps: readonly RepairStep[]
  readonly isNeeded: boolean
}

async function mendService(work: Work, { spec, steps, isNeeded }: ServiceWork): Promise<void> {
  for (const step of steps) {
    const containers = await inTurn(work, () => carryOut(work, spec, step))
    note(work, { service: spec.name, step: asCarriedOut(step, containers), containers })
    // What is needed healthy is waited for; one that does not become so keeps nobody else from coming back.
    if (isNeeded && step.kind === 'start')
      await waitUntilHealthy({ service: spec, containers }, { engine: work.kyozo.engine, signal: work.signal })
  }
}

/** What could not be started any more was made anew. */
function asCarriedOut(step: RepairStep, containers: readonly string[]): Pick<RepairStep, 'kind' | 'because'> {
  const isSame = step.kind !== 'start' || containers.every((id) => step.containers.includes(id))
  return isSame ? step : { ...step, kind: 'create' }
}
