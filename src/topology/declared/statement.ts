// What a file that somebody wrote for a platform or a tool says about one folder. It outweighs what kyozo would guess; precedence.ts has the order.
import type { Source } from '../precedence.ts'
import type { Because, EnvironmentVariable, Evidence, HealthSpec, ProcessSpec } from '../topology.ts'

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
  readonly memory?: string
  readonly cpu?: string
  readonly replicas?: number
  /** Names of services that it says it needs. */
  readonly needs?: readonly string[]
}

/** A file as one reader gets it. */
export interface DeclaredFile {
  readonly path: string
  /** The folder that paths in the file are relative to. */
  readonly folder: string
}
