// Packages of the same repository that use one another: npm, pnpm and yarn workspaces, `file:` dependencies, Python path dependencies and
// uv workspaces. Go follows imports instead (golang/module.ts).
import { createMatcher } from '../globs.ts'
import { nodeLockfiles, readPackageJson } from '../nodejs/package-json.ts'
import { ancestorsOf, isWithin, joinPath, relativeTo, resolvePath } from '../paths.ts'
import { pythonManifests, readPythonProject } from '../python/project.ts'
import { field, stringsIn } from '../reading/data.ts'
import type { Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'

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

export interface Workspace {
  readonly root: string
  readonly evidence: Evidence
  /** Manifests and lockfiles that every member's installation reads. */
  readonly files: readonly string[]
  readonly isMember: (folder: string) => boolean
}

export function linkPackages(repository: Repository): Packages {
  const workspaces = [...nodeWorkspaces(repository), ...uvWorkspaces(repository)]
  const workspaceOf = (folder: string) => workspaces.find((workspace) => workspace.isMember(folder))
  const uses = new Map<string, PackageUse[]>()
  const usedBy = new Map<string, PackageUse[]>()
  const link = (from: string, folder: string, evidence: Evidence) => {
    if (from === folder || !repository.folders.has(folder)) return
    const known = uses.get(from) ?? []
    if (known.some((use) => use.folder === folder)) return
    uses.set(from, [...known, { folder, evidence }])
    usedBy.set(folder, [...(usedBy.get(folder) ?? []), { folder: from, evidence }])
  }
  linkNode(repository, link, (folder) => workspaceOf(folder)?.root)
  linkPython(repository, link)
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

type Link = (from: string, folder: string, evidence: Evidence) => void

function nodeWorkspaces(repository: Repository): Workspace[] {
  return [...repository.folders.values()].flatMap((folder): Workspace[] => {
    const manifest = folder.files.has('package.json') ? readPackageJson(folder.path, repository) : undefined
    const pnpmPath = joinPath(folder.path, 'pnpm-workspace.yaml')
    const pnpm = folder.files.has('pnpm-workspace.yaml') ? repository.read.yaml(pnpmPath) : undefined
    const globs = [...(manifest?.workspaces ?? []), ...stringsIn(field(pnpm?.data, 'packages'))]
    if (globs.length === 0) return []
    const files = ['package.json', 'pnpm-workspace.yaml', '.npmrc', '.yarnrc.yml', ...nodeLockfiles].filter((name) =>
      folder.files.has(name),
    )
    return [
      {
        root: folder.path,
        evidence:
          manifest && manifest.workspaces.length > 0
            ? manifest.at('workspaces', 'workspaces')
            : { path: pnpmPath, line: 1, fact: 'pnpm workspace' },
        files: files.map((name) => joinPath(folder.path, name)),
        isMember: memberTest({ root: folder.path, globs, manifest: 'package.json' }, repository),
      },
    ]
  })
}

interface Membership {
  readonly root: string
  readonly globs: readonly string[]
  /** What a folder must have to be installed with the workspace: a Go program among npm packages is none of them. */
  readonly manifest: string
}

function memberTest({ root, globs, manifest }: Membership, repository: Repository): (folder: string) => boolean {
  const matches = createMatcher(globs.slice(0, 100))
  const isPackage = (folder: string) => repository.folders.get(folder)?.files.has(manifest) === true
  return (folder) => folder !== root && isWithin(folder, root) && isPackage(folder) && matches(relativeTo(root, folder))
}

function linkNode(repository: Repository, link: Link, workspaceOf: (folder: string) => string | undefined): void {
  const manifests = [...repository.folders.values()].flatMap((folder) => {
    const manifest = folder.files.has('package.json') ? readPackageJson(folder.path, repository) : undefined
    return manifest === undefined ? [] : [{ folder: folder.path, manifest }]
  })
  const byName = new Map(
    manifests.flatMap(({ folder, manifest }) => (manifest.name === undefined ? [] : [[manifest.name, folder] as const])),
  )
  for (const { folder, manifest } of manifests) {
    for (const list of ['dependencies', 'devDependencies'] as const) {
      for (const [name, version] of manifest[list]) {
        const target = nodeTarget({ folder, version, sibling: byName.get(name), workspaceOf })
        if (target !== undefined) link(folder, target, manifest.at(`${list}/${name}`, `${name} from ${target}`))
      }
    }
  }
}

interface NodeReference {
  readonly folder: string
  readonly version: string
  /** The folder of the repository whose package has the name. */
  readonly sibling: string | undefined
  readonly workspaceOf: (folder: string) => string | undefined
}

/** The folder that a dependency is installed from: a path that it names, or a member of the same workspace. */
function nodeTarget({ folder, version, sibling, workspaceOf }: NodeReference): string | undefined {
  const reference = /^(?:file|link|portal):(?:\/\/)?(\.{0,2}[^:]{0,300})$/.exec(version)?.[1]
  if (reference !== undefined) return resolvePath(folder, reference)
  if (sibling === undefined) return undefined
  return version.startsWith('workspace:') || (workspaceOf(folder) ?? folder) === workspaceOf(sibling) ? sibling : undefined
}

function uvWorkspaces(repository: Repository): Workspace[] {
  return pythonFolders(repository).flatMap(({ folder, project }): Workspace[] => {
    if (!project.isWorkspaceRoot || project.manifest === undefined) return []
    const toml = repository.read.toml(joinPath(folder, 'pyproject.toml'))
    const workspace = field(field(field(toml?.data, 'tool'), 'uv'), 'workspace')
    const exclude = stringsIn(field(workspace, 'exclude')).map((glob) => `!${glob}`)
    const files = ['pyproject.toml', 'uv.lock'].map((name) => joinPath(folder, name)).filter((path) => repository.tree.entries.has(path))
    return [
      {
        root: folder,
        evidence: { ...project.manifest, fact: 'uv workspace' },
        files,
        isMember: memberTest(
          { root: folder, globs: [...stringsIn(field(workspace, 'members')), ...exclude], manifest: 'pyproject.toml' },
          repository,
        ),
      },
    ]
  })
}

function linkPython(repository: Repository, link: Link): void {
  const projects = pythonFolders(repository)
  const byName = new Map(projects.flatMap(({ folder, project }) => (project.name === undefined ? [] : [[project.name, folder] as const])))
  for (const { folder, project } of projects) {
    for (const { reference, evidence } of project.localPaths) {
      const target = resolvePath(folder, reference)
      if (target !== undefined) link(folder, target, evidence)
    }
    for (const { name, evidence } of project.workspaceMembers) {
      const target = byName.get(name)
      if (target !== undefined) link(folder, target, evidence)
    }
  }
}

function pythonFolders(repository: Repository) {
  return [...repository.folders.values()]
    .filter(({ files }) => pythonManifests.some((name) => files.has(name)))
    .map((folder) => ({ folder: folder.path, project: readPythonProject(folder, repository) }))
}

export function nearestManifest(path: string, repository: Repository): string | undefined {
  return [path, ...ancestorsOf(path)].find((folder) => {
    const files = repository.folders.get(folder)?.files
    return files !== undefined && ['package.json', 'pyproject.toml', 'setup.py', 'go.mod'].some((name) => files.has(name))
  })
}
