// What a service's build reads outside its own folder: a change there is a change of the service.
import { ancestorsOf, baseName, isWithin, joinPath, parentOf } from '../paths.ts'
import type { Repository } from '../repository.ts'
import type { Draft } from '../services.ts'
import type { Evidence } from '../topology.ts'
import { nearestManifest, type Packages, usedTransitively } from './packages.ts'

export interface Reads {
  /** Folders and files, none of them inside another, sorted. */
  readonly paths: readonly string[]
  /** Folders of shared code among them, with who says so. */
  readonly shared: readonly { readonly folder: string; readonly evidence: Evidence }[]
}

export function findReads({ path, claim }: Pick<Draft, 'path' | 'claim'>, context: { repository: Repository; packages: Packages }): Reads {
  const { repository, packages } = context
  const used = usedTransitively(path, packages).map(({ folder, evidence }) => ({ folder, evidence }))
  const imported = claim.reads
    .filter((file) => !isWithin(file, path))
    .map((file) => ({ folder: unitOf(file, path, repository), evidence: { path: file, fact: `is imported by ${path}` } }))
  const shared = [...new Map([...used, ...imported].map((share) => [share.folder, share])).values()].filter(
    ({ folder }) => !isWithin(folder, path),
  )
  const workspaces = [path, ...used.map(({ folder }) => folder)].flatMap((folder) => packages.workspaceOf(folder)?.files ?? [])
  const paths = [...shared.map(({ folder }) => folder), ...workspaces, ...typescriptBases(path, repository)]
  return { paths: withoutNested([...new Set(paths)].filter((read) => !isWithin(read, path))), shared }
}

const memberManifests = new Set(['Cargo.toml', 'pom.xml', 'build.gradle', 'build.gradle.kts'])

/** The folder that is shared as a whole: the package that a file belongs to, else the file's own folder, else the file. */
function unitOf(file: string, service: string, repository: Repository): string {
  const isOutside = (folder: string) => !isWithin(service, folder)
  // The other members of a workspace, or the other modules of a build, are known by their manifests alone.
  if (repository.tree.folders.has(file) || memberManifests.has(baseName(file))) return file
  const home = nearestManifest(parentOf(file), repository)
  if (home !== undefined && isOutside(home)) return home
  const folder = parentOf(file)
  return isOutside(folder) ? topmost(folder, isOutside) : file
}

/** Shared code is a tree: `shared/text/format.py` is read as `shared`, unless the service lies in it too. */
function topmost(folder: string, isOutside: (folder: string) => boolean): string {
  return [folder, ...ancestorsOf(folder)].findLast((candidate) => candidate !== '.' && isOutside(candidate)) ?? folder
}

/** Configuration that a TypeScript build inherits from above. */
function typescriptBases(path: string, repository: Repository): string[] {
  if (!repository.folders.get(path)?.files.has('tsconfig.json')) return []
  const text = repository.read.text(joinPath(path, 'tsconfig.json')) ?? ''
  const reference = /"extends"\s{0,10}:\s{0,10}"((?:\.\.\/){1,10}[\w./-]{1,100})"/.exec(text)?.[1]
  const target = reference === undefined ? undefined : resolveUp(path, reference)
  return [target, target === undefined ? undefined : `${target}.json`].filter(
    (file): file is string => file !== undefined && repository.tree.entries.has(file),
  )
}

function resolveUp(folder: string, reference: string): string | undefined {
  let home = folder
  const rest = reference.replace(/^(?:\.\.\/){1,10}/, (ups) => {
    for (let left = ups.length / 3; left > 0; left--) home = parentOf(home)
    return ''
  })
  return joinPath(home, rest)
}

function withoutNested(paths: readonly string[]): string[] {
  const sorted = [...paths].sort()
  return sorted.filter((path) => !sorted.some((other) => other !== path && isWithin(path, other)))
}
