// Files that say something about the whole repository, found in one pass: whoever looks for them asks here, so that a new file elsewhere
// makes nobody look again.
import { composeNames } from './compose-file.ts'
import { manifestNames } from './folder-names.ts'
import { perFolder, perRepository } from './memo.ts'
import { isYaml, joinPath } from './paths.ts'
import type { Repository } from './repository.ts'

export interface Landmarks {
  /** Everything called like a Dockerfile. */
  readonly dockerfiles: readonly string[]
  readonly composeFiles: readonly string[]
  /** Folders in which somebody's own code starts. */
  readonly projects: readonly string[]
  /** Every YAML file's folder, with the names of its files. */
  readonly yamlFolders: readonly { readonly path: string; readonly files: readonly string[] }[]
  /** Files by a name that formats of declarations have. */
  readonly declared: readonly { readonly path: string; readonly folder: string; readonly name: string }[]
}

/** Names of files in which people declare services; declared/formats.ts has their readers. */
export const declaredNames: ReadonlySet<string> = new Set([
  'railway.json', 'railway.toml', 'render.yaml', 'render.yml', 'fly.toml', 'app.json', 'scalingo.json', 'heroku.yml', 'app.yaml', 'app.yml', 'captain-definition', 'zbpack.json', 'zeabur.json', 'nixpacks.toml',
  'nixpacks.json', 'railpack.json', 'project.toml', 'vercel.json', 'netlify.toml', 'azure.yaml', 'azure.yml', 'manifest.yml', 'manifest.yaml', 'dapr.yaml', 'dapr.yml', 'skaffold.yaml', 'skaffold.yml', 'Tiltfile',
  'okteto.yml', 'okteto.yaml', 'devspace.yaml', 'devspace.yml', 'docker-bake.hcl', 'docker-bake.override.hcl',
]) // biome-ignore format: a list

export function landmarksOf(repository: Repository): Landmarks {
  return find('.', repository)
}

const find = perRepository((_, repository): Landmarks => {
  const found = [...repository.folders.values()].flatMap((folder) => landmarksIn(folder) ?? [])
  return {
    dockerfiles: found.flatMap(({ dockerfiles }) => dockerfiles),
    composeFiles: found.flatMap(({ composeFiles }) => composeFiles),
    projects: found.flatMap(({ projects }) => projects),
    yamlFolders: found.flatMap(({ yamlFolders }) => yamlFolders),
    declared: found.flatMap(({ declared }) => declared),
  }
})

/** What one folder adds; undefined for most. */
const landmarksIn = perFolder(({ path, files }): Landmarks | undefined => {
  const names = [...files].filter(isLandmark)
  if (names.length === 0) return undefined
  const sorted = names.sort()
  const at = (wanted: readonly string[]) => wanted.map((name) => joinPath(path, name))
  return {
    dockerfiles: at(sorted.filter((name) => dockerfileName.test(name))),
    composeFiles: at(sorted.filter((name) => composeFileNames.has(name))),
    projects: sorted.some((name) => ownManifests.has(name)) ? [path] : [],
    yamlFolders: sorted.some(isManifest) ? [{ path, files: [...files].sort() }] : [],
    declared: sorted.filter((name) => declaredNames.has(name)).map((name) => ({ path: joinPath(path, name), folder: path, name })),
  }
})

const dockerfileName = /dockerfile|containerfile/i

/** What the manifests of a cluster are written in. */
function isManifest(name: string): boolean {
  return isYaml(name) || name === 'Kustomization'
}

function isLandmark(name: string): boolean {
  return composeFileNames.has(name) || ownManifests.has(name) || declaredNames.has(name) || isManifest(name) || dockerfileName.test(name)
}

const composeFileNames: ReadonlySet<string> = new Set(composeNames)
const ownManifests = new Set(manifestNames.filter((name) => !composeFileNames.has(name)))
