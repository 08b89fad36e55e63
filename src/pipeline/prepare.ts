// What a release is to run: the stack of its commit, or, when a person goes back, the stack that an earlier release kept.
import { KyozoError } from '../errors.ts'
import type { ObjectReader, TreeListing } from '../git/objects.ts'
import type { TreeDiff } from '../git/source-tree.ts'
import { short } from '../release/verdict.ts'
import { stackOfRelease } from '../stack/again.ts'
import type { Specified } from '../stack/from-source.ts'
import { updateRelease } from '../store/leases.ts'
import { findRelease, type Release } from '../store/releases.ts'
import type { Attempt } from './attempt.ts'
import { type EnvironmentSecrets, environmentSecrets } from './environment-secrets.ts'
import type { Kyozo } from './kyozo.ts'
import type { PreviewGround } from './pull-requests/ground.ts'
import { type ReleaseValues, valuesOfRelease } from './release-values.ts'
import { analyzeSource, fetchSource } from './source.ts'
import { commitOf } from './tip.ts'

export interface Prepared extends Pick<Specified, 'stack' | 'environments'> {
  /** What the commit holds; null where that was not kept. */
  readonly topology: Specified['topology'] | null
  /** compose.kyozo.yaml of the commit; null where nobody looks at it. */
  readonly committed: Specified['committed'] | null
  readonly tree: string
  /** Of a preview whose commit was fetched. */
  readonly ground: PreviewGround | undefined
  readonly secrets: EnvironmentSecrets
  /** The values that the release of then ran with. Default is those of today. */
  readonly valuesOfThen?: ReleaseValues
  readonly diff: TreeDiff
  /** Whether the commit has anything in a folder. */
  readonly hasFolder: (folder: string) => boolean
  /** Said for everything that changes, where the commit's files do not tell it. Default is what they tell. */
  readonly because?: string
  /** The commit's files, for an image that has to be built. */
  readonly source: () => Promise<BuildSource>
}

export interface BuildSource {
  readonly reader: ObjectReader
  readonly listing: TreeListing
}

export function prepare(attempt: Attempt, kyozo: Kyozo): Promise<Prepared> {
  const { release, environment } = attempt
  const { rollbackTo, ofLive, analyze, currentSecrets } = release.options
  const by = release.triggeredBy
  if (rollbackTo !== undefined)
    return fromRelease(attempt, kyozo, {
      ...{ id: rollbackTo, saying: 'Going back to', because: `${by} went back` },
      values: currentSecrets === true ? 'of today' : 'of then',
    })
  // What nobody changed must not change because kyozo was upgraded since.
  if (ofLive && !analyze && environment.liveReleaseId !== null)
    return fromRelease(attempt, kyozo, { id: environment.liveReleaseId, saying: 'Staying at', values: 'of then' })
  return fromCommit(attempt, kyozo)
}

interface Earlier {
  readonly id: string
  readonly saying: string
  readonly values: 'of then' | 'of today'
  /** Default is what the plan finds out. */
  readonly because?: string
}

async function fromCommit(attempt: Attempt, kyozo: Kyozo): Promise<Prepared> {
  const fetched = await attempt.stage('fetch', () => fetchSource(attempt, kyozo))
  const { stack, topology, committed, environments, secrets } = await attempt.stage('analyze', () => analyzeSource(attempt, kyozo, fetched))
  return {
    stack,
    topology,
    committed,
    environments,
    secrets,
    tree: fetched.listing.tree,
    diff: fetched.diff,
    ground: fetched.ground,
    hasFolder: (folder) => fetched.listing.folders.has(folder),
    source: async () => fetched,
  }
}

/** Nothing is fetched and nothing is analyzed: what was good once is started again, and only an image that is gone needs the commit. */
async function fromRelease(attempt: Attempt, kyozo: Kyozo, { id, saying, because, values }: Earlier): Promise<Prepared> {
  const { release, lease, environment } = attempt
  const earlier = await keptRelease(attempt, kyozo, id)
  attempt.say(`${saying} ${short(earlier.sha)} in ${attempt.workspace.name} ${environment.name}, as ${release.triggeredBy} asked`)
  const kept = values === 'of today' ? undefined : await valuesOfRelease(kyozo, id)
  const secrets = await secretsOfRelease(attempt, kyozo, { earlier, kept })
  // Staying at what is live with values that were not kept changes nothing: its containers have what they have.
  const withOthers = kept === undefined && because !== undefined
  if (withOthers)
    attempt.say(values === 'of today' ? 'With the values of today, as asked' : 'With the values of today: those of then were not kept')
  const stack = stackOfRelease(earlier.stackSpec, {
    ...{ identity: attempt.identity, release: release.id, revision: earlier.sha, generation: lease.generation },
    ...(withOthers ? { secrets: secrets.available } : {}),
  })
  const diff: TreeDiff = { base: environment.analyzedTree, added: [], modified: [], removed: [], renamed: [] }
  await updateRelease(kyozo.db, lease, {
    tree: earlier.tree,
    topology: earlier.topology === null ? null : JSON.stringify(earlier.topology),
    stackSpec: JSON.stringify(stack),
    diff: JSON.stringify(diff),
  })
  let source: Promise<BuildSource> | undefined
  return {
    stack,
    topology: earlier.topology,
    committed: null,
    ground: undefined,
    environments: {},
    secrets,
    ...(kept === undefined ? {} : { valuesOfThen: kept }),
    tree: earlier.tree,
    diff,
    // Who goes back has said what is to run: a service that the earlier release did not have goes.
    hasFolder: () => false,
    ...(because === undefined ? {} : { because: `${because} to ${short(earlier.sha)}` }),
    source: () => {
      source ??= earlierSource(attempt, kyozo, earlier)
      return source
    },
  }
}

/** Where the values of then are not there, those of now: what was read from files of the commit is read from them again, and only then is it needed. */
async function secretsOfRelease(
  attempt: Attempt,
  kyozo: Kyozo,
  { earlier, kept }: { readonly earlier: KeptRelease; readonly kept: ReleaseValues | undefined },
): Promise<EnvironmentSecrets> {
  // A preview may read what it was allowed to read then.
  const names = [...new Set(earlier.stackSpec.services.flatMap(({ secrets = [] }) => secrets))]
  const readable = { own: true, ofWorkspace: names }
  const set = await environmentSecrets(kyozo, attempt.environment, { readable })
  attempt.redactAlso(set.values)
  const { services } = earlier.stackSpec
  const given = set.valuesFor(earlier.stackSpec)
  const isComplete = services.every(({ name, secrets = [] }) => secrets.every((secret) => given[name]?.[secret] !== undefined))
  if (kept !== undefined || isComplete) return set
  const reader = await commitOf(attempt, kyozo, earlier)
  const commit = { reader, listing: await reader.listTree(earlier.tree) }
  const all = await environmentSecrets(kyozo, attempt.environment, { commit, readable })
  attempt.redactAlso(all.values)
  return all
}

type KeptRelease = Release & { readonly stackSpec: NonNullable<Release['stackSpec']>; readonly tree: string }

async function keptRelease(attempt: Attempt, kyozo: Kyozo, id: string): Promise<KeptRelease> {
  const earlier = await findRelease(kyozo.db, id)
  if (earlier?.environmentId === attempt.environment.id && earlier.stackSpec !== null && earlier.tree !== null)
    return earlier as KeptRelease
  throw new KyozoError('revision_not_found', 'the release to go back to is not kept any more', { hint: 'choose another one' })
}

/** An image that was removed meanwhile is built from the commit that the release recorded, before anything is touched. */
async function earlierSource(attempt: Attempt, kyozo: Kyozo, earlier: KeptRelease): Promise<BuildSource> {
  attempt.say(`An image of ${short(earlier.sha)} is gone and is built again`)
  try {
    const reader = await commitOf(attempt, kyozo, earlier)
    return { reader, listing: await reader.listTree(earlier.tree) }
  } catch (error) {
    if (!(error instanceof KyozoError) || (error.code !== 'repository_corrupt' && error.code !== 'revision_not_found')) throw error
    throw new KyozoError('revision_not_found', `an image of ${short(earlier.sha)} is gone, and so is the commit that it was built from`, {
      hint: `choose another release, or push ${short(earlier.sha)} again`,
      cause: error,
    })
  }
}
