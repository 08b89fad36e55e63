// A topology for programs: the JSON document of `kyozo analyze --json`. docs/contract.md has the keys, schema.ts their shapes.
import type { ServiceSpec, Topology } from '../topology.ts'
import { hideSecrets } from './hide-secrets.ts'

export interface ReportInput {
  /** What was analyzed; `sha` is null for a folder that is no commit. */
  readonly revision: { readonly sha: string | null; readonly tree: string }
  readonly files: number
  readonly durationMs: number
}

/** The document of `kyozo analyze --json`. Paths are relative, "." for the root. */
export interface TopologyReport extends ReportInput, Omit<Topology, 'services'> {
  readonly schemaVersion: 1
  readonly services: readonly Omit<ServiceSpec, 'declared'>[]
}

export function reportTopology(topology: Topology, { revision, files, durationMs }: ReportInput): TopologyReport {
  const services = topology.services.map(({ declared: _, ...service }) => service)
  return { schemaVersion: 1, revision, files, durationMs: Math.round(durationMs), ...topology, services: hideSecrets(services) }
}
