// What does this commit hold? Pure: the same tree gives the same answer, on a laptop, on the server and in a pull request's check.
import { KyozoError } from '../errors.ts'
import type { SourceTree } from '../git/source-tree.ts'
import { readDeclaration } from './declaration/declaration.ts'
import { foldersOf } from './folders.ts'
import { type AnalysisMemory, createMemory } from './incremental/memory.ts'
import { markedFoldersLimit, toldServicesLimit } from './limits.ts'
import { markedDetectors } from './marks.ts'
import { findMisspelt } from './misspelt.ts'
import { explainNothing } from './nothing.ts'
import { findPatterns } from './patterns.ts'
import { recommend } from './recommendations/recommend.ts'
import { dependenciesOf, linkDrafts } from './relations/dependencies.ts'
import { findEntrances } from './relations/entrances.ts'
import { orderStart } from './relations/order.ts'
import { linkPackages } from './relations/packages.ts'
import { openRepository } from './repository.ts'
import { draftServices } from './services.ts'
import { specifyService } from './specify.ts'
import { chooseStrategy } from './strategy.ts'
import type { Topology } from './topology.ts'
import { type Decision, decideFolders } from './weigh.ts'

export interface AnalyzeOptions {
  /** What to call a service at the root, such as the repository's name. Default is the name in its manifest, else `app`. */
  readonly rootName?: string
  /** What to call it when its manifest has no name either. Default is `app`. */
  readonly fallbackName?: string
  /** What earlier analyses left; only what depends on a change since is computed again. The answer is the same without it. Default is nothing. */
  readonly memory?: AnalysisMemory | undefined
}

/**
 * Analyzes a commit. Contents are asked for through `tree.text`; while `tree.wanted` is not empty the answer is provisional: load what is
 * wanted and analyze again. Throws `declaration_invalid`, and, once nothing is wanted, `topology_too_large` and `dependency_cycle`.
 */
export function analyze(tree: SourceTree, options: AnalyzeOptions = {}): Topology {
  const declared = readDeclaration(tree)
  const ignore = declared.declaration.ignore ?? []
  const kept = Object.values(declared.declaration.services ?? {}).flatMap(({ path }) => path ?? [])
  const { memory = createMemory() } = options
  const repository = openRepository(tree, { ignore, kept, memory })

  const marked = [...repository.folders.values()].filter((folder) => markedDetectors(folder).length > 0)
  if (marked.length > markedFoldersLimit) throw tooLarge(`${marked.length} folders that may be services`, markedFoldersLimit)
  const packages = linkPackages(repository)
  const decision = withoutIgnoredRoot(decideFolders(repository, packages), ignore)
  const drafts = draftServices({ decision, declared, repository }, options)
  if (drafts.length > toldServicesLimit && isFinal(tree)) throw tooLarge(`${drafts.length} services`, toldServicesLimit)

  const linked = linkDrafts(drafts, { decision, declared, repository, packages })
  const { links, backing } = linked
  const services = drafts.map((draft) => dependenciesOf(specifyService(draft, { repository, packages, declared }), linked))
  return {
    strategy: chooseStrategy(services),
    services,
    backing,
    folders: foldersOf({ services, decision, drafts }, { repository, packages }),
    recommendations: [...findMisspelt(repository), ...recommend({ services, backing, repository })],
    patterns: findPatterns(services, findEntrances(services, repository)),
    startOrder: orderStart(
      services.map(({ name }) => name),
      links,
    ),
    warnings: repository.warnings(),
    ...(services.length === 0 && isFinal(tree) ? { nothing: explainNothing(repository, decision) } : {}),
  }
}

/** `ignore: ["."]` speaks of the root alone: what lies below it is still looked at. */
function withoutIgnoredRoot(decision: Decision, ignore: readonly string[]): Decision {
  if (!ignore.some((glob) => glob === '.' || glob === './')) return decision
  return { ...decision, candidates: decision.candidates.filter(({ path }) => path !== '.') }
}

/** Whether every text that the answer rests on was there. An error from half of them might be none. */
export function isFinal(tree: SourceTree): boolean {
  return tree.wanted.size === 0
}

function tooLarge(held: string, limit: number): KyozoError {
  return new KyozoError('topology_too_large', `The commit holds ${held}; kyozo tells at most ${limit} apart.`, {
    hint: 'Leave folders out with `ignore` in kyozo.yaml, or split the repository.',
  })
}
