// What a file that somebody wrote for a platform or a tool says about one folder. It outweighs what kyozo would guess; precedence.ts has the order.
import type { Source } from '../precedence.ts'
import type { BackingKind, Because, EnvironmentVariable, Evidence, HealthSpec, ProcessSpec } from '../topology.ts'

export interface Statement {
  readonly source: Source
  /** The folder that it speaks of, `"."` for the root. */
  readonly folder: string
  readonly evidence: Evidence
  /** Where single values stand; one without a place stands where the evidence does. */
  readonly because?: Because
  /** How much it says that the folder is a service; 0 for a file that libraries have too. */
  readonly weight: number
  readonly name?: string
  readonly start?: string
  readonly installCommand?: string
  readonly buildCommand?: string
  readonly port?: number
  readonly health?: HealthSpec
  readonly environment?: readonly EnvironmentVariable[]
  /** Variables that many services are given together; each reads some. */
  readonly shared?: readonly EnvironmentVariable[]
  /** A Dockerfile's path in the repository, and the stage that is built. */
  readonly dockerfile?: string
  readonly target?: string
  /** The name that its image is given, without registry and tag: manifests find the folder by it. */
  readonly image?: string
  /** Every process of the folder, when there are several. */
  readonly processes?: readonly ProcessSpec[]
  /** Whether it works beside what answers in the same folder: a worker, or something that is run by the clock. */
  readonly isBeside?: true
  /** What is run once: before each release, or by the clock. */
  readonly once?: readonly OnceCommand[]
  readonly memory?: string
  readonly cpu?: string
  readonly replicas?: number
  /** What it says that it needs. */
  readonly needs?: readonly StatedNeed[]
}

export interface OnceCommand {
  readonly kind: 'release' | 'schedule'
  readonly name: string
  readonly command: string
  readonly evidence: Evidence
}

/** A need as a file names it: another service of the file, a database, an add-on. */
export interface StatedNeed {
  readonly name: string
  /** What the backing service is, where the file says so. */
  readonly kind?: BackingKind
  /** The variable that its address is given in. */
  readonly variable?: string
  readonly evidence: Evidence
}

/** A file as one reader gets it. */
export interface DeclaredFile {
  readonly path: string
  /** The folder that paths in the file are relative to. */
  readonly folder: string
}
