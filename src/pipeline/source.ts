// Fetch and analyze: from a queued release to the stack that should run.
import { KyozoError } from '../errors.ts'
import { diffTrees } from '../git/diff-trees.ts'
import { readSource } from '../git/load-source-tree.ts'
import type { ObjectReader, TreeListing } from '../git/objects.ts'
import type { TreeDiff } from '../git/source-tree.ts'
import { keepingNames } from '../review/kept-names.ts'
import { type SourceContext, type Specified, specifyFromSource } from '../stack/from-source.ts'
import type { StackSpec } from '../stack/stack.ts'
import { type Environment, findEnvironmentByRef } from '../store/environments.ts'
import { updateRelease } from '../store/leases.ts'
import type { AnalysisMemory } from '../topology/incremental/memory.ts'
import { createMemory } from '../topology/incremental/memory.ts'
import { keptAnalysis } from './analyses.ts'
import type { Attempt } from './attempt.ts'
import { memoryOfFile } from './commit-back/memory.ts'
import { type EnvironmentSecrets, environmentSecrets, missingVariables } from './environment-secrets.ts'
import { followRename } from './follow-rename.ts'
import type { Kyozo } from './kyozo.ts'
import { Superseded } from './newer.ts'
import { fixedPorts } from './ports.ts'
import { saySharing, sharedGround } from './pull-requests/baseline.ts'
import { type PreviewGround, previewGround } from './pull-requests/ground.ts'
import { withDeclarationOf } from './pull-requests/ruling.ts'
import { readableSecrets } from './pull-requests/secrets.ts'
import { recordAnalysis } from './record-analysis.ts'
import { type RunningBefore, runningBefore } from './running-before.ts'
import { commitOf, tipOf } from './tip.ts'
import { declaredSettings } from './wishes.ts'

export interface FetchedSource {
  readonly reader: ObjectReader
  readonly listing: TreeListing
  readonly memory: AnalysisMemory
  readonly sha: string
  readonly diff: TreeDiff
  /** Of a preview. */
  readonly ground?: PreviewGround
}

/** The commit's files, and how they differ from the tree analyzed last for this environment. */
export async function fetchSource(attempt: Attempt, kyozo: Kyozo): Promise<FetchedSource> {
  const { release, workspace, environment } = attempt
  const reader = await kyozo.mirrors.reader(workspace.id)
  const found = release.options.ofLive ? await liveCommit(attempt, kyozo) : await tipOf(attempt, kyozo, environment.ref)
  const tip = found === release.sha ? found : await confirmedTip(attempt, kyozo, found)
  if (tip !== release.sha) throw new MovedOn(tip)
  const commit = await reader.readCommit(tip)
  attempt.say(`Release of ${tip.slice(0, 7)} (${commit.subject.slice(0, 72)}) to ${workspace.name} ${environment.name}`)
  const ground = await previewGround(attempt, kyozo)
  const kept = ground?.trust === 'fork' ? { listing: null, memory: createMemory() } : keptAnalysis(environment.id, kyozo)
  const own = await reader.listTree(commit.tree, kept.listing)
  const listing = ground?.trust === 'fork' ? withDeclarationOf(ground.ruling.listing, own) : own
  const base = kept.listing?.tree === environment.analyzedTree ? kept.listing : await baseListing(reader, environment.analyzedTree)
  kept.listing = listing
  const diff = diffTrees(base, listing)
  await updateRelease(kyozo.db, attempt.lease, { tree: commit.tree, diff: JSON.stringify(boundedDiff(diff)) })
  return { reader, listing, memory: kept.memory, sha: tip, diff, ...(ground === undefined ? {} : { ground }) }
}

/** The commit that was released last, whatever the branch points at by now. */
async function liveCommit(attempt: Attempt, kyozo: Kyozo): Promise<string> {
  const { release, environment } = attempt
  if (environment.analyzedTree !== null) await commitOf(attempt, kyozo, { sha: release.sha, tree: environment.analyzedTree })
  return release.sha
}

/**
 * Another commit than the one that was announced: most often the branch moved on, but perhaps the repository's name is another repository's now. A host
 * that cannot be asked delays nothing: nobody who takes a name over can keep it from answering.
 */
async function confirmedTip(attempt: Attempt, kyozo: Kyozo, tip: string): Promise<string> {
  const { workspace, environment } = attempt
  const renamed = await followRename(kyozo, workspace).catch(() => undefined)
  return renamed === undefined ? tip : tipOf({ ...attempt, workspace: renamed }, kyozo, environment.ref)
}

/** The branch points elsewhere by now: this release ends, and one of the tip takes its place. */
export class MovedOn extends Superseded {}

/** The tree analyzed last may be gone after a force push and a repack: then everything counts as new. */
async function baseListing(reader: ObjectReader, tree: string | null): Promise<TreeListing | null> {
  if (tree === null) return null
  try {
    return await reader.listTree(tree)
  } catch (error) {
    if (error instanceof KyozoError && error.code === 'repository_corrupt') return null
    throw error
  }
}

/** A first commit may hold 200,000 paths; what is stored and shown is cut. */
export const storedPaths = 1_000

function boundedDiff(diff: TreeDiff): TreeDiff {
  return {
    base: diff.base,
    added: diff.added.slice(0, storedPaths),
    modified: diff.modified.slice(0, storedPaths),
    removed: diff.removed.slice(0, storedPaths),
    renamed: diff.renamed.slice(0, storedPaths),
  }
}

export interface AnalyzedSource extends Specified {
  readonly secrets: EnvironmentSecrets
}

/** Topology and stack of the fetched commit; stored with the release before anything is done with them. */
export async function analyzeSource(attempt: Attempt, kyozo: Kyozo, fetched: FetchedSource): Promise<AnalyzedSource> {
  const { ground } = fetched
  const secrets = await environmentSecrets(kyozo, attempt.environment, {
    commit: fetched,
    ...(ground === undefined ? {} : { readable: readableSecrets(ground) }),
  })
  attempt.redactAlso(secrets.values)
  const branch = await branchOf(attempt, kyozo, ground)
  const context = await specifyingContext(attempt, kyozo, { fetched, secrets, branch })
  const shared = await sharedGround(attempt, kyozo, { ground, branch })
  const running = await runningBefore(kyozo.db, { ...fetched, environment: branch })
  const start = performance.now()
  const { answer } = await readSource(fetched.reader, { ...fetched.listing, memory: fetched.memory }, (tree) => {
    const whole = keepingNames((keptNames) => specifyFromSource(tree, { ...context, keptNames }), running)
    // Under which names services go on is found out of all of them.
    return shared === undefined ? whole : specifyFromSource(tree, { ...context, ...shared, keptNames: whole.stack.keptNames ?? {} })
  })
  const durationMs = performance.now() - start
  const { topology, stack } = answer
  await kyozo.db.transaction().execute(async (trx) => {
    // What is live was looked at when it arrived: it says nothing of where the branch is now.
    if (attempt.release.options.ofLive === undefined && ground === undefined)
      await recordAnalysis(trx, { ...fetched, workspace: attempt.workspace, ref: attempt.environment.ref, topology, durationMs })
    await updateRelease(trx, attempt.lease, { topology: JSON.stringify(topology), stackSpec: JSON.stringify(stack) })
  })
  sayKept(attempt, stack, running)
  saySharing(attempt, stack)
  sayMissing(attempt, answer, secrets)
  return { ...answer, secrets }
}

/** The environment of the branch that it is on, or is to be merged into; undefined when that has none. */
async function branchOf(
  { environment, workspace }: Attempt,
  { db }: Kyozo,
  ground: PreviewGround | undefined,
): Promise<Environment | undefined> {
  return ground === undefined ? environment : findEnvironmentByRef(db, workspace.id, ground.pullRequest.baseRef)
}

interface Specifying {
  readonly fetched: FetchedSource
  readonly secrets: EnvironmentSecrets
  readonly branch: Environment | undefined
}

async function specifyingContext(attempt: Attempt, kyozo: Kyozo, { fetched, secrets, branch }: Specifying): Promise<SourceContext> {
  const { ground } = fetched
  const { workspace } = attempt
  return {
    templates: kyozo.templates,
    identity: attempt.identity,
    revision: fetched.sha,
    release: attempt.release.id,
    generation: attempt.lease.generation,
    healthDeadlineMs: kyozo.config.healthDeadlineMs,
    memory: fetched.memory,
    committed: await memoryOfFile(kyozo.db, { workspaceId: workspace.id, environmentId: branch?.id ?? null, ...fetched }),
    availableSecrets: secrets.available,
    fixedPorts: await fixedPorts(attempt, kyozo),
    settings: declaredSettings(attempt.wishes),
    defaultLimits: workspace.defaultResourceLimits,
    ...(ground === undefined ? {} : { preview: { trust: ground.trust, memory: ground.rules.memory, cpu: ground.rules.cpu } }),
  }
}

function sayKept(attempt: Attempt, { keptNames = {} }: StackSpec, { before }: RunningBefore): void {
  for (const [name, folder] of Object.entries(keptNames))
    if (before?.stack.keptNames?.[name] !== folder) attempt.say(`  ${name} is in ${folder} now, and keeps its name`)
}

/** It may start all the same; if it does not, this is why. */
function sayMissing(attempt: Attempt, { topology, stack }: Specified, { available }: EnvironmentSecrets): void {
  for (const { service, variables } of missingVariables({ topology, stack, available }))
    attempt.say(`  ${service} needs ${variables.join(', ')}, which nobody sets; set a secret of that name`)
}
