// Which detectors to ask about a folder, and what they say. A folder's files are looked up once among all marks, however many detectors there are.
import type { Claim, Detector } from './claim.ts'
import { detectors } from './detectors/index.ts'
import type { Computation } from './incremental/engine.ts'
import { baseName } from './paths.ts'
import type { Folder, Repository } from './repository.ts'

/** What the detectors claim about a folder, in their order. */
export function claimsFor(folder: Folder, repository: Repository): Claim[] {
  return markedDetectors(folder).flatMap((detector) => repository.recall(claimOf(detector), folder.path) ?? [])
}

type ClaimOf = Computation<Claim | undefined>

const computations = new WeakMap<Detector, ClaimOf>()

/** One function for each detector: it is what its kept claims are known by. */
function claimOf(detector: Detector): ClaimOf {
  const known = computations.get(detector)
  if (known !== undefined) return known
  const compute: ClaimOf = (path, repository) => {
    const folder = repository.folders.get(path)
    return folder === undefined ? undefined : detector.claim(folder, repository)
  }
  computations.set(detector, compute)
  return compute
}

interface Marks {
  readonly byName: ReadonlyMap<string, readonly number[]>
  /** By an ending from a dot on, such as `.csproj` of `*.csproj`. */
  readonly byEnding: ReadonlyMap<string, readonly number[]>
  /** The other endings, such as `Startup.cs` of `*Startup.cs`. */
  readonly others: readonly { readonly ending: string; readonly at: number }[]
  /** Beginnings, such as `Dockerfile.` of `Dockerfile.*`. */
  readonly beginnings: readonly { readonly beginning: string; readonly at: number }[]
}

let marks: Marks | undefined

/** A folder of the index is never changed, and the next commit's index holds the same one where nothing in it is another. */
const markedFolders = new WeakMap<Folder, readonly Detector[]>()

export function markedDetectors(folder: Folder): readonly Detector[] {
  const known = markedFolders.get(folder)
  if (known !== undefined) return known
  marks ??= collectMarks(detectors)
  const found = new Set<number>()
  for (const name of folder.files) addMarked(name, marks, found)
  for (const name of folder.folders) addAll(marks.byName.get(`${name}/`), found)
  addAll(marks.byName.get(`/${baseName(folder.path)}`), found)
  const marked = [...found].sort((a, b) => a - b).map((at) => detectors[at] as Detector)
  markedFolders.set(folder, marked)
  return marked
}

function addMarked(name: string, { byName, byEnding, others, beginnings }: Marks, found: Set<number>): void {
  addAll(byName.get(name), found)
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) addAll(byEnding.get(name.slice(dot)), found)
  for (const { ending, at } of others) if (name.endsWith(ending)) found.add(at)
  for (const { beginning, at } of beginnings) if (name.startsWith(beginning)) found.add(at)
}

function addAll(some: readonly number[] | undefined, found: Set<number>): void {
  if (some !== undefined) for (const at of some) found.add(at)
}

function collectMarks(list: readonly Detector[]): Marks {
  const byName = new Map<string, number[]>()
  const byEnding = new Map<string, number[]>()
  const others: { ending: string; at: number }[] = []
  const beginnings: { beginning: string; at: number }[] = []
  for (const [at, detector] of list.entries()) {
    for (const mark of detector.marks) {
      if (mark.startsWith('*.')) add(byEnding, mark.slice(1), at)
      else if (mark.startsWith('*')) others.push({ ending: mark.slice(1), at })
      else if (mark.endsWith('*')) beginnings.push({ beginning: mark.slice(0, -1), at })
      else add(byName, mark, at)
    }
  }
  return { byName, byEnding, others, beginnings }
}

function add(map: Map<string, number[]>, key: string, at: number): void {
  const known = map.get(key)
  if (known === undefined) map.set(key, [at])
  else known.push(at)
}
