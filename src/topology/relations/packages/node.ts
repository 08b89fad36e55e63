// npm, pnpm, Yarn and Bun workspaces, Lerna's and Rush's lists, and dependencies by path.
import { nodeLockfiles, readPackageJson } from '../../nodejs/package-json.ts'
import { joinPath, resolvePath } from '../../paths.ts'
import { field, stringsIn } from '../../reading/data.ts'
import type { Folder, Repository } from '../../repository.ts'
import type { Evidence } from '../../topology.ts'
import type { Ecosystem, FolderUse, Workspace, WorkspaceOf } from './ecosystem.ts'
import { memberTest } from './membership.ts'

export const node: Ecosystem = {
  workspaces: (repository) =>
    repository
      .foldersWith('package.json', 'pnpm-workspace.yaml', 'lerna.json', 'rush.json')
      .flatMap((folder) => [...npmWorkspace(folder, repository), ...rushWorkspace(folder, repository)]),
  uses: linkNode,
}

/** What an installation and the tool that runs the members' builds read. */
const installFiles = ['package.json', 'pnpm-workspace.yaml', '.npmrc', '.yarnrc.yml', ...nodeLockfiles, 'turbo.json', 'nx.json']

/** Tools that run the builds of a workspace's members. */
const runners: readonly (readonly [string, string])[] = [
  ['turbo.json', 'Turborepo'],
  ['nx.json', 'Nx'],
  ['lerna.json', 'Lerna'],
]

function npmWorkspace(folder: Folder, repository: Repository): Workspace[] {
  const manifest = folder.files.has('package.json') ? readPackageJson(folder.path, repository) : undefined
  const pnpmPath = joinPath(folder.path, 'pnpm-workspace.yaml')
  const pnpm = folder.files.has('pnpm-workspace.yaml') ? repository.read.yaml(pnpmPath) : undefined
  const lernaPath = joinPath(folder.path, 'lerna.json')
  const lerna = folder.files.has('lerna.json') ? repository.read.json(lernaPath) : undefined
  const own = [...(manifest?.workspaces ?? []), ...stringsIn(field(pnpm?.data, 'packages'))]
  // Lerna takes its list from the package manager's workspaces, where there are any.
  const globs = own.length > 0 ? own : stringsIn(field(lerna?.data, 'packages'))
  if (globs.length === 0) return []
  const isListed = manifest !== undefined && manifest.workspaces.length > 0
  const file =
    pnpm === undefined ? { path: lernaPath, line: 1, fact: 'Lerna packages' } : { path: pnpmPath, line: 1, fact: 'pnpm workspace' }
  return [workspaceAt(folder, { globs, evidence: isListed ? manifest.at('workspaces', 'workspaces') : file }, repository)]
}

function workspaceAt(
  { path, files }: Folder,
  { globs, evidence }: { globs: readonly string[]; evidence: Evidence },
  repository: Repository,
): Workspace {
  const runner = runners.find(([name]) => files.has(name))?.[1]
  const fact = runner === undefined || evidence.fact.startsWith(runner) ? evidence.fact : `${evidence.fact}, built by ${runner}`
  return {
    root: path,
    evidence: { ...evidence, fact },
    files: installFiles.filter((name) => files.has(name)).map((name) => joinPath(path, name)),
    isMember: memberTest({ root: path, globs, manifest: 'package.json' }, repository),
  }
}

/** Rush lists every project by its folder, in a file with comments. */
function rushWorkspace({ path, files }: Folder, repository: Repository): Workspace[] {
  if (!files.has('rush.json')) return []
  const file = joinPath(path, 'rush.json')
  const text = (repository.read.text(file) ?? '').slice(0, 64 * 1024)
  const folders = new Set(
    [...text.matchAll(/"projectFolder"\s{0,8}:\s{0,8}"([\w./-]{1,200})"/g)].map((match) => resolvePath(path, match[1] ?? '')),
  )
  const evidence = { path: file, line: 1, fact: 'Rush projects' }
  return [{ root: path, evidence, files: [file], isMember: (folder) => folder !== path && folders.has(folder) }]
}

function linkNode(repository: Repository, workspaceOf: WorkspaceOf): FolderUse[] {
  const manifests = repository.foldersWith('package.json').flatMap(({ path: folder }) => {
    const manifest = readPackageJson(folder, repository)
    return manifest === undefined ? [] : [{ folder, manifest }]
  })
  const byName = new Map(
    manifests.flatMap(({ folder, manifest }) => (manifest.name === undefined ? [] : [[manifest.name, folder] as const])),
  )
  return manifests.flatMap(({ folder, manifest }) =>
    (['dependencies', 'devDependencies'] as const).flatMap((list) =>
      [...manifest[list]].flatMap(([name, version]): FolderUse[] => {
        const target = nodeTarget({ folder, version, sibling: byName.get(name), workspaceOf })
        return target === undefined
          ? []
          : [{ from: folder, folder: target, evidence: manifest.at(`${list}/${name}`, `${name} from ${target}`) }]
      }),
    ),
  )
}

interface NodeReference {
  readonly folder: string
  readonly version: string
  /** The folder of the repository whose package has the name. */
  readonly sibling: string | undefined
  readonly workspaceOf: WorkspaceOf
}

/** The folder that a dependency is installed from: a path that it names, or a member of the same workspace. */
function nodeTarget({ folder, version, sibling, workspaceOf }: NodeReference): string | undefined {
  const reference = /^(?:file|link|portal):(?:\/\/)?(\.{0,2}[^:]{0,300})$/.exec(version)?.[1]
  if (reference !== undefined) return resolvePath(folder, reference)
  if (sibling === undefined) return undefined
  const home = workspaceOf(sibling)?.root
  return version.startsWith('workspace:') || (workspaceOf(folder)?.root ?? folder) === home ? sibling : undefined
}
