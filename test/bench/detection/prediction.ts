// What `kyozo analyze` answers for one case, in the form that is scored.
import { readSource } from '../../../src/git/load-source-tree.ts'
import { openFolder } from '../../../src/git/open-folder.ts'
import { analyze } from '../../../src/topology/analyze.ts'
import type { Evidence, ServiceType, Topology } from '../../../src/topology/topology.ts'

export interface PredictedService {
  readonly path: string
  readonly type: ServiceType
  readonly framework?: string | undefined
  readonly port?: number | undefined
  readonly confidence: number
  /** A sibling's folder, or `@kind` of a backing service. */
  readonly dependsOn: readonly string[]
  readonly evidence: readonly Evidence[]
}

export interface Prediction {
  readonly ms: number
  readonly services: readonly PredictedService[]
  /** Folders that are no services, with what they are. */
  readonly roles: ReadonlyMap<string, string>
  readonly error?: string
}

export async function predict(folder: string): Promise<Prediction> {
  const start = performance.now()
  try {
    const opened = await openFolder(folder)
    const { answer } = await readSource(opened.reader, opened.listing, (tree) => analyze(tree))
    const ms = performance.now() - start
    return { ms, services: servicesOf(answer), roles: new Map(answer.folders.map(({ path, role }) => [path, role])) }
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    return { ms: performance.now() - start, services: [], roles: new Map(), error: text }
  }
}

function servicesOf({ services, backing }: Topology): PredictedService[] {
  const targets = new Map([
    ...backing.map(({ name, kind }) => [name, `@${kind}`] as const),
    ...services.map(({ name, path }) => [name, path] as const),
  ])
  return services.map(({ path, type, framework, port, confidence, dependsOn, evidence }) => ({
    path,
    type,
    framework,
    port,
    confidence,
    evidence,
    dependsOn: dependsOn.filter(({ kind }) => kind !== 'conflicts').map(({ service }) => targets.get(service) ?? service),
  }))
}
