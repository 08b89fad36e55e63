// A template turns a detected service without a Dockerfile into one. templates/<name>/ holds the data; this file says what it is.
import type { SourceTree } from '../git/source-tree.ts'
import type { Recommendation, ServiceSpec, ServiceType } from '../topology/topology.ts'

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
  /** The port of a service that states none. Default is none: such a service is a worker. */
  readonly defaultPort?: number
  /** Texts that the Dockerfile includes, by name. Default is none. */
  readonly partials?: Readonly<Record<string, string>>
  /** Which versions of the language's image there are. Default is that the Dockerfile names one itself. */
  readonly versions?: VersionPolicy
  /** Names and globs of the files that decide what is installed; they are copied before the source, so that a change of code installs nothing. */
  readonly manifests?: readonly string[]
  /** Globs of files that are never part of an image. */
  readonly ignore?: readonly string[]
  /** Commands that ask the service from inside its container. `{port}`, `{path}` and `{url}` stand for whole arguments. */
  readonly health?: { readonly http?: readonly string[]; readonly tcp?: readonly string[] }
}

export interface VersionPolicy {
  /** For a service that asks for none. */
  readonly default: string
  /** The oldest that is used; a service that asks for an older one gets this one. */
  readonly oldest: string
  /** How many numbers an image's tag has: 1 for `24`, 2 for `3.12`. */
  readonly parts: 1 | 2
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
  /** What a person could change for a better image. Default is none. */
  readonly recommendations?: readonly Recommendation[]
}

export interface RenderInput {
  readonly service: ServiceSpec
  /** The commit's files. */
  readonly tree: Pick<SourceTree, 'entries' | 'root'>
}
