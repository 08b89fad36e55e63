// What reading a compose file with all that belongs to it keeps in mind.
import type { SourceTree } from '../../git/source-tree.ts'
import { parentOf } from '../paths.ts'
import type { ServiceDraft } from './draft.ts'
import type { LocatedMap, Place } from './located.ts'
import type { ComposeModelNetwork, ComposeModelVolume, Trust } from './model.ts'
import { emptyReport, type Report, type Scope } from './scope.ts'
import type { FileDefinition } from './top-level.ts'

export interface LoadOptions {
  readonly tree: SourceTree
  readonly trust: Trust
  readonly variables: Readonly<Record<string, string>>
  readonly registries: ReadonlySet<string>
  /** Names of secrets: a service is given their values when it is started. Default is none. */
  readonly secrets?: ReadonlySet<string>
}

/** Findings of a service are its own, with those of what it extends. */
export interface LoadedService {
  readonly draft: ServiceDraft
  readonly report: Report
  readonly place: Place
}

/** What a file's relative paths and its variables are: an include may state both. */
export interface FileContext {
  readonly folder: string
  readonly variables: Readonly<Record<string, string>>
}

export interface Loaded {
  readonly services: Map<string, LoadedService>
  readonly volumes: Map<string, ComposeModelVolume>
  readonly networks: Map<string, ComposeModelNetwork>
  readonly files: Map<string, FileDefinition>
}

export interface Loader extends LoadOptions {
  readonly seen: Scope['seen']
  /** Findings of the file as a whole. */
  readonly report: Report
  readonly roots: Map<string, LocatedMap | undefined>
  /** Files that are read whole, by what decides their meaning; one that several include is read once. */
  readonly loaded: Map<string, Loaded>
  /** Files that an include names and that could not be read: what they declare is missing for no fault of who refers to it. */
  readonly unread: Set<string>
}

export function createLoader(options: LoadOptions): Loader {
  return {
    ...options,
    seen: { reads: new Set(), variables: new Set(), filledLength: 0 },
    report: emptyReport(),
    roots: new Map(),
    loaded: new Map(),
    unread: new Set(),
  }
}

/** Without a context of its own a file's paths start at its folder. */
export function scopeOf(loader: Loader, { file, report, context }: { file: string; report: Report; context?: FileContext }): Scope {
  const { tree, trust, registries, seen, secrets } = loader
  const { folder, variables } = context ?? { folder: parentOf(file), variables: loader.variables }
  return { tree, trust, variables, registries, seen, report, folder, ...(secrets === undefined ? {} : { secrets }) }
}
