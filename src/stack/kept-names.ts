// Names that services keep although their folders were renamed, as compose.kyozo.yaml has them, so that every clone and every kyozo call them alike.
import type { SourceTree } from '../git/source-tree.ts'
import type { KeptNames } from '../topology/declaration/settings.ts'
import { servicesLimit } from '../topology/limits.ts'
import { toLabel } from '../topology/naming.ts'
import type { ServiceSpec, Topology } from '../topology/topology.ts'
import { committedFile } from './committed/file.ts'
import { asJson, valuesIn } from './committed/values.ts'

/** The key of the document: folders by name. Absent where every service is called as its files and its folder say. */
export const keptNamesKey = 'x-kyozo-names'

/** What the committed file says; nothing where it cannot be read, of which others tell. */
export function keptNamesIn(tree: SourceTree): KeptNames {
  const text = tree.entries.has(committedFile) ? tree.text(committedFile) : undefined
  const names = text?.includes(keptNamesKey) ? valuesIn(text)?.entries.get(keptNamesKey) : undefined
  if (names?.kind !== 'map') return {}
  if (names.entries.size > servicesLimit) return {}
  const kept = [...names.entries].map(([name, folder]) => [name, String(asJson(folder))] as const)
  const isAlone = (folder: string) => kept.filter(([, other]) => other === folder).length === 1
  return Object.fromEntries(kept.filter(([name, folder]) => toLabel(name) === name && isAlone(folder)))
}

/** Those of them that hold: for as long as there is one service in the folder, and no person has named it. */
export function stillKept(names: KeptNames, { services }: Pick<Topology, 'services'>): KeptNames {
  return Object.fromEntries(
    Object.entries(names).filter(([name, folder]) => {
      const [spec, ...others] = services.filter(({ path }) => path === folder)
      return spec !== undefined && others.length === 0 && spec.name !== name && !isChosen(spec) && !isGiven(name, services)
    }),
  )
}

/** Whether a person calls another one so. */
export function isGiven(name: string, services: readonly ServiceSpec[]): boolean {
  return services.some((spec) => spec.name === name && isChosen(spec))
}

/** A name that a person chose, in kyozo.yaml or in a compose file, and that no folder gave it. */
export function isChosen({ compose, declared }: ServiceSpec): boolean {
  return compose !== undefined || declared !== undefined
}
