// The claim that Node.js or Bun makes on a folder: one reading, whichever of the two runs it.
import type { Claim, ClaimedSpec, Sign } from '../claim.ts'
import { dockerfileSigns, findDockerfile } from '../dockerfiles.ts'
import { entryFacts, exampleFiles, findEnvironment } from '../environment.ts'
import { joinPath, relativeTo } from '../paths.ts'
import { findProcess, portInCommand } from '../procfile.ts'
import { asPort, defined } from '../reading/data.ts'
import { scanSources } from '../reading/source.ts'
import { importsOf, sourceSigns } from '../reading/source-signs.ts'
import type { Folder, Repository } from '../repository.ts'
import { exportsSomething, findNodeEntries, findVariableFiles, isPartOfPackage } from './entries.ts'
import { kindOfPackage } from './kind.ts'
import { claimNxServer, readNxApplication } from './nx.ts'
import { findNodeVersion, findPackageManager, readPackageJson } from './package-json.ts'
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
  if (!hasManifest && isPartOfPackage(folder.path, repository)) return undefined
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
  const source = scanSources(manifest === undefined ? entries : files, { reader: repository.read, language: nodeSource, exists })
  const packageManager = manifest && findPackageManager(manifest, folder, repository)
  return {
    manifest,
    entry: entries[0],
    source,
    packageManager,
    kind: kindOfPackage(folder.path, repository),
    runtime: findRuntime(manifest, source, { folder, repository }),
    process: findProcess(folder, repository),
    start: manifest && findNodeStart(manifest, packageManager),
    environment: findEnvironment(folder, source, repository),
  }
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
  const { manifest, entry, source, kind, process, start, environment, packageManager, runtime } = facts
  const run = runtime.type === 'bun' ? 'bun' : 'node'
  const isServer = source.listens !== undefined || kind.server !== undefined
  const stated = portInCommand(process?.command) ?? portInCommand(start?.text) ?? source.port?.value
  const port = stated ?? portInVariables(folder, repository)
  const processes = manifest ? findProcessScripts(manifest, packageManager) : []
  return defined({
    framework: kind.server?.row.name ?? (source.listens ? kind.view : (findWorker(manifest) ?? kind.view)),
    version: manifest && findRuntimeVersion(facts, folder, repository),
    packageManager,
    start: process?.command ?? start?.command ?? kind.server?.row.start ?? (entry && `${run} ${relativeTo(folder.path, entry)}`),
    buildCommand: manifest?.scripts.has('build') ? `${packageManager} run build` : undefined,
    port: port ?? (isServer ? (kind.server?.row.port ?? 3000) : undefined),
    health: source.health && { kind: 'http' as const, path: source.health.value },
    environment: environment.environment,
    facts: { ...entryFacts(folder.path, entry), ...(processes.length > 0 ? { processes } : {}) },
  })
}

/** Bun's version is its own. */
function findRuntimeVersion({ manifest, runtime }: NodeFacts, folder: Folder, repository: Repository): string | undefined {
  if (manifest === undefined) return undefined
  if (runtime.type === 'nodejs') return findNodeVersion(manifest, folder, repository)
  return findNodeVersion(manifest, folder, repository, 'bun')
}

/** A port that a committed `.env` or the example of one states, where the source names none. */
export function portInVariables(folder: Folder, repository: Repository): number | undefined {
  for (const name of ['.env.production', '.env', ...exampleFiles]) {
    const text = folder.files.has(name) ? repository.read.text(joinPath(folder.path, name)) : undefined
    const port = asPort(/^[ \t]{0,8}(?:export\s{1,4})?(?:HTTP_|SERVER_|APP_)?PORT\s{0,4}=\s{0,4}["']?(\d{2,5})\b/m.exec(text ?? '')?.[1])
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
