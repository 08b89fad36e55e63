// The claim that Node.js or Bun makes on a folder: one reading, whichever of the two runs it.
import type { Claim, ClaimedSpec, Sign } from '../claim.ts'
import { dockerfileSigns, findDockerfile } from '../dockerfiles.ts'
import { entryFacts, exampleFiles, findEnvironment } from '../environment.ts'
import { joinPath, relativeTo } from '../paths.ts'
import { findProcess, portInCommand } from '../procfile.ts'
import { asPort, defined } from '../reading/data.ts'
import { lineAt } from '../reading/lines.ts'
import { type SourceFacts, scanSources } from '../reading/source.ts'
import { importsOf, saidPort, saidRoute, sourceSigns } from '../reading/source-signs.ts'
import { apart, quoted, type Said, said, usual } from '../reasons.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence, HealthSpec } from '../topology.ts'
import { findBuildFacts } from './build-facts.ts'
import { exportsSomething, findNodeEntries, findVariableFiles, isPartOfPackage } from './entries.ts'
import { findFileRoute } from './file-routes.ts'
import { viewLibraries } from './frameworks.ts'
import { kindOfPackage } from './kind.ts'
import { claimNxServer, readNxApplication } from './nx.ts'
import { findNodeVersion, findPackageManager, type PackageJson, readPackageJson } from './package-json.ts'
import { findRuntime } from './runtime.ts'
import { findWorker, manifestSigns } from './signs.ts'
import { nodeSource } from './source.ts'
import { findNodeStart, findProcessScripts } from './start.ts'

/** What one runtime says about a folder; undefined when the folder is not a package, or when the other runtime runs it. */
export function claimPackage(type: 'nodejs' | 'bun', folder: Folder, repository: Repository): Claim | undefined {
  const hasManifest = folder.files.has('package.json')
  const application = hasManifest ? undefined : readNxApplication(folder.path, repository)
  if (application !== undefined)
    return type === 'nodejs' && application.kind === 'server' ? claimNxServer(application, folder.path, repository) : undefined
  if (isPartOfPackage(folder, repository)) return undefined
  const facts = gather(folder, repository)
  const { manifest, source, runtime } = facts
  if ((!hasManifest && source.files.length === 0) || runtime.type !== type) return undefined
  return {
    type,
    hasManifest,
    signs: signsOf(facts, folder, repository),
    spec: specOf(facts, folder, repository),
    dependencies: [...(manifest?.dependencies.keys() ?? [])].flatMap((name) =>
      manifest ? [{ name, evidence: manifest.at(`dependencies/${name}`, `${name} in dependencies`) }] : [],
    ),
    imports: importsOf(source, packageOf),
    addresses: facts.environment.addresses,
    reads: source.files,
  }
}

type NodeFacts = ReturnType<typeof gather>

function gather(folder: Folder, repository: Repository) {
  const manifest = readPackageJson(folder.path, repository)
  const entries = findNodeEntries(folder.path, manifest, repository)
  const exists = (path: string) => repository.tree.entries.has(path)
  const files = [...entries, ...findVariableFiles(folder.path, repository)]
  const source = ownTimers(
    scanSources(manifest === undefined ? entries : files, { reader: repository.read, language: nodeSource, exists }),
    entries,
  )
  const packageManager = manifest && findPackageManager(manifest, folder, repository)
  return {
    manifest,
    entry: entries[0],
    source,
    packageManager,
    kind: kindOfPackage(folder.path, repository),
    runtime: findRuntime(manifest, source, { folder, repository }),
    process: findProcess(folder, repository),
    start: manifest && findNodeStart(manifest, repository, packageManager?.value),
    environment: findEnvironment(folder, source, repository),
  }
}

/** A timer in a file that the program imports tidies something up; only its own shows that it stays. */
function ownTimers(source: SourceFacts, entries: readonly string[]): SourceFacts {
  const { loops } = source
  if (loops === undefined || entries.includes(loops.path) || !loops.fact.endsWith('setInterval(')) return source
  return { ...source, loops: undefined }
}

function signsOf(facts: NodeFacts, folder: Folder, repository: Repository): Sign[] {
  const { manifest, process, source, runtime, kind } = facts
  // Code for browsers subscribes and waits as well; that keeps no server running.
  const isForBrowsers = source.listens === undefined && (kind.builder ?? kind.view) !== undefined
  const broken = folder.files.has('package.json')
    ? [{ path: joinPath(folder.path, 'package.json'), fact: 'package.json cannot be read', weight: 0.1 }]
    : []
  return [
    ...(manifest ? manifestSigns({ ...facts, manifest, folder, repository }) : broken),
    ...(manifest === undefined ? loneSigns(facts, folder, repository) : []),
    ...(process && isOwn(process.command) ? [{ ...process.evidence, weight: 0.6 }] : []),
    ...sourceSigns(isForBrowsers ? { ...source, loops: undefined } : source, { loops: 0.25 }),
    ...(runtime.evidence && runtime.evidence !== source.listens ? [{ ...runtime.evidence, weight: 0.1 }] : []),
    ...dockerfileSigns(runtime.type, findDockerfile(folder, repository)),
  ]
}

/** A program at the root without a manifest is one when nothing else is there; a file that hands things out, or lies by a page, is none. */
function loneSigns({ entry, source }: NodeFacts, folder: Folder, repository: Repository): Sign[] {
  if (entry === undefined || folder.path !== '.' || source.listens !== undefined) return []
  if (folder.files.has('package.json') || folder.files.has('index.html') || repository.read.text(entry) === undefined) return []
  return exportsSomething(entry, repository) ? [] : [{ path: entry, line: 1, fact: 'a program begins here', weight: 0.35 }]
}

/** Whether a Procfile's command is one of this language: a Ruby application with a package.json has a Procfile too. */
function isOwn(command: string): boolean {
  return !/^(?:bundle|ruby|rails|rake|puma|python3?|gunicorn|uvicorn|flask|php|vendor\/|heroku-php|java|mix|\.\/|cargo|go\b|dotnet)/.test(
    command,
  )
}

function specOf(facts: NodeFacts, folder: Folder, repository: Repository): ClaimedSpec {
  const { manifest, entry, packageManager, environment, kind, runtime, start } = facts
  const built = manifest && findBuildFacts({ folder, repository, manifest, kind, runtime: runtime.type, start: start?.text })
  const build = manifest && buildOf(manifest, packageManager?.value)
  return defined({
    name: manifest?.name,
    ...apart({
      framework: frameworkOf(facts),
      version: findRuntimeVersion(facts, folder, repository),
      packageManager,
      start: startOf(facts, folder, built?.start),
      buildCommand: withStep(built?.before, build, manifest?.at('dependencies', 'what is generated before it runs')),
      processes: manifest && findProcessScripts(manifest, packageManager?.value),
      port: portOf(facts, folder, repository),
      health: healthOf(facts, folder, repository),
    }),
    environment: environment.environment,
    facts: { ...entryFacts(folder.path, entry), ...built?.facts },
  })
}

/** The route that its source has, or that is a file of its own; else the one that its framework brings. */
function healthOf({ source, kind: { server }, manifest }: NodeFacts, folder: Folder, repository: Repository): Said<HealthSpec> | undefined {
  const brought = server?.row.health
  return (
    saidRoute(source, repository.read) ??
    findFileRoute(server?.row.name, folder, repository) ??
    usual<HealthSpec>(
      brought === undefined ? undefined : { kind: 'http', path: brought },
      server && manifest?.at(`${server.list}/${server.dependency}`, ''),
      `${server?.row.name} brings it`,
    )
  )
}

/** A server, else what takes work, else what shows the pages. */
function frameworkOf({ manifest, kind, source }: NodeFacts): Said<string> | undefined {
  const { server, view } = kind
  if (server !== undefined)
    return said(server.row.name, manifest?.at(`${server.list}/${server.dependency}`, `${server.dependency} in ${server.list}`))
  const worker = source.listens ? undefined : findWorker(manifest)
  const shown = viewLibraries.find(({ name }) => name === view)?.packages.find((name) => manifest?.dependencies.has(name))
  const name = worker ?? shown
  return said(worker ?? view, name === undefined ? undefined : manifest?.at(`dependencies/${name}`, `${name} in dependencies`))
}

/** A step that has to run before the package's own build. */
function withStep(before: string | undefined, build: Said<string> | undefined, manifest: Evidence | undefined): Said<string> | undefined {
  if (before === undefined) return build
  return build === undefined ? said(before, manifest) : { ...build, value: `${before} && ${build.value}` }
}

function startOf(
  { process, start, kind, runtime, entry, manifest }: NodeFacts,
  folder: Folder,
  made: string | undefined,
): Said<string> | undefined {
  const { server } = kind
  const run = runtime.type === 'bun' ? 'bun' : 'node'
  return (
    said(process?.command, process?.evidence) ??
    said(made, start?.evidence ?? manifest?.at('scripts/build', 'its build makes the server')) ??
    said(start?.command, start?.evidence) ??
    usual(server?.row.start, server && manifest?.at(`${server.list}/${server.dependency}`, ''), `how ${server?.row.name} is started`) ??
    usual(
      entry && `${run} ${relativeTo(folder.path, entry)}`,
      entry === undefined ? undefined : { path: entry, line: 1, fact: '' },
      'a program begins here',
    )
  )
}

export function buildOf(manifest: PackageJson, packageManager = 'npm'): Said<string> | undefined {
  const script = manifest.scripts.get('build')
  return script === undefined
    ? undefined
    : said(`${packageManager} run build`, manifest.at('scripts/build', `build script: ${script.slice(0, 80)}`))
}

function portOf({ source, process, start, kind, manifest }: NodeFacts, folder: Folder, repository: Repository): Said<number> | undefined {
  const { server } = kind
  const isServer = source.listens !== undefined || server !== undefined
  const used = server && manifest?.at(`${server.list}/${server.dependency}`, '')
  return (
    said(portInCommand(process?.command), process?.evidence) ??
    said(portInCommand(start?.text), start?.evidence) ??
    saidPort(source, repository.read) ??
    portInVariables(folder, repository) ??
    usual(isServer ? server?.row.port : undefined, used, `the usual port of ${server?.row.name}`) ??
    usual(isServer ? 3000 : undefined, used ?? source.listens, 'the usual port of Node.js')
  )
}

/** Bun's version is its own. */
function findRuntimeVersion({ manifest, runtime }: NodeFacts, folder: Folder, repository: Repository): Said<string> | undefined {
  if (manifest === undefined) return undefined
  if (runtime.type === 'nodejs') return findNodeVersion(manifest, folder, repository)
  return findNodeVersion(manifest, folder, repository, 'bun')
}

/** A port that a committed `.env` or the example of one states, where the source names none. */
export function portInVariables(folder: Folder, repository: Repository): Said<number> | undefined {
  for (const name of ['.env.production', '.env', ...exampleFiles]) {
    const path = joinPath(folder.path, name)
    const text = (folder.files.has(name) ? repository.read.text(path) : undefined) ?? ''
    const found = /^[ \t]{0,8}(?:export\s{1,4})?(?:HTTP_|SERVER_|APP_)?PORT\s{0,4}=\s{0,4}["']?(\d{2,5})\b/m.exec(text)
    const port = said(asPort(found?.[1]), found === null ? undefined : quoted(path, lineAt(text, found.index), repository.read))
    if (port !== undefined) return port
  }
  return undefined
}

function packageOf(module: string): string {
  return module
    .split('/')
    .slice(0, module.startsWith('@') ? 2 : 1)
    .join('/')
}
