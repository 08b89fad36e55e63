// What package.json says for and against a service.
import type { Sign } from '../claim.ts'
import { joinPath } from '../paths.ts'
import { field } from '../reading/data.ts'
import type { SourceFacts } from '../reading/source.ts'
import type { Folder, Repository } from '../repository.ts'
import { findGenerated } from '../static-site/generated.ts'
import { themeObjection } from '../static-site/themes.ts'
import { besideSigns } from './beside.ts'
import { exportsSomething } from './entries.ts'
import { clientPackages, testPackages, workerPackages } from './frameworks.ts'
import type { PackageKind } from './kind.ts'
import { nodeLockfiles, type PackageJson } from './package-json.ts'
import { findHandedStart, type NodeStart } from './start.ts'

/** What is known of a package when its signs are weighed. */
export interface PackageFacts {
  readonly folder: Folder
  readonly repository: Repository
  readonly manifest: PackageJson
  readonly kind: PackageKind
  readonly source: SourceFacts
  readonly start: NodeStart | undefined
  readonly entry: string | undefined
}

export function manifestSigns(facts: PackageFacts): Sign[] {
  const { manifest, kind, start } = facts
  const worker = findWorker(manifest)
  return [
    { ...manifest.at('name', manifest.name === undefined ? 'package.json' : `package ${manifest.name}`), weight: 0.2 },
    ...(kind.server ? [serverSign(facts)] : []),
    ...(worker ? [{ ...manifest.at(`dependencies/${worker}`, `${worker} in dependencies`), weight: 0.3 }] : []),
    ...(start ? [{ ...start.evidence, weight: 0.45 }] : entrySigns(facts)),
    ...objections(facts),
  ]
}

/** What takes work without listening. */
export function findWorker(manifest: PackageJson | undefined): string | undefined {
  return workerPackages.find((name) => manifest?.dependencies.has(name))
}

/** A server among the dependencies says less when the package builds pages and nothing starts the server. */
function serverSign({ manifest, kind, start, source }: PackageFacts): Sign {
  const { row, dependency, list } = kind.server as NonNullable<PackageKind['server']>
  const isIdle = kind.builder !== undefined && start === undefined && source.listens === undefined
  const weight = row.isShared ? 0.25 : isIdle ? 0.2 : row.isBuilt ? 0.5 : 0.45
  return { ...manifest.at(`${list}/${dependency}`, `${dependency} in ${list}`), weight }
}

/** Without a start script: the file it would begin in, else that it is installed for itself. */
function entrySigns({ folder, manifest, entry }: PackageFacts): Sign[] {
  if (entry !== undefined) return [{ path: entry, line: 1, fact: 'a program begins here', weight: 0.2 }]
  const lockfile = nodeLockfiles.find((name) => folder.files.has(name))
  if (lockfile !== undefined && manifest.dependencies.size > 0)
    return [{ path: joinPath(folder.path, lockfile), fact: 'a lockfile of its own', weight: 0.2 }]
  if (manifest.dependencies.size > 0) return [{ ...manifest.at('dependencies', 'installs packages for itself'), weight: 0.2 }]
  const key = ['engines', 'packageManager'].find((name) => field(manifest.file.data, name) !== undefined)
  return key === undefined ? [] : [{ ...manifest.at(key, 'names its runtime'), weight: 0.2 }]
}

/** What package.json says against a service. */
function objections(facts: PackageFacts): Sign[] {
  const { folder, repository, manifest, kind, source, start } = facts
  const has = (key: string) => field(manifest.file.data, key) !== undefined
  // A start script may as well run the command once.
  const stays = kind.server ?? source.listens ?? source.loops ?? findWorker(manifest)
  const { builder } = kind
  return [
    ...clientObjection(facts),
    ...themeObjection(facts.folder, facts.repository),
    ...(builder && kind.server === undefined
      ? [
          {
            ...manifest.at(`${builder.list}/${builder.dependency}`, `${builder.row.name} builds a static site`),
            weight: builderWeight(facts),
          },
        ]
      : []),
    ...libraryObjection(facts),
    ...(has('bin') && stays === undefined
      ? [{ ...manifest.at('bin', 'is a command line program'), weight: start === undefined ? -0.5 : -0.4, role: 'tooling' as const }]
      : []),
    ...testObjection(facts),
    ...endObjection(facts),
    ...toolsObjection(facts),
    ...nxObjection(facts),
    ...handedObjection(facts),
    ...(manifest.workspaces.length > 0
      ? [{ ...manifest.at('workspaces', 'is the root of a workspace'), weight: workspaceWeight(facts), role: 'workspace_root' as const }]
      : []),
    ...(start === undefined && source.listens === undefined && kind.server === undefined
      ? [...besideSigns(folder, manifest, repository), ...generatedObjection(facts)]
      : []),
  ]
}

/** What builds pages may as well build those of a server, which then listens or is started; unless its configuration says files only. */
function builderWeight({ kind, source, start }: PackageFacts): number {
  if (kind.builder?.row.when !== undefined) return -0.6
  return source.listens !== undefined || start !== undefined ? -0.2 : -0.5
}

/** A root that has a program of its own is one, beside what it holds. */
function workspaceWeight({ entry, folder, start, kind }: PackageFacts): number {
  if (kind.server?.row.isWorkspace) return -0.1
  const isOwn =
    entry !== undefined && (folder.path === '.' || entry.startsWith(`${folder.path}/`)) && !/\/(?:packages|apps|libs)\//.test(`/${entry}`)
  return isOwn && (start === undefined || /\.[mc]?[jt]sx?\b|\bbun\b|\bnode\b/.test(start.text)) ? -0.15 : -0.4
}

const phonePackages = new Set(['react-native', 'expo'])

function clientObjection({ manifest, folder, kind: { server: found }, source }: PackageFacts): Sign[] {
  // What clients use as well, for the types of its routes as a rule, makes no server of one.
  const server = found?.row.isShared && source.listens === undefined ? undefined : found
  // A server's pages may share their parts with an application for phones.
  const isInstalled = (name: string) => manifest.dependencies.has(name) && !(server !== undefined && phonePackages.has(name))
  const isBuiltWith = (name: string) => manifest.devDependencies.has(name) && source.listens === undefined
  const client = clientPackages.find(isInstalled) ?? clientPackages.find(isBuiltWith)
  const engines = field(manifest.file.data, 'engines')
  const isExtension = field(engines, 'vscode') !== undefined
  const isAction = folder.files.has('action.yml') || folder.files.has('action.yaml')
  if (client !== undefined && !(server !== undefined && manifest.devDependencies.has(client)))
    return [{ ...manifest.at(`dependencies/${client}`, `${client} does not run on a server`), weight: -0.8, role: 'tooling' }]
  if (isExtension) return [{ ...manifest.at('engines', 'is an extension of an editor'), weight: -0.9, role: 'tooling' }]
  if (isAction) return [{ path: joinPath(folder.path, 'action.yml'), fact: 'is a step of a pipeline', weight: -0.9, role: 'tooling' }]
  if (folder.files.has('style.css') && ['theme.json', 'functions.php'].some((name) => folder.files.has(name)))
    return [{ path: joinPath(folder.path, 'style.css'), line: 1, fact: 'is a theme of WordPress', weight: -0.9, role: 'asset' }]
  if (folder.folders.has('src-tauri'))
    return [{ path: joinPath(folder.path, 'src-tauri'), fact: 'is a program for desktops', weight: -0.8, role: 'tooling' }]
  return []
}

/** A package that others import or install, and that has no start script, is a library. */
function libraryObjection({ manifest, source, start, kind, entry, repository }: PackageFacts): Sign[] {
  if (start !== undefined) return []
  const has = (key: string) => field(manifest.file.data, key) !== undefined
  const isServer = kind.server !== undefined
  const mainCounts = !isServer && source.listens === undefined && (entry === undefined ? has('files') : isModule(entry, repository))
  const exported = ['exports', 'types', 'typings', ...(mainCounts ? ['main', 'module'] : [])].find(has)
  const weight = isServer && source.listens !== undefined ? -0.3 : isServer ? -0.4 : -0.6
  if (exported !== undefined) return [{ ...manifest.at(exported, 'is made to be imported, with no start script'), weight, role: 'library' }]
  if (!isPublished(manifest)) return []
  const key = has('files') ? 'files' : 'publishConfig'
  return [{ ...manifest.at(key, 'is published for others, with no start script'), weight: -0.5, role: 'library' }]
}

/** What gives something to others; no program's first file is too large to be read. */
function isModule(entry: string, repository: Repository): boolean {
  const { tree, read } = repository
  return exportsSomething(entry, repository) || (read.text(entry) === undefined && !tree.wanted.has(entry))
}

/** A package that lists what it publishes, and does not call itself private. */
function isPublished({ file }: PackageJson): boolean {
  return (
    field(file.data, 'private') !== true && (field(file.data, 'files') !== undefined || field(file.data, 'publishConfig') !== undefined)
  )
}

/** A package of nothing but a tool that tests from outside. */
function testObjection({ manifest, entry, kind, start }: PackageFacts): Sign[] {
  if (start !== undefined || entry !== undefined || kind.server !== undefined || kind.builder !== undefined) return []
  const tool = testPackages.find((name) => manifest.dependencies.has(name) || manifest.devDependencies.has(name))
  const list = tool !== undefined && manifest.dependencies.has(tool) ? 'dependencies' : 'devDependencies'
  return tool === undefined ? [] : [{ ...manifest.at(`${list}/${tool}`, `${tool} tests from outside`), weight: -0.7, role: 'tests' }]
}

/** A program that was read to its end without listening, waiting or taking work ends by itself. */
function endObjection({ manifest, source, kind, entry }: PackageFacts): Sign[] {
  const stays = source.listens ?? source.loops ?? kind.server ?? findWorker(manifest)
  if (entry === undefined || stays !== undefined || source.files.length === 0) return []
  return [{ path: entry, fact: 'neither listens nor waits for work', weight: -0.2 }]
}

/** Files of tools that run the packages of a workspace; its root has development dependencies only, as a rule. */
const workspaceFiles = ['pnpm-workspace.yaml', 'lerna.json', 'nx.json', 'turbo.json', 'rush.json']

/** Tools that check or format, whichever list they stand in. */
const checkers =
  /^(?:@[\w-]{1,40}\/)?(?:eslint|prettier|markdownlint|markdown-link-check|husky|lint-staged|commitlint|textlint|cspell|stylelint|remark|alex$|all-contributors)/

/** Development tools and nothing else: they check or format what lies around them. */
function toolsObjection({ folder, manifest, entry, start, kind }: PackageFacts): Sign[] {
  if (manifest.workspaces.length > 0 || workspaceFiles.some((name) => folder.files.has(name))) return []
  const isMore =
    [...manifest.dependencies.keys()].some((name) => !checkers.test(name)) ||
    entry !== undefined ||
    start !== undefined ||
    kind.server !== undefined ||
    kind.builder !== undefined
  if (isMore || manifest.devDependencies.size + manifest.dependencies.size === 0) return []
  const list = manifest.devDependencies.size > 0 ? 'devDependencies' : 'dependencies'
  return [{ ...manifest.at(list, 'holds only tools of development'), weight: -0.5, role: 'tooling' }]
}

/** Packages beside the configuration of a generator that is none of Node's help to make its pages. */
function generatedObjection({ folder, repository, kind }: PackageFacts): Sign[] {
  const [place] = kind.builder === undefined ? (findGenerated(folder, repository)?.signs ?? []) : []
  return place === undefined ? [] : [{ ...place, fact: 'only helps to make a site', weight: -0.6, role: 'asset' }]
}

/** The root of an Nx workspace holds the packages of all its applications, and is none of them. */
function nxObjection({ folder, manifest, entry, start }: PackageFacts): Sign[] {
  const isRoot = folder.files.has('nx.json') && !folder.files.has('project.json') && manifest.workspaces.length === 0
  if (!isRoot || entry !== undefined || start !== undefined) return []
  return [{ path: joinPath(folder.path, 'nx.json'), line: 1, fact: 'is the root of a workspace', weight: -0.5, role: 'workspace_root' }]
}

/** The package around another one that only starts it, whatever it installs for both. */
function handedObjection({ manifest, entry, start, repository }: PackageFacts): Sign[] {
  const handed = entry === undefined && start === undefined ? findHandedStart(manifest, repository) : undefined
  if (handed === undefined) return []
  const fact = `starts ${handed.to}, a package of its own`
  return [{ ...manifest.at(`scripts/${handed.script}`, fact), weight: -0.6, role: 'workspace_root' }]
}
