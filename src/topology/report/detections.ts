// What an analysis found, as it is kept: one detection for the whole repository and one for each folder that is a service, and the files that told.
import { createHash } from 'node:crypto'
import type { Evidence, ServiceSpec, Strategy, Topology } from '../topology.ts'
import { hideSecrets } from './hide-secrets.ts'

export interface Detection {
  /** `.` for the whole repository. */
  readonly folderPath: string
  readonly detectedPatterns: readonly unknown[]
  readonly serviceIndicators: readonly Evidence[]
  readonly dependencyMap: Readonly<Record<string, unknown>>
  readonly serviceGraph: Readonly<Record<string, unknown>>
  readonly recommendedServices: readonly unknown[]
  readonly deploymentRecommendations: readonly unknown[]
  readonly deploymentStrategy: Strategy
  readonly confidenceScores: Readonly<Record<string, number>>
  readonly confidenceScore: number
  /** The same for the same finding, whatever the commit. */
  readonly contentHash: string
}

export interface IndicatorFile {
  readonly path: string
  readonly technologies: readonly string[]
  readonly confidence: number
  readonly services: readonly string[]
  readonly facts: readonly string[]
}

export function detectionsOf(topology: Topology): Detection[] {
  const services: Service[] = hideSecrets(topology.services.map(({ declared: _, ...service }) => service))
  const folders = [...new Set(services.map(({ path }) => path))].filter((path) => path !== '.').sort()
  return [
    detection('.', { topology, services, strategy: topology.strategy }),
    ...folders.map((folder) => {
      const own = services.filter(({ path }) => path === folder)
      return detection(folder, { topology, services: own, strategy: strategyOf(own) })
    }),
  ]
}

type Service = Omit<ServiceSpec, 'declared'>

interface Scope {
  readonly topology: Topology
  readonly services: readonly Service[]
  readonly strategy: Strategy
}

function detection(folderPath: string, { topology, services, strategy }: Scope): Detection {
  const names = new Set(services.map(({ name }) => name))
  const isWhole = folderPath === '.'
  const scores = services.map(({ confidence }) => confidence)
  const found = {
    folderPath,
    detectedPatterns: topology.patterns.filter((pattern) => isWhole || pattern.services.some((name) => names.has(name))),
    serviceIndicators: services.flatMap(({ evidence }) => evidence),
    dependencyMap: Object.fromEntries(
      services.map(({ name, dependsOn }) => [name, dependsOn.map(({ service, kind }) => ({ service, kind }))]),
    ),
    serviceGraph: graphOf(topology, names),
    recommendedServices: services,
    deploymentRecommendations: topology.recommendations.filter(
      ({ evidence }) => isWhole || evidence.some(({ path }) => isBelow(path, folderPath)),
    ),
    deploymentStrategy: strategy,
    confidenceScores: Object.fromEntries(services.map(({ name, confidence }) => [name, confidence])),
    confidenceScore: scores.length === 0 ? 0 : scores.reduce((sum, score) => sum + score, 0) / scores.length,
  }
  return { ...found, contentHash: createHash('sha256').update(JSON.stringify(found)).digest('base64url') }
}

/** What the services are, and whom they reach: their own neighbours included. */
function graphOf({ services, backing, startOrder }: Topology, names: ReadonlySet<string>): Readonly<Record<string, unknown>> {
  const edges = services.flatMap(({ name, dependsOn }) =>
    dependsOn.flatMap(({ service, kind }) => (names.has(name) || names.has(service) ? [{ from: name, to: service, kind }] : [])),
  )
  const reached = new Set([...names, ...edges.flatMap(({ from, to }) => [from, to])])
  return {
    nodes: [
      ...services.filter(({ name }) => reached.has(name)).map(({ name, path, type }) => ({ name, path, type })),
      ...backing
        .filter(({ name }) => reached.has(name))
        .map(({ name, kind, isExternal }) => ({ name, kind, external: isExternal ?? false })),
    ],
    edges,
    start_order: startOrder.filter((name) => names.has(name)),
  }
}

function strategyOf(services: readonly Service[]): Strategy {
  if (services.some(({ type }) => type === 'compose_stack')) return 'compose_stack'
  if (services.some(({ type }) => type === 'kubernetes')) return 'kubernetes'
  return services.length === 1 ? 'single_service' : 'custom'
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}

/** Every file that spoke for a service, with what it spoke for. */
export function indicatorFiles({ services }: Topology): IndicatorFile[] {
  const files = new Map<string, { technologies: Set<string>; confidence: number; services: Set<string>; facts: Set<string> }>()
  for (const service of services) {
    for (const { path, fact } of service.evidence) {
      const file = files.get(path) ?? { technologies: new Set(), confidence: 0, services: new Set(), facts: new Set() }
      for (const technology of [service.type, service.framework, service.packageManager])
        if (technology !== undefined) file.technologies.add(technology)
      file.confidence = Math.max(file.confidence, service.confidence)
      file.services.add(service.name)
      if (file.facts.size < factsAFile) file.facts.add(fact)
      files.set(path, file)
    }
  }
  return [...files].map(([path, { technologies, confidence, services: named, facts }]) => ({
    path,
    confidence,
    technologies: [...technologies].sort(),
    services: [...named].sort(),
    facts: [...facts],
  }))
}

const factsAFile = 20
