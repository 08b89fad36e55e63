// What should run: a compose document that a person can read and run, a runtime overlay, and for every service what it is made of.

import type { KeptNames } from '../topology/declaration/settings.ts'
import type { Evidence, HealthSpec, ServiceType } from '../topology/topology.ts'
import type { Share } from './baseline/decide.ts'
import type { Edit } from './committed/three-way.ts'

/** A compose document as plain data, in canonical spelling. */
export interface ComposeDocument {
  readonly name?: string
  readonly services: Readonly<Record<string, ComposeService>>
  readonly networks?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly volumes?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly configs?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}
export type ComposeService = Readonly<Record<string, unknown>>

/** What the builder is given. Everything that decides the image is in it, so its hash is the image's tag. */
export interface BuildInput {
  /** The folder that is the context's root, `"."` for the repository's. */
  readonly context: string
  /** The files of the context that are sent, as paths from the repository's root; sorted. */
  readonly files: readonly string[]
  /** The Dockerfile's text, whether from the repository or from a template. */
  readonly dockerfile: string
  readonly target?: string
  readonly args: Readonly<Record<string, string>>
}

/** How an old container gives way to a new one. A volume or a fixed port cannot be held by two at once. */
export type Replacement = { readonly kind: 'beside' } | { readonly kind: 'stop_first'; readonly reason: string }

export interface StackService {
  readonly name: string
  /** The folder it comes from; absent for a backing service. */
  readonly folder?: string
  readonly type: ServiceType | 'backing'
  /** The image reference that runs: `kyozo/<workspace>/<service>:<key>` for a built one. */
  readonly image: string
  readonly build?: BuildInput
  /** Versioned hash of the service as it is created: image reference, definition, and the versions of the secrets it reads. */
  readonly configHash: string
  readonly replacement: Replacement
  /** Names of the secrets that people set and it is started with. Default is none. */
  readonly secrets?: readonly string[]
  readonly replicas: number
  /** The port it answers on inside its container. */
  readonly port?: number
  readonly health: HealthSpec
  /** How long it may take to become healthy. */
  readonly healthDeadlineMs: number
  /** True for a container that is meant to end with exit code 0. */
  readonly isOneShot: boolean
  readonly dependsOn: readonly { readonly service: string; readonly condition: 'started' | 'healthy' | 'completed' }[]
  /** Names of the stack's volumes that it mounts. */
  readonly volumes: readonly string[]
  readonly evidence: readonly Evidence[]
  /** Set for a relay: which environment serves it. Default is that it is run. */
  readonly servedFrom?: ServedFrom
}

export interface ServedFrom {
  readonly environment: string
  /** Its compose project. */
  readonly project: string
}

/** What becomes of each service of a preview that shares with another environment; those that are left out are nowhere else in the stack. */
export interface Sharing extends ServedFrom {
  readonly services: readonly (Share & Pick<StackService, 'name' | 'folder'>)[]
}

/** A value that kyozo makes once per environment and keeps encrypted. It reaches compose as the variable `variable`. */
export interface GeneratedSecret {
  readonly name: string
  readonly variable: string
  /** How many hexadecimal digits it has. Default is 48. */
  readonly digits?: number
}

/** A difference between the user's own compose file and what runs, with its reason. `pointer` is a JSON pointer into the user's file. */
export interface Difference {
  readonly file: string
  readonly pointer: string
  readonly change: string
  readonly reason: string
}

export interface StackSpec {
  readonly project: string
  /** `compose.kyozo.yaml` as data and as the text that is committed back. It changes only when the shape of the stack changes. */
  readonly document: ComposeDocument
  readonly documentText: string
  /** The runtime overlay: image keys, kyozo's labels, resolved ports, and nothing else. */
  readonly overlay: ComposeDocument
  readonly overlayText: string
  /** In start order. */
  readonly services: readonly StackService[]
  readonly volumes: readonly string[]
  readonly secrets: readonly GeneratedSecret[]
  readonly differences: readonly Difference[]
  /** What people have changed in compose.kyozo.yaml; it is in the document. Default is nothing. */
  readonly edits?: readonly Edit[]
  /** Names that services keep although their folders were renamed. Default is none. */
  readonly keptNames?: KeptNames
  /** What another environment serves. Default is nothing. */
  readonly sharing?: Sharing
  /** Why nothing is shared although kyozo.yaml says so, as a clause. Default is that it does not, or that something is. */
  readonly notShared?: string
}
