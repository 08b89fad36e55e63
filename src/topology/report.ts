// A topology for others to read: the JSON document of `kyozo analyze --json`, and one screen of text for people. docs/contract.md has the keys.
import { printable } from './paths.ts'
import type { Dependency, Evidence, FolderRole, Recommendation, ServiceSpec, Strategy, Topology } from './topology.ts'

export interface ReportInput {
  /** What was analyzed; `sha` is null for a folder that is no commit. */
  readonly revision: { readonly sha: string | null; readonly tree: string }
  readonly files: number
  readonly durationMs: number
}

/** The document of `kyozo analyze --json`. Paths are relative, "." for the root. */
export interface TopologyReport {
  readonly schemaVersion: 1
  readonly revision: { readonly sha: string | null; readonly tree: string }
  readonly files: number
  readonly durationMs: number
  readonly strategy: Strategy
  readonly services: readonly ServiceSpec[]
  readonly backing: Topology['backing']
  readonly folders: readonly FolderRole[]
  readonly recommendations: readonly Recommendation[]
  readonly startOrder: readonly string[]
  readonly warnings: readonly string[]
}

export function reportTopology(topology: Topology, { revision, files, durationMs }: ReportInput): TopologyReport {
  const { strategy, services, backing, folders, recommendations, startOrder, warnings } = topology
  return {
    schemaVersion: 1,
    revision,
    files,
    durationMs: Math.round(durationMs),
    strategy,
    services,
    backing,
    folders,
    recommendations,
    startOrder,
    warnings,
  }
}

/** One screen for people. Names come from a repository, so nothing in them can move the cursor. */
export function printTopology(topology: Topology): string {
  const sections = [
    `strategy: ${topology.strategy}`,
    topology.services.length === 0 ? 'No folder is a service.' : printTable(topology.services),
    ...section(
      'Backing services',
      topology.backing.map(({ name, kind, evidence }) => `${name} (${kind}): ${because(evidence)}`),
    ),
    ...section('Not services', printFolders(topology.folders)),
    ...section(
      'Recommendations',
      topology.recommendations.map(({ message, fix, evidence }) => `${message} ${fix}${at(evidence[0])}`),
    ),
    ...section('Warnings', topology.warnings),
  ]
  return `${sections.join('\n\n')}\n`
}

const header = ['name', 'path', 'type', 'port', 'build', 'depends on', 'sure', 'because']

function printTable(services: readonly ServiceSpec[]): string {
  const rows = [header, ...services.map(rowOf)].map((row) => row.map(printable))
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function rowOf(service: ServiceSpec): string[] {
  return [
    service.name,
    service.path,
    service.framework === undefined ? service.type : `${service.type}/${service.framework}`,
    service.port === undefined ? '-' : String(service.port),
    service.build.kind,
    service.dependsOn.map(printDependency).join(', ') || '-',
    `${Math.round(service.confidence * 100)}%`,
    because(service.evidence.slice(0, 1)),
  ]
}

function printDependency({ service, kind }: Dependency): string {
  return kind === 'requires' ? service : `${service} (${kind})`
}

/** Folders of one role on one line. */
function printFolders(folders: readonly FolderRole[]): string[] {
  const byRole = Map.groupBy(folders, ({ role }) => role)
  return [...byRole].map(([role, same]) => {
    const shown = same.slice(0, shownPaths).map(({ path }) => printable(path))
    return `${role.replace('_', ' ')}: ${shown.join(', ')}${same.length > shownPaths ? ` and ${same.length - shownPaths} more` : ''}`
  })
}

/** Paths of one role that fit a line; the JSON document has all. */
const shownPaths = 6

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [[`${title}:`, ...lines.map((line) => `  ${line}`)].join('\n')]
}

function because(evidence: readonly Evidence[]): string {
  const [first] = evidence
  return first === undefined ? '-' : `${printable(first.fact)}${at(first)}`
}

function at(evidence: Evidence | undefined): string {
  if (evidence === undefined) return ''
  return ` (${printable(evidence.path)}${evidence.line === undefined ? '' : `:${evidence.line}`})`
}
