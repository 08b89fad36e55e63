// Which services a change of the tree touches: those whose build reads a changed file.
import type { TreeDiff } from '../git/source-tree.ts'
import type { StackService } from '../stack/stack.ts'
import { isWithin } from '../topology/paths.ts'

/** What a service was built from before; see rememberServices. */
export interface BuiltFrom {
  /** Every file that its image was made of, as a path from the repository's root. Default is unknown. */
  readonly files?: readonly string[]
}

export interface AffectedInput {
  readonly services: readonly Pick<StackService, 'name' | 'folder' | 'build'>[]
  readonly previous: ReadonlyMap<string, BuiltFrom>
  readonly diff: TreeDiff
}

export type ChangeKind = 'changed' | 'added' | 'removed' | 'renamed'

export interface FileChange {
  readonly path: string
  readonly kind: ChangeKind
  /** The name it had before, for a renamed file. */
  readonly from?: string
}

/**
 * The changed files that each affected service reads, its own folder's first. A service that is not in the map reads nothing that changed. A
 * removed file counts when the previous build read it; where that is unknown, when it lay in the build's context.
 */
export function affectedServices({ services, previous, diff }: AffectedInput): ReadonlyMap<string, readonly FileChange[]> {
  const found = new Map<string, readonly FileChange[]>()
  for (const service of services) {
    const changes = changesFor(service, { diff, before: previous.get(service.name)?.files })
    if (changes.length > 0) found.set(service.name, changes)
  }
  return found
}

/** The reason as the beginning of a sentence: `services/api/server.js changed, and 2 more files`. */
export function sayChanges(changes: readonly FileChange[], { name, folder }: Pick<StackService, 'name' | 'folder'>): string {
  const [first, ...rest] = changes
  if (first === undefined) return 'nothing that it reads changed'
  const isOwn = folder === undefined || isWithin(first.path, folder)
  const more = rest.length === 0 ? '' : `, and ${rest.length} more ${rest.length === 1 ? 'file' : 'files'}`
  return `${sayChange(first)}${isOwn ? '' : ` (used by ${name})`}${more}`
}

function sayChange({ path, kind, from }: FileChange): string {
  switch (kind) {
    case 'changed':
      return `${path} changed`
    case 'added':
      return `${path} is new`
    case 'removed':
      return `${path} was removed`
    case 'renamed':
      return `${from ?? ''} became ${path}`
  }
}

interface Comparison {
  readonly diff: TreeDiff
  readonly before: readonly string[] | undefined
}

function changesFor({ build, folder }: AffectedInput['services'][number], { diff, before }: Comparison): readonly FileChange[] {
  if (build === undefined) return []
  const now = new Set(build.files)
  const then = new Set(before)
  const wasRead = (path: string) => (before === undefined ? isWithin(path, folder ?? build.context) : then.has(path))
  const changes: FileChange[] = [
    ...diff.modified.filter((path) => now.has(path)).map((path) => ({ path, kind: 'changed' }) as const),
    ...diff.renamed
      .filter(({ from, to }) => now.has(to) || wasRead(from))
      .map(({ from, to }) => ({ path: to, from, kind: 'renamed' }) as const),
    ...diff.added.filter((path) => now.has(path)).map((path) => ({ path, kind: 'added' }) as const),
    ...diff.removed.filter(wasRead).map((path) => ({ path, kind: 'removed' }) as const),
  ]
  const isOwn = ({ path }: FileChange) => folder !== undefined && isWithin(path, folder)
  return [...changes.filter(isOwn), ...changes.filter((change) => !isOwn(change))]
}
