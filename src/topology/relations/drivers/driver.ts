// Which packages talk to which backing service. Data: add a name, no code.
import type { BackingKind } from '../../topology.ts'

/** Package names as the language's manifests and imports write them, by what they talk to. */
export type DriverTable = Readonly<Partial<Record<BackingKind, readonly string[]>>>

export interface DriverLanguage {
  readonly drivers: DriverTable
  /** How a name is compared: names that are alike here are one. Default is as it is written. */
  readonly plain?: (name: string) => string
  /** Further names that a dependency or an import counts as, such as the package that an import path lies in. Default is none. */
  readonly partsOf?: (name: string) => readonly string[]
  /** Whether a manifest lists what a whole module needs, so that one program of it needs a package only when it imports it. */
  readonly needsImport?: boolean
}

/** `a/b/c` lies in `a/b` and in `a`. */
export function leadingParts(name: string, separator: string): string[] {
  const parts = name.split(separator, partsLimit)
  return parts.map((_, at) => parts.slice(0, at + 1).join(separator))
}

/** Parts of one name that are looked at. */
const partsLimit = 12
