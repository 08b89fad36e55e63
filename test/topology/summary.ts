// A topology in a few lines, so that a test can compare the whole of it.
import { type AnalyzeOptions, analyze } from '../../src/topology/analyze.ts'
import type { ServiceSpec, Topology } from '../../src/topology/topology.ts'
import { type MemoryFiles, sourceTree } from '../support/source-tree.ts'

export function analyzeFiles(files: MemoryFiles, options: AnalyzeOptions = {}): Topology {
  return analyze(sourceTree(files), options)
}

/** `name path type/framework :port build health start ← dependencies`, one line a service. */
export function servicesIn(files: MemoryFiles, options: AnalyzeOptions = {}): string[] {
  return analyzeFiles(files, options).services.map(lineFor)
}

export function rolesIn(files: MemoryFiles): Record<string, string> {
  return Object.fromEntries(analyzeFiles(files).folders.map(({ path, role }) => [path, role]))
}

export function serviceNamed(files: MemoryFiles, name: string): ServiceSpec {
  const { services } = analyzeFiles(files)
  const found = services.find((service) => service.name === name)
  if (found === undefined) throw new Error(`no service ${name} among ${services.map((service) => service.name).join(', ')}`)
  return found
}

export function lineFor(service: ServiceSpec): string {
  const { name, path, type, framework, port, start, dependsOn } = service
  return [
    name,
    path,
    framework === undefined ? type : `${type}/${framework}`,
    port === undefined ? 'no port' : `:${port}`,
    buildText(service),
    healthText(service),
    start === undefined ? undefined : `[${start}]`,
    dependsOn.length === 0
      ? undefined
      : `← ${dependsOn.map((dependency) => (dependency.kind === 'requires' ? dependency.service : `${dependency.service}(${dependency.kind})`)).join(', ')}`,
  ]
    .filter((part) => part !== undefined)
    .join(' ')
}

function buildText({ build }: ServiceSpec): string {
  if (build.kind === 'dockerfile') return `dockerfile(${build.dockerfile} in ${build.context})`
  if (build.kind === 'template') return `template(${build.template} in ${build.context})`
  return build.kind === 'image' ? `image(${build.image})` : `compose(${build.file})`
}

function healthText({ health }: ServiceSpec): string | undefined {
  if (health === undefined) return undefined
  return health.kind === 'http' ? health.path : health.kind
}

export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
