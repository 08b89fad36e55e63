// What package.json says for and against a service.
import type { Sign } from '../claim.ts'
import { field } from '../reading/data.ts'
import type { SourceFacts } from '../reading/source.ts'
import { clientPackages, type Framework, serverFrameworks, staticBuilders, workerPackages } from './frameworks.ts'
import type { PackageJson } from './package-json.ts'

/** The server that a package is built on. */
export function findFramework(manifest: PackageJson | undefined): Framework | undefined {
  return serverFrameworks.find(({ dependency }) => manifest?.dependencies.has(dependency))
}

export function manifestSigns(manifest: PackageJson, source: SourceFacts): Sign[] {
  const framework = findFramework(manifest)
  const worker = workerPackages.find((name) => manifest.dependencies.has(name))
  return [
    { ...manifest.at('name', manifest.name === undefined ? 'package.json' : `package ${manifest.name}`), weight: 0.2 },
    ...(framework
      ? [{ ...manifest.at(`dependencies/${framework.dependency}`, `${framework.dependency} in dependencies`), weight: 0.45 }]
      : []),
    ...(worker ? [{ ...manifest.at(`dependencies/${worker}`, `${worker} in dependencies`), weight: 0.3 }] : []),
    ...objections(manifest, source),
  ]
}

/** What package.json says against a service. */
function objections(manifest: PackageJson, source: SourceFacts): Sign[] {
  const has = (key: string) => field(manifest.file.data, key) !== undefined
  const framework = findFramework(manifest)
  const client = clientPackages.find((name) => manifest.dependencies.has(name))
  const builder = framework
    ? undefined
    : staticBuilders.find(({ dependency }) => manifest.dependencies.has(dependency) || manifest.devDependencies.has(dependency))
  const isServer = framework !== undefined || manifest.scripts.has('start')
  return [
    ...(client
      ? [{ ...manifest.at(`dependencies/${client}`, `${client} runs on people's devices`), weight: -0.8, role: 'unknown' as const }]
      : []),
    ...(builder ? [{ ...manifest.at(`devDependencies/${builder.dependency}`, `${builder.name} builds a static site`), weight: -0.5 }] : []),
    ...libraryObjection(manifest, source),
    ...(has('bin') && !isServer ? [{ ...manifest.at('bin', 'is a command line program'), weight: -0.5, role: 'tooling' as const }] : []),
    ...(manifest.workspaces.length > 0
      ? [{ ...manifest.at('workspaces', 'is the root of a workspace'), weight: -0.4, role: 'workspace_root' as const }]
      : []),
  ]
}

/** A package that others import or install, and that has no start script, is a library. */
function libraryObjection(manifest: PackageJson, source: SourceFacts): Sign[] {
  if (manifest.scripts.has('start')) return []
  const has = (key: string) => field(manifest.file.data, key) !== undefined
  const isServer = findFramework(manifest) !== undefined
  const mainCounts = !isServer && source.listens === undefined
  const exported = ['exports', 'types', 'typings', ...(mainCounts ? ['main'] : [])].find(has)
  if (exported !== undefined) {
    const fact = 'is made to be imported, with no start script'
    return [{ ...manifest.at(exported, fact), weight: isServer ? -0.4 : -0.6, role: 'library' }]
  }
  if (!isPublished(manifest)) return []
  return [
    {
      ...manifest.at(has('files') ? 'files' : 'publishConfig', 'is published for others, with no start script'),
      weight: -0.5,
      role: 'library',
    },
  ]
}

/** A package that lists what it publishes, and does not call itself private. */
function isPublished({ file }: PackageJson): boolean {
  return (
    field(file.data, 'private') !== true && (field(file.data, 'files') !== undefined || field(file.data, 'publishConfig') !== undefined)
  )
}
