import type { Claim, Detector, Sign } from '../claim.ts'
import { dockerfileSigns, findDockerfile } from '../dockerfiles.ts'
import { entryFacts, findEnvironment } from '../environment.ts'
import { clientPackages, serverFrameworks, staticBuilders, workerPackages } from '../nodejs/frameworks.ts'
import { findNodeVersion, findPackageManager, type PackageJson, readPackageJson } from '../nodejs/package-json.ts'
import { nodeSource } from '../nodejs/source.ts'
import { findNodeEntries, findNodeStart } from '../nodejs/start.ts'
import { ancestorsOf, relativeTo } from '../paths.ts'
import { findProcess, portInCommand } from '../procfile.ts'
import { defined, field } from '../reading/data.ts'
import { type SourceFacts, scanSources } from '../reading/source.ts'
import type { Repository } from '../repository.ts'

export const nodejs: Detector = {
  type: 'nodejs',
  title: 'Node.js',
  marks: ['package.json', 'server.js', 'server.mjs', 'server.ts', 'index.js', 'index.mjs', 'app.js', 'worker.js', 'main.js'],
  claim(folder, repository): Claim | undefined {
    const manifest = readPackageJson(folder.path, repository)
    if (manifest === undefined && (folder.files.has('package.json') || isPartOfPackage(folder.path, repository))) return undefined
    const process = findProcess(folder, repository)
    const start = manifest && findNodeStart(manifest)
    const entries = findNodeEntries(folder.path, manifest, repository)
    const source = scanSources(entries, {
      reader: repository.read,
      language: nodeSource,
      exists: (path) => repository.tree.entries.has(path),
    })
    const framework = manifest && serverFrameworks.find(({ dependency }) => manifest.dependencies.has(dependency))
    const facts = findEnvironment(folder, source, repository)
    const command = process?.command ?? start?.command ?? framework?.start ?? (entries[0] && `node ${relativeTo(folder.path, entries[0])}`)
    const port =
      portInCommand(process?.command ?? manifest?.scripts.get('start')) ??
      source.port?.value ??
      (source.listens || framework ? (framework?.port ?? 3000) : undefined)
    return {
      type: 'nodejs',
      hasManifest: manifest !== undefined,
      signs: [
        ...(manifest ? manifestSigns(manifest) : []),
        ...(process ? [{ ...process.evidence, weight: 0.6 }] : []),
        ...(start ? [{ ...start.evidence, weight: 0.45 }] : []),
        ...sourceSigns(source, manifest !== undefined),
        ...dockerfileSigns('nodejs', findDockerfile(folder, repository)),
      ],
      spec: defined({
        framework: framework?.name,
        version: manifest && findNodeVersion(manifest, folder, repository),
        packageManager: manifest && findPackageManager(manifest, folder, repository),
        start: command,
        buildCommand: manifest?.scripts.has('build') ? `${findPackageManager(manifest, folder, repository)} run build` : undefined,
        port,
        health: source.health && { kind: 'http' as const, path: source.health.value },
        environment: facts.environment,
        facts: entryFacts(folder.path, entries[0]),
      }),
      dependencies: manifest
        ? [...manifest.dependencies.keys()].map((name) => ({
            name,
            evidence: manifest.at(`dependencies/${name}`, `${name} in dependencies`),
          }))
        : [],
      imports: [...source.imports].map(([name, evidence]) => ({ name: packageOf(name), evidence })),
      addresses: facts.addresses,
      reads: source.files,
    }
  },
}

/** A folder without a package.json below one whose program begins elsewhere is a part of that program. */
function isPartOfPackage(folder: string, repository: Repository): boolean {
  const above = ancestorsOf(folder).find((path) => repository.folders.get(path)?.files.has('package.json'))
  return above !== undefined && findNodeEntries(above, readPackageJson(above, repository), repository).length > 0
}

function manifestSigns(manifest: PackageJson): Sign[] {
  const has = (key: string) => field(manifest.file.data, key) !== undefined
  const inDependencies = (names: readonly string[]) => names.find((name) => manifest.dependencies.has(name))
  const framework = serverFrameworks.find(({ dependency }) => manifest.dependencies.has(dependency))
  const worker = inDependencies(workerPackages)
  const client = inDependencies(clientPackages)
  const builder = framework
    ? undefined
    : staticBuilders.find(({ dependency }) => manifest.dependencies.has(dependency) || manifest.devDependencies.has(dependency))
  const isExported = has('exports') || has('types') || has('typings') || (has('main') && !manifest.scripts.has('start'))
  const isServer = framework !== undefined || manifest.scripts.has('start')
  return [
    { ...manifest.at('name', manifest.name === undefined ? 'package.json' : `package ${manifest.name}`), weight: 0.2 },
    ...(framework
      ? [{ ...manifest.at(`dependencies/${framework.dependency}`, `${framework.dependency} in dependencies`), weight: 0.45 }]
      : []),
    ...(worker ? [{ ...manifest.at(`dependencies/${worker}`, `${worker} in dependencies`), weight: 0.3 }] : []),
    ...(client
      ? [{ ...manifest.at(`dependencies/${client}`, `${client} runs on people's devices`), weight: -0.8, role: 'unknown' as const }]
      : []),
    ...(builder ? [{ ...manifest.at(`devDependencies/${builder.dependency}`, `${builder.name} builds a static site`), weight: -0.5 }] : []),
    ...(isExported && !manifest.scripts.has('start')
      ? [
          {
            ...manifest.at(has('exports') ? 'exports' : has('types') ? 'types' : 'main', 'is made to be imported, with no start script'),
            weight: isServer ? -0.4 : -0.6,
            role: 'library' as const,
          },
        ]
      : []),
    ...(has('bin') && !isServer ? [{ ...manifest.at('bin', 'is a command line program'), weight: -0.5, role: 'tooling' as const }] : []),
    ...(manifest.workspaces.length > 0
      ? [{ ...manifest.at('workspaces', 'is the root of a workspace'), weight: -0.4, role: 'workspace_root' as const }]
      : []),
  ]
}

/** Source without a manifest beside it must say more for itself. */
function sourceSigns(source: SourceFacts, hasManifest: boolean): Sign[] {
  return [
    ...(source.listens ? [{ ...source.listens, weight: 0.5 }] : []),
    ...(source.loops ? [{ ...source.loops, weight: hasManifest ? 0.25 : 0.2 }] : []),
    ...(source.health
      ? [{ path: source.health.path, line: source.health.line, fact: `health route ${source.health.value}`, weight: 0.2 }]
      : []),
    ...(source.port ? [{ path: source.port.path, line: source.port.line, fact: `port ${source.port.value}`, weight: 0.1 }] : []),
  ]
}

function packageOf(module: string): string {
  return module
    .split('/')
    .slice(0, module.startsWith('@') ? 2 : 1)
    .join('/')
}
