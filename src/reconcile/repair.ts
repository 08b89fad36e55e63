// What a repair is made of: what should be, the steps that bring it back, and their words.
import type { Difference, Expected } from './differences.ts'
import type { ObservedContainer } from './plan.ts'
import type { LiveServiceFacts } from './recover.ts'

export interface DesiredService extends LiveServiceFacts {
  readonly name: string
  readonly image: string
  /** Two cannot hold what it holds. */
  readonly isSingle: boolean
  readonly needsNetwork: boolean
  readonly expected: Expected
}

export interface Desired {
  /** In start order. */
  readonly services: readonly DesiredService[]
  readonly volumes: readonly string[]
  /** Services that die again and again: nothing of them is started now. */
  readonly held: ReadonlySet<string>
  /** Who made the live release drains containers from before and takes them away itself. Undefined when nothing is live. */
  readonly liveSince: { readonly at: string; readonly ageMs: number } | undefined
  /** Open differences that a person asked to be put back, as `container field`. */
  readonly restore: ReadonlySet<string>
}

export type RepairStep =
  | { readonly kind: 'make_network'; readonly because: string }
  | { readonly kind: 'make_volume'; readonly volume: string; readonly because: string }
  | { readonly kind: 'remove' | 'sweep' | 'unpause' | 'stop' | 'start' | 'restart' | 'connect'; readonly service: string; readonly containers: readonly string[]; readonly because: string }
  | { readonly kind: 'rename'; readonly service: string; readonly container: string; readonly name: string; readonly because: string }
  | { readonly kind: 'restore'; readonly service: string; readonly difference: Difference; readonly because: string }
  | { readonly kind: 'create'; readonly service: string; readonly count: number; readonly isBeside: boolean; readonly because: string }
  /** Only a release can build what is missing. */
  | { readonly kind: 'release'; readonly service: string; readonly because: string } // biome-ignore format: one line a step

export interface RepairPlan {
  /** In the order in which they are done. */
  readonly steps: readonly RepairStep[]
  /** Everything that differs, whether or not a step puts it right. */
  readonly differences: readonly Difference[]
  /** Containers of the live release: what requests may be sent to, as far as they run. */
  readonly proven: readonly ObservedContainer[]
  /** Until nothing drains any more that a release has just replaced; 0 when nothing does. */
  readonly drainsForMs: number
}

/** `api: its container is gone; the volume data was removed: its data is gone`. */
export function repairReason({ steps }: Pick<RepairPlan, 'steps'>): string {
  const said = steps.map((step) => ('service' in step ? `${step.service}: ${step.because}` : step.because))
  return [...new Set(said)].join('; ')
}

export function sayMissing({ replicas }: DesiredService, others: readonly ObservedContainer[], differences: readonly Difference[]): string {
  const [wrong] = differences.filter(isIdentity)
  if (wrong !== undefined) return `another container stands in its place: its ${wrong.field} is ${wrong.actual}, not ${wrong.expected}`
  if (others.some(({ state }) => state === 'dead')) return 'its container is dead'
  return replicas === 1 ? 'its container is gone' : 'a container of it is gone'
}

export function sayOthers(others: readonly ObservedContainer[], differences: readonly Difference[]): string {
  const [wrong] = differences.filter((one) => isIdentity(one) && others.some(({ id }) => id === one.container))
  return wrong === undefined
    ? 'there are more containers of it than the live release has'
    : `its ${wrong.field} is ${wrong.actual}, not ${wrong.expected}`
}

export function sayResting([first]: readonly ObservedContainer[]): string {
  if (first === undefined) return ''
  if (first.state === 'created') return 'its container was never started'
  return `its container ended with code ${first.exitCode}${first.wasOutOfMemory ? ', out of memory' : ''}`
}

/** It is not what kyozo made. */
export function isIdentity({ weight }: Difference): boolean {
  return weight === 'identity'
}

export function sayLost(volume: string): string {
  return `the volume ${volume} was removed: its data is gone`
}

const lost = { service: '', container: '', weight: 'place', expected: 'there, with its data', actual: 'removed: its data is gone' } as const

export function lossOf(volume: string): Difference {
  return { ...lost, field: `volumes.${volume}` }
}

/** Another volume has its name, and perhaps its data: only a person can say. */
export function takenOf(volume: string): Difference {
  return { ...lost, field: `volumes.${volume}`, expected: 'made by kyozo', actual: 'another volume has its name' }
}

/** The volume whose data is gone by this difference; undefined for any other difference. */
export function lostVolume({ field, actual }: Pick<Difference, 'field' | 'actual'>): string | undefined {
  return actual === lost.actual && field.startsWith('volumes.') ? field.slice('volumes.'.length) : undefined
}
