// One screen for people: a row a service with the reason, then what is no service, and what would make it better.
import { printable } from '../paths.ts'
import type { FolderRole, Recommendation, ServiceSpec, Topology } from '../topology.ts'
import { nothingWords } from './nothing.ts'
import { dependencyWords, kindWords, placeWords, reasonWords, sureWords } from './words.ts'

export interface TableOptions {
  /** Characters in a line; longer ones are cut. Default is no limit. */
  readonly width?: number
}

export function printTable(topology: Topology, { width }: TableOptions = {}): string {
  const { services, backing, folders, recommendations, warnings } = topology
  const sections = [
    `strategy: ${topology.strategy}`,
    services.length === 0 ? nothingWords(topology).join('\n') : printServices(services),
    ...section(
      'Backing services',
      backing.map(({ name, kind, evidence, isExternal }) => {
        const whose = isExternal === true ? ', not run by kyozo' : ''
        return `${name === kind ? name : `${name} (${kind})`}${whose}: ${reasonWords(evidence)}`
      }),
    ),
    ...section('Not services', printFolders(folders)),
    ...section('Recommendations', printRecommendations(recommendations)),
    ...section('Warnings', warnings),
  ]
  return `${sections.join('\n\n').split('\n').map(cutTo(width)).join('\n')}\n`
}

const header = ['name', 'path', 'type', 'port', 'build', 'depends on', 'sure', 'because']

function printServices(services: readonly ServiceSpec[]): string {
  const rows = [header, ...services.map(rowOf)].map((row) => row.map(printable))
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')
  return rows.map((row) => line(row).trimEnd()).join('\n')
}

function rowOf(service: ServiceSpec): string[] {
  return [
    service.name,
    service.path,
    kindWords(service),
    service.port === undefined ? '-' : String(service.port),
    service.build.kind,
    printDependencies(service),
    sureWords(service.confidence),
    reasonWords(service.evidence.slice(0, 1)),
  ]
}

/** Dependencies of one service that fit a column; explain and the JSON document have all. */
const shownDependencies = 3

function printDependencies({ dependsOn }: ServiceSpec): string {
  const strongestFirst = [...dependsOn].sort((a, b) => Number(b.kind === 'requires') - Number(a.kind === 'requires'))
  const shown = strongestFirst.slice(0, shownDependencies).map(dependencyWords)
  const rest = dependsOn.length - shown.length
  return [...shown, ...(rest > 0 ? [`+${rest}`] : [])].join(', ') || '-'
}

/** Folders of one role on one line. */
function printFolders(folders: readonly FolderRole[]): string[] {
  return [...Map.groupBy(folders, ({ role }) => role)].map(([role, same]) => {
    const shown = same.slice(0, shownPaths).map(({ path }) => printable(path))
    return `${role.replace('_', ' ')}: ${shown.join(', ')}${same.length > shownPaths ? ` and ${same.length - shownPaths} more` : ''}`
  })
}

/** Paths of one role that fit a line; the JSON document has all. */
const shownPaths = 6

/** One of each kind, with how many more there are; a stack of fifty has fifty of some. */
function printRecommendations(recommendations: readonly Recommendation[]): string[] {
  return [...Map.groupBy(recommendations, ({ code }) => code).values()].map(([first, ...others]) => {
    if (first === undefined) return ''
    const more = others.length === 0 ? '' : ` And ${others.length} more like it (kyozo analyze --json).`
    return `${oneLine(first.message)} ${oneLine(first.fix)}${placeWords(first.evidence[0])}${more}`
  })
}

/** Sentences are longer than names, and hold names. */
function oneLine(sentence: string): string {
  return sentence.replace(/[\p{C}\u2028\u2029]/gu, ' ')
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [[`${title}:`, ...lines.map((line) => `  ${line}`)].join('\n')]
}

function cutTo(width: number | undefined): (line: string) => string {
  return (line) =>
    width === undefined || line.length <= width || line.startsWith('  ') ? line : `${line.slice(0, Math.max(width - 1, 1))}…`
}
