// What a detector says about a folder. Evidence decides, never the order of the list: confidence is
//
//   (1 - product of (1 - w) over evidence for) × (product of (1 - |w|) over evidence against)
//
// so independent facts add up without ever passing 1, one strong objection outweighs several weak hints, and order does not matter.
import type { DriverUse } from './relations/driver-calls.ts'
import type { Folder, Repository } from './repository.ts'
import type { Because, EnvironmentVariable, Evidence, FolderRole, HealthSpec, ProcessSpec, ServiceType } from './topology.ts'

/** Evidence with its weight in [-1, 1]; one against the claim may say what the folder is instead. */
export interface Sign extends Evidence {
  readonly weight: number
  readonly role?: FolderRole['role']
}

/** A dependency that a manifest names. */
export interface NamedDependency {
  readonly name: string
  readonly evidence: Evidence
}

/** An address that the repository states for a variable, or only the address when no variable is near. */
export interface StatedAddress {
  readonly variable?: string
  readonly value: string
  readonly evidence: Evidence
  /** How binding it is: a default in source is what happens when nobody says otherwise. Default is `example`. */
  readonly from: 'declaration' | 'compose' | 'example' | 'source'
  /** Whether many programs are given it, of which each reads only some: it counts where the source reads the variable. Default is false. */
  readonly isShared?: boolean
  /** The driver's call that the source hands it to. Default is none that is known. */
  readonly handedTo?: DriverUse
}

/** What a claim says about the service, should it win. */
export interface ClaimedSpec {
  /** What its manifest calls it. */
  readonly name?: string
  readonly framework?: string
  readonly version?: string
  readonly packageManager?: string
  readonly start?: string
  readonly installCommand?: string
  readonly buildCommand?: string
  /** What runs beside it in the same folder, its own start command not among it. */
  readonly processes?: readonly ProcessSpec[]
  readonly port?: number
  readonly health?: HealthSpec
  readonly environment?: readonly EnvironmentVariable[]
  readonly facts?: Readonly<Record<string, string | number | boolean | readonly string[]>>
  /** Where these values were read; one without a place is taken for what the strongest sign shows. */
  readonly because?: Because
}

export type Facts = NonNullable<ClaimedSpec['facts']>

export interface Claim {
  readonly type: ServiceType
  readonly signs: readonly Sign[]
  readonly spec: ClaimedSpec
  /** Whether the folder has a manifest of its own; without one it may be a part of the service around it. */
  readonly hasManifest: boolean
  readonly dependencies: readonly NamedDependency[]
  /** Packages that the scanned source imports. */
  readonly imports: readonly NamedDependency[]
  readonly addresses: readonly StatedAddress[]
  /** Paths outside the folder that its source reads. */
  readonly reads: readonly string[]
}

/** One file in detectors/, one line in its index. */
export interface Detector {
  readonly type: ServiceType
  /** What people call it, in evidence and documents. */
  readonly title: string
  /** File names that make a folder worth asking about; `*.x` matches by ending, `x*` by beginning, `x/` a folder directly in it, `/x` its own name. */
  readonly marks: readonly string[]
  readonly claim: (folder: Folder, repository: Repository) => Claim | undefined
}

/** A folder with less than this is not a service. */
export const confidenceThreshold = 0.5

/** Below this a person should look before anything is deployed. */
export const unsureBelow = 0.6

export function confidence(signs: readonly Sign[]): number {
  let doubt = 1
  let standing = 1
  for (const { weight } of signs) {
    if (weight >= 0) doubt *= 1 - Math.min(weight, 1)
    else standing *= 1 - Math.min(-weight, 1)
  }
  return Math.round((1 - doubt) * standing * 100) / 100
}

/** Whether a claim has the same fact of the same place already: said twice it counts once. */
export function isAmong({ path, line, fact }: Sign, { signs }: Claim): boolean {
  return signs.some((sign) => sign.path === path && sign.line === line && sign.fact === fact)
}

/** The evidence of a claim, strongest first, in the topology's words. */
export function evidenceOf(signs: readonly Sign[]): Evidence[] {
  return signs
    .map(({ path, line, fact, weight }) => ({ path, ...(line === undefined ? {} : { line }), fact, weight }))
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight) || compare(a.path, b.path) || (a.line ?? 0) - (b.line ?? 0))
}

/** By code unit, so that the answer is the same on every machine. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Whether a type stands for several services together; it never takes the place of the one that its folder may be. */
export function isStack(type: ServiceType): boolean {
  return type === 'compose_stack' || type === 'kubernetes'
}
