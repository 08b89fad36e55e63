// The repository's files as a compose file names them: inside the repository, regular, and small text, or a violation that says why not.
import { resolvePath } from '../paths.ts'
import type { Place } from './located.ts'
import type { ComposeRule } from './model.ts'
import { refuse, type Scope } from './scope.ts'
import { shown } from './wording.ts'

interface PathNamed {
  readonly path: string
  readonly rule: ComposeRule
  readonly what: string
  /** What to do about a path that leads elsewhere. Default is to name one inside. */
  readonly instead?: string
}

/** A path of the repository, or undefined with a violation when it leaves it. `what` begins the message: `the env file`. */
export function pathInside(scope: Scope, place: Place, named: PathNamed): string | undefined {
  const { path, rule, what, instead = 'name a path inside the repository' } = named
  const inside = isRelative(path) ? resolvePath(scope.folder, path) : undefined
  if (inside !== undefined) return inside
  const why = isRemote(path) ? 'is remote' : 'is outside of the repository'
  return refuse(scope, place, { rule, message: `${what} ${shown(path)} ${why}; ${instead}` })
}

export function isRemote(path: string): boolean {
  return /^[a-z][a-z0-9+.-]*:|^git@|^github\.com\/|\.git(?:#|$)/i.test(path)
}

function isRelative(path: string): boolean {
  return path !== '' && !/^[/~\\]/.test(path) && !/[\\\0]/.test(path) && !isRemote(path)
}

export type FileContent =
  | { readonly kind: 'text'; readonly text: string }
  /** The file is there, but its text is not loaded yet: the tree remembers that it is wanted. */
  | { readonly kind: 'pending' }
  /** Larger than what is read, or no text; the tree does not tell which. */
  | { readonly kind: 'opaque' }
  | { readonly kind: 'unreadable'; readonly why: string }
  | { readonly kind: 'missing' }

export function contentOf(scope: Scope, path: string): FileContent {
  const entry = scope.tree.entries.get(path)
  if (entry === undefined) return scope.tree.folders.has(path) ? { kind: 'unreadable', why: 'is a folder' } : { kind: 'missing' }
  if (entry.mode === '120000') return { kind: 'unreadable', why: 'is a symbolic link' }
  if (entry.mode === '160000') return { kind: 'unreadable', why: 'is a submodule' }
  const text = scope.tree.text(path)
  scope.seen.reads.add(path)
  if (text !== undefined) return { kind: 'text', text }
  return scope.tree.wanted.has(path) ? { kind: 'pending' } : { kind: 'opaque' }
}

/** Why a file could not be read, as the end of a sentence. */
export function whyNot(content: FileContent): string | undefined {
  if (content.kind === 'missing') return 'is not in the repository'
  if (content.kind === 'opaque') return 'is larger than 256 KiB or not text'
  return content.kind === 'unreadable' ? content.why : undefined
}
