// A template turns a detected service without a Dockerfile into one. templates/<name>/ holds the data; this file says what it is.
import type { ServiceSpec, ServiceType } from '../topology/topology.ts'

/** One folder of templates/, read from disk by whoever may; rendering is pure. */
export interface Template {
  readonly name: string
  readonly types: readonly ServiceType[]
  /** Liquid text. Only kyozo's own values are evaluated; a repository's values are inserted as data, quoted for where they stand. */
  readonly dockerfile: string
  /** Whether the container runs with a read-only root file system. */
  readonly isReadOnly: boolean
  /** Folders that must be writable when it is read-only: small tmpfs mounts. */
  readonly writableFolders: readonly string[]
  /** Capabilities that its process needs beyond none. */
  readonly capabilities: readonly string[]
  readonly defaultPort?: number
}

export interface RenderedTemplate {
  readonly dockerfile: string
  /** The context's root, and the files of it that the Dockerfile reads: both as paths from the repository's root. */
  readonly context: string
  readonly files: readonly string[]
  readonly isReadOnly: boolean
  readonly writableFolders: readonly string[]
  readonly capabilities: readonly string[]
  readonly port?: number
  /** A check that runs inside the container with what the image has, for `docker compose up --wait` without kyozo. */
  readonly healthCommand?: readonly string[]
}

export interface RenderInput {
  readonly service: ServiceSpec
  /** Every file of the tree by path. */
  readonly paths: Iterable<string>
}
