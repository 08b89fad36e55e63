// Packages of the same repository that use one another. One file an ecosystem in packages/, one line in the list.
import { ancestorsOf } from '../paths.ts'
import type { Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'
import { buildTargets } from './packages/build-targets.ts'
import { cargo } from './packages/cargo.ts'
import { dotnet } from './packages/dotnet.ts'
import type { Ecosystem, Workspace } from './packages/ecosystem.ts'
import { golang } from './packages/golang.ts'
import { gradle } from './packages/gradle.ts'
import { maven } from './packages/maven.ts'
import { moon } from './packages/moon.ts'
import { node } from './packages/node.ts'
import { nx } from './packages/nx.ts'
import { pathReferences } from './packages/path-references.ts'
import { python } from './packages/python.ts'

const ecosystems: readonly Ecosystem[] = [node, nx, moon, python, cargo, golang, maven, gradle, dotnet, pathReferences, buildTargets]

export type { Workspace }

export interface PackageUse {
  readonly folder: string
  readonly evidence: Evidence
}

export interface Packages {
  /** What a folder's package uses directly. */
  readonly uses: (folder: string) => readonly PackageUse[]
  /** Who uses it, as evidence. */
  readonly usedBy: (folder: string) => readonly PackageUse[]
  /** The workspace that installs it, with the files at its root that an installation reads. */
  readonly workspaceOf: (folder: string) => Workspace | undefined
  readonly workspaces: readonly Workspace[]
}

export function linkPackages(repository: Repository): Packages {
  const workspaces = ecosystems.flatMap((ecosystem) => ecosystem.workspaces?.(repository) ?? [])
  const workspaceOf = (folder: string) => workspaces.find((workspace) => workspace.isMember(folder))
  const uses = new Map<string, PackageUse[]>()
  const usedBy = new Map<string, PackageUse[]>()
  for (const { from, folder, evidence } of ecosystems.flatMap((ecosystem) => ecosystem.uses(repository, workspaceOf))) {
    if (from === folder || !repository.folders.has(folder)) continue
    const known = uses.get(from) ?? []
    if (known.some((use) => use.folder === folder)) continue
    uses.set(from, [...known, { folder, evidence }])
    usedBy.set(folder, [...(usedBy.get(folder) ?? []), { folder: from, evidence }])
  }
  return { uses: (folder) => uses.get(folder) ?? [], usedBy: (folder) => usedBy.get(folder) ?? [], workspaceOf, workspaces }
}

/** Everything a folder's package uses, directly or through others. */
export function usedTransitively(folder: string, packages: Packages): PackageUse[] {
  const found = new Map<string, PackageUse>()
  const queue = [...packages.uses(folder)]
  for (let use = queue.shift(); use !== undefined; use = queue.shift()) {
    if (found.has(use.folder) || use.folder === folder) continue
    found.set(use.folder, use)
    queue.push(...packages.uses(use.folder))
  }
  return [...found.values()]
}

const manifests = ['package.json', 'pyproject.toml', 'setup.py', 'go.mod', 'Cargo.toml', 'pom.xml', 'build.gradle', 'build.gradle.kts', 'composer.json', 'Gemfile', 'mix.exs', 'pubspec.yaml', 'shard.yml'] // biome-ignore format: a list

export function nearestManifest(path: string, repository: Repository): string | undefined {
  return [path, ...ancestorsOf(path)].find((folder) => {
    const files = repository.folders.get(folder)?.files
    return files !== undefined && manifests.some((name) => files.has(name))
  })
}
