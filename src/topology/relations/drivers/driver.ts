// Which packages talk to which backing service. Data: add a name, no code.
import type { BackingKind } from '../../topology.ts'

/** Package names as the language's manifests and imports write them, by what they talk to. */
export type DriverTable = Readonly<Partial<Record<BackingKind, readonly string[]>>>

export interface DriverLanguage {
  readonly drivers: DriverTable
  /** Whether a dependency or an import is the package of a table. Default is the very name. */
  readonly isPackage?: (name: string, item: string) => boolean
  /** Whether a manifest lists what a whole module needs, so that one program of it needs a package only when it imports it. */
  readonly needsImport?: boolean
}
