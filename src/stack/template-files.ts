// Which files of a repository one service's image is made from, and in which order they are copied.
import picomatch from 'picomatch'
import { ancestorsOf, commonFolder, isWithin, joinPath, parentOf, relativeTo } from '../topology/paths.ts'
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
  /** Everything that is sent, from the repository's root. */
  readonly files: readonly string[]
  readonly packages: readonly Package[]
  /** Folders and single files that the source is made of, from the repository's root. */
  readonly sources: readonly string[]
}

export function templateFiles(template: Template, { service, paths }: RenderInput): TemplateFiles {
  const isIgnored = matcherOf(template.ignore ?? [])
  const all = [...paths].filter((path) => !isIgnored(path)).sort(byCodeUnit)
  const outside = service.reads.filter((path) => !isWithin(path, service.path) && all.some((file) => isWithin(file, path)))
  const stated = service.build.kind === 'template' ? service.build.context : service.path
  const context = commonFolder([service.path, stated, ...outside.map((path) => (all.includes(path) ? parentOf(path) : path))])
  const isManifest = matcherOf(template.manifests ?? [])
  const root = findRoot(context, service.path, (folder) =>
    outside.some((path) => parentOf(path) === folder && isManifest(relativeTo(folder, path))),
  )
  const homes = [...new Set([root, ...outside.flatMap((path) => homeOf(path, { all, isManifest, context })), service.path])].sort(
    byCodeUnit,
  )
  const packages = homes
    .map((folder) => ({
      folder,
      manifests: all
        .filter((path) => isWithin(path, folder))
        .map((path) => relativeTo(folder, path))
        .filter(isManifest),
    }))
    .filter(({ manifests }) => manifests.length > 0)
  const manifests = new Set(packages.flatMap(({ folder, manifests }) => manifests.map((name) => joinPath(folder, name))))
  const sources = outermost([service.path, ...outside]).filter((path) => !manifests.has(path))
  const files = all.filter((path) => manifests.has(path) || sources.some((source) => isWithin(path, source)))
  return { context, root, files, packages, sources }
}

/** The shallowest folder on the way to the service that lends it a manifest. */
function findRoot(context: string, service: string, lendsManifest: (folder: string) => boolean): string {
  const folders = [service, ...ancestorsOf(service)].filter((folder) => isWithin(folder, context)).reverse()
  return folders.find(lendsManifest) ?? service
}

interface Surroundings {
  readonly all: readonly string[]
  readonly isManifest: (name: string) => boolean
  readonly context: string
}

/** The packages that something read belongs to: those inside it, or the nearest around it below the context's root. */
function homeOf(path: string, { all, isManifest, context }: Surroundings): string[] {
  const inside = all
    .filter((file) => isWithin(file, path) && file !== path && isManifest(file.slice(file.lastIndexOf('/') + 1)))
    .map(parentOf)
  if (inside.length > 0) return inside
  const around = ancestorsOf(path).filter((folder) => folder !== context && isWithin(folder, context))
  return around.filter((folder) => all.some((file) => parentOf(file) === folder && isManifest(relativeTo(folder, file)))).slice(0, 1)
}

function outermost(paths: readonly string[]): string[] {
  const sorted = [...new Set(paths)].sort(byCodeUnit)
  return sorted.filter((path) => !sorted.some((other) => other !== path && isWithin(path, other)))
}

function matcherOf(globs: readonly string[]): (path: string) => boolean {
  return globs.length === 0 ? () => false : picomatch([...globs], { dot: true })
}
