// How a language's frameworks put a path in front of others. A table of patterns; every repetition in them is bounded.

export interface RouteSyntax {
  /** Calls and blocks that put a path before what is in them or is handed to them. */
  readonly scopes: readonly RouteScope[]
  /** Routers by name. Groups: `name`; `parent`, when it is a part of another; `prefix`, when it has a path of its own. */
  readonly routers?: readonly RegExp[]
  /** What listens itself, so that its paths are whole. Group `name`. */
  readonly applications?: readonly RegExp[]
  /** What puts a path before everything. Groups: `prefix`; `except`, the list of paths that stay as they are. */
  readonly global?: RegExp
  /** Files whose routes all have a path in front. */
  readonly files?: readonly { readonly path: RegExp; readonly prefix: string }[]
  /** Ways that say nothing of a whole path, such as versions in front of it. */
  readonly unsure?: RegExp
  /** Routes of which the path may be empty or lacks the slash in front. Group `path`. */
  readonly routes?: readonly RegExp[]
  /** Handlers that are named somewhere else than their path. Group `name` follows the path. */
  readonly handler?: RegExp
  /** Names that an import binds. Groups: `names`, `module`. */
  readonly bindings?: readonly RegExp[]
  /** What an import of a name from a module is called for `resolve`. Default is the module. */
  readonly imported?: (module: string, name: string) => string
  /** Whether whatever no router is known of is the application: paths in annotations are. Default is no. */
  readonly isRooted?: true
}

export interface RouteScope {
  /** Ends behind the opening bracket of a call. Group `parent` is what it is called on; `prefix`, where the path is not inside. */
  readonly opens: RegExp
  /** The path among the arguments; group 1 is an expression. A call without one puts nothing in front. */
  readonly path?: RegExp
  /** How far it reaches: a call's arguments, what follows up to the end of the call around it, a do-block, all that follows. */
  readonly reaches: 'call' | 'rest' | 'block' | 'file'
  /** Whether what is in it stands below nothing but the application, as annotations do. Default is no. */
  readonly isRooted?: true
}

/** A first argument that is a string or a name. */
export const firstArgument = /^\s{0,20}([fr]?["'`][^"'`\n]{0,120}["'`]|[\w.$:]{1,80}(?=\s{0,4}[,)]))/

/** Parts of a path together; undefined when one of them is not known. */
export function joinRoutes(...parts: readonly (string | undefined)[]): string | undefined {
  if (parts.some((part) => part === undefined || /[:*{}<>()[\]$]/.test(part))) return undefined
  const names = parts.flatMap((part = '') => part.split('/')).filter((name) => name !== '')
  return `/${names.join('/')}`
}
