import type { Claim, ClaimedSpec, Detector, Sign } from '../claim.ts'
import { dockerfileSigns, findDockerfile } from '../dockerfiles.ts'
import { entryFacts, findEnvironment } from '../environment.ts'
import { findNodeVersion, findPackageManager, readPackageJson } from '../nodejs/package-json.ts'
import { findFramework, manifestSigns } from '../nodejs/signs.ts'
import { nodeSource } from '../nodejs/source.ts'
import { findNodeEntries, findNodeStart, isPartOfPackage } from '../nodejs/start.ts'
import { joinPath, relativeTo } from '../paths.ts'
import { findProcess, portInCommand } from '../procfile.ts'
import { defined } from '../reading/data.ts'
import { scanSources } from '../reading/source.ts'
import { importsOf, sourceSigns } from '../reading/source-signs.ts'
import type { Folder, Repository } from '../repository.ts'

export const nodejs: Detector = {
  type: 'nodejs',
  title: 'Node.js',
  marks: ['package.json', 'server.js', 'server.mjs', 'server.ts', 'index.js', 'index.mjs', 'app.js', 'worker.js', 'main.js', 'Dockerfile'],
  claim(folder, repository): Claim | undefined {
    const hasManifest = folder.files.has('package.json')
    if (!hasManifest && isPartOfPackage(folder.path, repository)) return undefined
    const facts = gather(folder, repository)
    const { manifest, source } = facts
    if (!hasManifest && source.files.length === 0) return undefined
    return {
      type: 'nodejs',
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
  },
}

type NodeFacts = ReturnType<typeof gather>

function gather(folder: Folder, repository: Repository) {
  const manifest = readPackageJson(folder.path, repository)
  const entries = findNodeEntries(folder.path, manifest, repository)
  const exists = (path: string) => repository.tree.entries.has(path)
  const source = scanSources(entries, { reader: repository.read, language: nodeSource, exists })
  return {
    manifest,
    entry: entries[0],
    source,
    framework: findFramework(manifest),
    process: findProcess(folder, repository),
    start: manifest && findNodeStart(manifest),
    environment: findEnvironment(folder, source, repository),
  }
}

function signsOf({ manifest, process, start, source }: NodeFacts, folder: Folder, repository: Repository): Sign[] {
  const broken = folder.files.has('package.json')
    ? [{ path: joinPath(folder.path, 'package.json'), fact: 'package.json cannot be read', weight: 0.1 }]
    : []
  return [
    ...(manifest ? manifestSigns(manifest, source) : broken),
    ...(process ? [{ ...process.evidence, weight: 0.6 }] : []),
    ...(start ? [{ ...start.evidence, weight: 0.45 }] : []),
    ...sourceSigns(source, { loops: 0.25 }),
    ...dockerfileSigns('nodejs', findDockerfile(folder, repository)),
  ]
}

function specOf(
  { manifest, entry, source, framework, process, start, environment }: NodeFacts,
  folder: Folder,
  repository: Repository,
): ClaimedSpec {
  const packageManager = manifest && findPackageManager(manifest, folder, repository)
  const isServer = source.listens !== undefined || framework !== undefined
  const stated = portInCommand(process?.command ?? manifest?.scripts.get('start')) ?? source.port?.value
  return defined({
    framework: framework?.name,
    version: manifest && findNodeVersion(manifest, folder, repository),
    packageManager,
    start: process?.command ?? start?.command ?? framework?.start ?? (entry && `node ${relativeTo(folder.path, entry)}`),
    buildCommand: manifest?.scripts.has('build') ? `${packageManager} run build` : undefined,
    port: stated ?? (isServer ? (framework?.port ?? 3000) : undefined),
    health: source.health && { kind: 'http' as const, path: source.health.value },
    environment: environment.environment,
    facts: entryFacts(folder.path, entry),
  })
}

function packageOf(module: string): string {
  return module
    .split('/')
    .slice(0, module.startsWith('@') ? 2 : 1)
    .join('/')
}
