// What is known of a program while its paths are put together.
import type { RouteSyntax } from './syntax.ts'

export interface RouteText {
  readonly path: string
  readonly text: string
}

export interface RouteProgram {
  readonly texts: readonly RouteText[]
  readonly syntax: RouteSyntax
  /** The file that a module is for another file, when it is one of the repository's. */
  readonly fileOf: (module: string, fromFile: string) => string | undefined
}

export interface RoutePlace extends RouteText {
  readonly at: number
}

export interface Scope extends RoutePlace {
  /** Where its own pattern begins; `at` is where it opens. */
  readonly begin: number
  readonly end: number
  readonly prefix: string | undefined
  /** Where the prefix is written. */
  readonly prefixAt: number
  readonly parent: string | undefined
  /** The names that the call is handed, with a module that they are read from. */
  readonly handed: readonly { readonly chain: string; readonly module: string | undefined }[]
  /** Whether it stands below nothing but the application. */
  readonly isRooted: boolean
}

export interface Router extends RoutePlace {
  readonly name: string
  readonly parent: string | undefined
  readonly prefix: string | undefined
}

export interface RouteContext extends RouteProgram {
  readonly scopes: readonly Scope[]
  readonly routers: readonly Router[]
  readonly bindings: Map<string, ReadonlyMap<string, Binding>>
  /** What is put before a function's routes, by its file and name. */
  readonly calls: Map<string, string | undefined>
  /** How many more places may be asked: source can be made so that everything is handed to everything. */
  readonly budget: { left: number }
}

/** What a name of a file comes from. */
export interface Binding {
  /** The name in the module that it comes from; `default` when the module itself is meant. */
  readonly name: string
  readonly file: string | undefined
}
