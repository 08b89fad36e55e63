// Why one folder of a commit is what it is: which detectors looked, what each found, and what would change the answer. Pure.
import { KyozoError } from '../errors.ts'
import type { SourceTree } from '../git/source-tree.ts'
import { type AnalyzeOptions, analyze, isFinal } from './analyze.ts'
import { confidence, confidenceThreshold, evidenceOf } from './claim.ts'
import { readDeclaration } from './declaration/declaration.ts'
import { detectors } from './detectors/index.ts'
import { markedDetectors } from './marks.ts'
import { ancestorsOf, baseName, isWithin, printable } from './paths.ts'
import { recommendEach } from './recommendations/recommend.ts'
import { linkPackages } from './relations/packages.ts'
import { hideSecrets } from './report/hide-secrets.ts'
import { openRepository, type Repository } from './repository.ts'
import type { Evidence, FolderRole, Recommendation, ServiceSpec, ServiceType, Topology } from './topology.ts'
import { decideFolders } from './weigh.ts'

export interface FolderExplanation {
  readonly path: string
  readonly answer: FolderAnswer
  /** Every detector, the surest first; one that found none of its files did not look. */
  readonly detectors: readonly DetectorReading[]
  /** What would make the folder a service, or a better one. Sentences. */
  readonly advice: readonly string[]
}

export type FolderAnswer =
  | { readonly kind: 'service'; readonly services: readonly ServiceSpec[] }
  | { readonly kind: 'role'; readonly role: FolderRole['role']; readonly at: string; readonly evidence: readonly Evidence[] }
  | { readonly kind: 'part'; readonly of: string; readonly at: string }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'nothing' }

export interface DetectorReading {
  readonly type: ServiceType
  readonly title: string
  readonly marks: readonly string[]
  /** Null when the detector made no claim. */
  readonly confidence: number | null
  readonly hasLooked: boolean
  readonly evidence: readonly Evidence[]
}

/** Explains a folder, or the folder of a file. Throws `not_found` once everything is loaded and the commit has no such path. */
export function explainFolder(
  tree: SourceTree,
  asked: string,
  options: Pick<AnalyzeOptions, 'rootName' | 'fallbackName'> = {},
): FolderExplanation {
  const path = folderOf(tree, asked)
  const topology = analyze(tree, options)
  const { declaration } = readDeclaration(tree)
  const kept = Object.values(declaration.services ?? {}).flatMap((service) => service.path ?? [])
  const repository = openRepository(tree, { ignore: declaration.ignore ?? [], kept })
  const answer = answerFor(path, topology, repository)
  const readings = readDetectors(path, repository)
  return { path, answer, detectors: readings, advice: adviceFor(path, { answer, readings, topology, repository }) }
}

function folderOf(tree: SourceTree, asked: string): string {
  if (asked === '.' || tree.folders.has(asked)) return asked
  if (tree.entries.has(asked)) return ancestorsOf(asked)[0]!
  if (!isFinal(tree)) return '.'
  throw new KyozoError('not_found', `the commit has no ${printable(asked)}`, {
    hint: 'name a folder or file of the repository, as committed',
  })
}

function answerFor(path: string, topology: Topology, repository: Repository): FolderAnswer {
  const services = topology.services.filter((service) => service.path === path).map(({ declared: _, ...service }) => service)
  if (services.length > 0) return { kind: 'service', services: hideSecrets(services) }
  const above = [path, ...ancestorsOf(path)]
  const role = above.flatMap((at) => topology.folders.filter((folder) => folder.path === at && (at === path || at !== '.')))[0]
  const around = above.flatMap((at) => topology.services.filter((service) => service.path === at))[0]
  if (role !== undefined && (around === undefined || isWithin(role.path, around.path)))
    return { kind: 'role', role: role.role, at: role.path, evidence: role.evidence }
  if (around !== undefined) return { kind: 'part', of: around.name, at: around.path }
  return repository.folders.has(path) ? { kind: 'nothing' } : { kind: 'ignored' }
}

/** Detectors of one type are told as one: a claim says its type, not who made it. */
function readDetectors(path: string, repository: Repository): DetectorReading[] {
  const claims = decideFolders(repository, linkPackages(repository)).claims.get(path) ?? []
  const folder = repository.folders.get(path)
  const marked = new Set(folder === undefined ? [] : markedDetectors(folder))
  return [...Map.groupBy(detectors, ({ type }) => type)]
    .map(([type, same]) => {
      const claim = claims.find((candidate) => candidate.type === type)
      return {
        type,
        title: same[0]?.title ?? type,
        marks: [...new Set(same.flatMap(({ marks }) => marks))],
        confidence: claim === undefined ? null : confidence(claim.signs),
        hasLooked: claim !== undefined || same.some((detector) => marked.has(detector)),
        evidence: claim === undefined ? [] : evidenceOf(claim.signs),
      }
    })
    .sort((a, b) => (b.confidence ?? -1) - (a.confidence ?? -1) || Number(b.hasLooked) - Number(a.hasLooked))
}

interface Found {
  readonly answer: FolderAnswer
  readonly readings: readonly DetectorReading[]
  readonly topology: Topology
  readonly repository: Repository
}

function adviceFor(path: string, found: Found): string[] {
  const { answer, readings } = found
  switch (answer.kind) {
    case 'service':
      return recommendationsFor(answer.services, found).map(({ message, fix }) => `${message} ${fix}`)
    case 'ignored':
      return ['kyozo.yaml or a rule about names leaves it out; `ignore` in kyozo.yaml lists the former.']
    case 'part':
      return [`It ships with ${answer.of}. ${declareIt(path)}`]
    case 'role':
      return [declareIt(path)]
    case 'nothing': {
      const best = readings.find((reading) => reading.confidence !== null)
      if (best === undefined) return [`No detector knows a file in it. ${declareIt(path)}`]
      return [
        `${best.title} is ${percent(best.confidence ?? 0)} sure; a service needs ${percent(confidenceThreshold)}. A start command, a Procfile or a Dockerfile settles it.`,
        declareIt(path),
      ]
    }
  }
}

/** What is advised to these services' folders, and to no other that lies in them. */
function recommendationsFor(services: readonly ServiceSpec[], { topology, repository }: Found): Recommendation[] {
  const facts = new Set(services.flatMap((service) => service.evidence.map((evidence) => evidence.path)))
  const isInside = (place: Evidence) => services.some((service) => service.path !== '.' && isWithin(place.path, service.path))
  const all = recommendEach({ services: topology.services, backing: topology.backing, repository })
  return all.filter(({ evidence: [place] }) => place !== undefined && (facts.has(place.path) || isInside(place)))
}

function declareIt(path: string): string {
  const name =
    path === '.'
      ? 'app'
      : baseName(path)
          .toLowerCase()
          .replace(/[^a-z0-9-]+/g, '-')
  return `If it is a service, say so in kyozo.yaml: services: {${name}: {path: ${JSON.stringify(path)}}}`
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`
}
