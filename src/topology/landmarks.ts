// Files that say something about the whole repository, found in one pass: whoever looks for them asks here, so that a new file elsewhere
// makes nobody look again.
import { composeNames } from './compose-file.ts'
import { manifestNames } from './folder-names.ts'
import { perRepository } from './memo.ts'
import { joinPath } from './paths.ts'
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
  const folders = [...repository.folders.values()].map(({ path, files }) => ({ path, files: [...files].sort() }))
  const filesWhere = (isWanted: (name: string) => boolean) =>
    folders.flatMap(({ path, files }) => files.filter(isWanted).map((name) => ({ path: joinPath(path, name), folder: path, name })))
  return {
    dockerfiles: filesWhere((name) => /dockerfile|containerfile/i.test(name)).map(({ path }) => path),
    composeFiles: filesWhere((name) => composeNames.some((compose) => compose === name)).map(({ path }) => path),
    projects: folders.filter(({ files }) => files.some((name) => isManifest(name))).map(({ path }) => path),
    yamlFolders: folders.filter(({ files }) => files.some((name) => /\.ya?ml$|^Kustomization$/.test(name))),
    declared: filesWhere((name) => declaredNames.has(name)),
  }
})

const ownManifests = new Set(manifestNames.filter((name) => !composeNames.some((compose) => compose === name)))

function isManifest(name: string): boolean {
  return ownManifests.has(name)
}
