// The commit as computations see it: whatever is looked up is noted as an observation. An observation is named by a letter and a path:
//   t path   the text of a file, or its mode and id
//   e path   which files lie directly in a folder
//   f path   whether there is such a folder
//   d path   what lies directly in a folder that may hold a service
//   h names  which folders hold a file of one of these names
//   *        which folders there are, and what lies in each of them
//   K        the paths of all files and folders
//   E        every file with its id
import type { SourceTree } from '../../git/source-tree.ts'
import { parentOf } from '../paths.ts'
import { type Engine, unrepeatable } from './engine.ts'

/** The tree with its lookups noted. `missing` collects the texts that were not there yet. */
export function observeTree(tree: SourceTree, engine: Engine, missing: Set<string>): SourceTree {
  // By folder: detectors try many names in a few places.
  const exists = (path: string) => engine.observe(`e${parentOf(path)}`)
  const whole = () => engine.observe('E')
  const paths = () => engine.observe('K')
  return {
    get root() {
      whole()
      return tree.root
    },
    get tree() {
      whole()
      return tree.tree
    },
    entries: observeMap(tree.entries, { has: exists, get: (path) => engine.observe(`t${path}`), keys: paths, all: whole }),
    folders: observeMap(tree.folders, { has: (path) => engine.observe(`f${path}`), get: whole, keys: paths, all: whole }),
    text(path) {
      engine.observe(`t${path}`)
      const text = tree.text(path)
      if (text === undefined && tree.wanted.has(path)) missing.add(path)
      return text
    },
    get wanted() {
      // It grows while the analysis runs.
      engine.observe(unrepeatable)
      return tree.wanted
    },
  }
}

export interface MapObserver {
  readonly has: (key: string) => void
  readonly get: (key: string) => void
  /** Its keys are gone through, or its size is asked for. */
  readonly keys: () => void
  /** It is gone through. */
  readonly all: () => void
}

export function observeMap<T>(map: ReadonlyMap<string, T>, noted: MapObserver): ReadonlyMap<string, T> {
  const all = () => {
    noted.all()
    return map
  }
  const observed: ReadonlyMap<string, T> = {
    has(key) {
      noted.has(key)
      return map.has(key)
    },
    get(key) {
      noted.get(key)
      return map.get(key)
    },
    get size() {
      noted.keys()
      return map.size
    },
    keys: () => {
      noted.keys()
      return map.keys()
    },
    values: () => all().values(),
    entries: () => all().entries(),
    forEach: (each) => all().forEach(each),
    [Symbol.iterator]: () => all()[Symbol.iterator](),
  }
  return observed
}
