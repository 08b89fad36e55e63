// What scanned source says for a service, in every language alike.
import type { Claim, NamedDependency, Sign } from '../claim.ts'
import { baseName } from '../paths.ts'
import { quoted, type Said, said } from '../reasons.ts'
import type { Folder } from '../repository.ts'
import type { HealthSpec } from '../topology.ts'
import { asPort } from './data.ts'
import type { Reader } from './reader.ts'
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

/** The port that the source names, in the words of its line. */
export function saidPort({ port }: SourceFacts, read: Reader): Said<number> | undefined {
  return port && said(port.value, quoted(port.path, port.line, read))
}

/** The health route that the source has. */
export function saidRoute({ health }: SourceFacts, read: Reader): Said<HealthSpec> | undefined {
  return health && said<HealthSpec>({ kind: 'http', path: health.value }, quoted(health.path, health.line, read))
}

/** A route below what the configuration puts before every path. */
export function belowPath(base: string | undefined, route: Said<HealthSpec> | undefined): Said<HealthSpec> | undefined {
  if (base === undefined || route?.value.kind !== 'http') return route
  return { ...route, value: { ...route.value, path: `${base.replace(/\/$/, '')}${route.value.path}` } }
}

/** The port of whoever asks for one by `$PORT` and has no default: any will do, and this one is the most usual. */
export const platformPort = 8080

/** A variable that carries the folder's own name, such as `CATALOG_PORT` in catalog/. */
export function namedPort(environment: SourceFacts['environment'], { path }: Folder, read: Reader): Said<number> | undefined {
  const name = `${baseName(path)
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '_')}_PORT`
  const variable = environment.find((one) => one.name === name)
  return said(asPort(variable?.value), variable && quoted(variable.path, variable.line, read))
}

/** The imported modules as the packages they belong to. */
export function importsOf(source: SourceFacts, packageOf: (module: string) => string): NamedDependency[] {
  return [...source.imports].map(([module, evidence]) => ({ name: packageOf(module), evidence }))
}

/** A claim with nothing in it but its reasons. */
export function emptyClaim(type: Claim['type'], signs: readonly Sign[] = []): Claim {
  return { type, signs, spec: {}, hasManifest: true, dependencies: [], imports: [], addresses: [], reads: [] }
}
