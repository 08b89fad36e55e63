// Which files of a repository one service's image is made from, and in which order they are copied.
import picomatch from 'picomatch'
import { nodeAt, pathsBelow } from '../git/tree-node.ts'
import { ancestorsOf, baseName, commonFolder, isWithin, joinPath, parentOf, relativeTo } from '../topology/paths.ts'
import type { ServiceSpec } from '../topology/topology.ts'
import { byCodeUnit } from './canonical.ts'
import type { RenderInput, Template } from './template.ts'

/** A folder whose manifests are copied before any source. */
export interface Package {
  /** From the repository's root. */
  readonly folder: string
  /** Its manifests, relative to it. */
  readonly manifests: readonly string[]
}

export interface TemplateFiles {
  /** The deepest folder that holds everything the image is made from. */
  readonly context: string
  /** Where dependencies are installed: the workspace's root, or the service's own folder. */
  readonly root: string
  /** Everything that is sent, from the repository's root; sorted. */
  readonly files: readonly string[]
  readonly packages: readonly Package[]
  /** Folders and single files that the source is made of, from the repository's root. */
  readonly sources: readonly string[]
}

export function templateFiles(template: Template, { service, tree }: RenderInput): TemplateFiles {
  const isManifest = matcherOf(template.manifests ?? [])
  const near = nearFiles(service, { tree, isIgnored: matcherOf(template.ignore ?? []) })
  const lent = near.read.filter((path) => near.isSingle(path))
  const outside = service.reads.filter((path) => !isWithin(path, service.path) && near.read.some((file) => isWithin(file, path)))
  const stated = service.build.kind === 'template' ? service.build.context : service.path
  const context = commonFolder([service.path, stated, ...outside.map((path) => (near.isSingle(path) ? parentOf(path) : path))])
  const root = findRoot(context, service.path, new Set(lent.filter((path) => isManifest(baseName(path))).map(parentOf)))
  const homes = findHomes(near, { isManifest, context, outside }).add(root).add(service.path)
  const packages = packagesIn(homes, [...near.read, ...near.around], isManifest)
  const manifests = new Set(packages.flatMap((found) => found.manifests.map((name) => joinPath(found.folder, name))))
  const sources = outermost([service.path, ...outside]).filter((path) => !manifests.has(path))
  return { context, root, files: [...new Set([...near.read, ...manifests])].sort(byCodeUnit), packages, sources }
}

interface NearFiles {
  /** Everything in the service's folder and in what its build reads. */
  readonly read: readonly string[]
  /** Files that lie directly in a folder above any of these. */
  readonly around: readonly string[]
  /** Whether what is read is one file, and no folder. */
  readonly isSingle: (path: string) => boolean
}

interface Around extends Pick<RenderInput, 'tree'> {
  readonly isIgnored: (path: string) => boolean
}

/** Only folders that matter are gone through: the tree may have a hundred thousand files. */
function nearFiles(service: ServiceSpec, { tree, isIgnored }: Around): NearFiles {
  const units = [service.path, ...service.reads]
  const singles = new Set(units.filter((path) => tree.entries.has(path)))
  const everything = new Set(outermost(units).flatMap((path) => (singles.has(path) ? [path] : pathsBelow(tree.root, path))))
  const above = new Set(units.flatMap(ancestorsOf))
  const beside = [...above].flatMap((folder) => [...(nodeAt(tree.root, folder)?.files.keys() ?? [])].map((name) => joinPath(folder, name)))
  return {
    read: [...everything].filter((path) => !isIgnored(path)),
    around: beside.filter((path) => !everything.has(path) && !isIgnored(path)),
    isSingle: (path) => singles.has(path),
  }
}

/** The shallowest folder on the way to the service that lends it a manifest. */
function findRoot(context: string, service: string, lenders: ReadonlySet<string>): string {
  const folders = [service, ...ancestorsOf(service)].filter((folder) => isWithin(folder, context)).reverse()
  return folders.find((folder) => lenders.has(folder)) ?? service
}

interface Surroundings {
  readonly isManifest: (name: string) => boolean
  readonly context: string
  readonly outside: readonly string[]
}

/** The packages that what is read belongs to: those inside it, or else the nearest around it below the context's root. */
function findHomes(near: NearFiles, { isManifest, context, outside }: Surroundings): Set<string> {
  const known = near.read.filter((path) => !near.isSingle(path) && isManifest(baseName(path))).map(parentOf)
  const inside = new Set(known.filter((folder) => outside.some((path) => isWithin(folder, path))))
  const lenders = new Set(near.around.filter((path) => isManifest(baseName(path))).map(parentOf))
  const withPackage = new Set([...inside].flatMap((folder) => [folder, ...ancestorsOf(folder)]))
  const bare = outside.filter((path) => !withPackage.has(path))
  const around = bare.flatMap(
    (path) => ancestorsOf(path).find((folder) => folder !== context && isWithin(folder, context) && lenders.has(folder)) ?? [],
  )
  return new Set([...inside, ...around])
}

function packagesIn(homes: ReadonlySet<string>, files: readonly string[], isManifest: (name: string) => boolean): Package[] {
  const manifests = new Map<string, string[]>()
  for (const path of files) {
    for (const folder of ancestorsOf(path)) {
      const name = homes.has(folder) ? relativeTo(folder, path) : ''
      if (name !== '' && isManifest(name)) manifests.set(folder, [...(manifests.get(folder) ?? []), name])
    }
  }
  return [...manifests].sort(([a], [b]) => byCodeUnit(a, b)).map(([folder, names]) => ({ folder, manifests: names.sort(byCodeUnit) }))
}

function outermost(paths: readonly string[]): string[] {
  const sorted = [...new Set(paths)].sort(byCodeUnit)
  return sorted.filter((path) => !sorted.some((other) => other !== path && isWithin(path, other)))
}

/** One expression for all globs: it is asked for every file. */
function matcherOf(globs: readonly string[]): (path: string) => boolean {
  if (globs.length === 0) return () => false
  const expression = new RegExp(globs.map((glob) => `(?:${picomatch.makeRe(glob, { dot: true }).source})`).join('|'))
  return (path) => expression.test(path)
}
