// The order in which services start, and what to do about circles. Only what somebody wrote down may forbid a deployment: a circle with an
// inferred link in it is ordinary (two services that call each other), so its inferred links become optional.
import { KyozoError } from '../../errors.ts'
import { compare } from '../claim.ts'
import type { Evidence } from '../topology.ts'
import type { Link } from './links.ts'

/** A circle of which some links were only inferred: those nobody waits for. */
export interface LoosenedCycle {
  readonly cycle: readonly Link[]
  readonly loosened: readonly Link[]
}

/** The links with inferred circles loosened, and which ones those were. Throws `dependency_cycle` for a circle that is all declared. */
export function loosenCycles(links: readonly Link[]): { readonly links: Link[]; readonly cycles: readonly LoosenedCycle[] } {
  let current = [...links]
  const cycles: LoosenedCycle[] = []
  for (let cycle = findCycle(current); cycle !== undefined; cycle = findCycle(current)) {
    const inCycle = new Set(cycle)
    if (cycle.every(({ isDeclared }) => isDeclared)) throw circular(cycle)
    cycles.push({ cycle, loosened: cycle.filter(({ isDeclared }) => !isDeclared) })
    current = current.map((link) => (inCycle.has(link) && !link.isDeclared ? { ...link, kind: 'optional' as const } : link))
  }
  return { links: current, cycles }
}

/** A loosened circle in one sentence: who needs whom, and what nobody waits for. */
export function describeCycle({ cycle, loosened }: LoosenedCycle): string {
  const loose = loosened.map(({ from, to, evidence }) => `${from} -> ${to}${evidence[0] === undefined ? '' : ` (${placeOf(evidence[0])})`}`)
  const first = cycle[0]?.from ?? ''
  const verb = loose.length === 1 ? 'was inferred and is' : 'were inferred and are'
  return `Services need one another in a circle, ${[...cycle.map(({ from }) => from), first].join(' -> ')}: ${loose.join(' and ')} ${verb} taken as optional, so that one can start first.`
}

/** Names in start order: what is required first, then by name. Optional links order what they can. */
export function orderStart(names: readonly string[], links: readonly Link[]): string[] {
  const ordered: string[] = []
  const left = new Set([...names].sort(compare))
  while (left.size > 0) {
    const waits = (name: string, kinds: readonly Link['kind'][]) =>
      links.some(({ from, to, kind }) => from === name && from !== to && left.has(to) && kinds.includes(kind))
    const next =
      [...left].find((name) => !waits(name, ['requires', 'optional'])) ??
      [...left].find((name) => !waits(name, ['requires'])) ??
      [...left][0]
    if (next === undefined) break
    ordered.push(next)
    left.delete(next)
  }
  return ordered
}

function findCycle(links: readonly Link[]): Link[] | undefined {
  const required = links.filter(({ kind }) => kind === 'requires')
  const finished = new Set<string>()
  const visit = (name: string, trail: readonly Link[]): Link[] | undefined => {
    const start = trail.findIndex(({ from }) => from === name)
    if (start >= 0) return trail.slice(start)
    if (finished.has(name)) return undefined
    for (const link of required) {
      const cycle = link.from === name ? visit(link.to, [...trail, link]) : undefined
      if (cycle !== undefined) return cycle
    }
    finished.add(name)
    return undefined
  }
  for (const { from } of required) {
    const cycle = visit(from, [])
    if (cycle !== undefined) return cycle
  }
  return undefined
}

function circular(cycle: readonly Link[]): KyozoError {
  const names = [...cycle.map(({ from }) => from), cycle[0]?.from ?? '']
  const places = cycle.flatMap(({ evidence }) => evidence.slice(0, 1)).map(placeOf)
  return new KyozoError('dependency_cycle', `Services depend on one another in a circle: ${names.join('->')} (${places.join(', ')}).`, {
    hint: 'Remove one of these dependencies, or declare it in kyozo.yaml as optional or none: `depends_on: {name: optional}`.',
  })
}

function placeOf({ path, line }: Evidence): string {
  return line === undefined ? path : `${path}:${line}`
}
