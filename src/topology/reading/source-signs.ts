// What scanned source says for a service, in every language alike.
import type { Claim, NamedDependency, Sign } from '../claim.ts'
import type { SourceFacts } from './source.ts'

export interface SourceWeights {
  /** How much a loop, a timer or a subscription counts. */
  readonly loops: number
}

export function sourceSigns({ listens, loops, health, port }: SourceFacts, weights: SourceWeights): Sign[] {
  return [
    ...(listens ? [{ ...listens, weight: 0.5 }] : []),
    ...(loops ? [{ ...loops, weight: weights.loops }] : []),
    ...(health ? [{ path: health.path, line: health.line, fact: `health route ${health.value}`, weight: 0.2 }] : []),
    ...(port ? [{ path: port.path, line: port.line, fact: `port ${port.value}`, weight: 0.1 }] : []),
  ]
}

/** The imported modules as the packages they belong to. */
export function importsOf(source: SourceFacts, packageOf: (module: string) => string): NamedDependency[] {
  return [...source.imports].map(([module, evidence]) => ({ name: packageOf(module), evidence }))
}

/** A claim with nothing in it but its reasons. */
export function emptyClaim(type: Claim['type'], signs: readonly Sign[] = []): Claim {
  return { type, signs, spec: {}, hasManifest: true, dependencies: [], imports: [], addresses: [], reads: [] }
}
