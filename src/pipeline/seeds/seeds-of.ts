// The seeds that a preview needs now, by the kyozo.yaml and the files of the branch that rules it.
import { KyozoError } from '../../errors.ts'
import { type PlannedSeed, planSeeds } from '../../stack/seeds/plan-seeds.ts'
import type { StackSpec } from '../../stack/stack.ts'
import { findEnvironmentByRef } from '../../store/environments.ts'
import { findRelease } from '../../store/releases.ts'
import type { Attempt } from '../attempt.ts'
import type { Kyozo } from '../kyozo.ts'
import { ReleaseFailure } from '../outcomes.ts'
import { type PreviewGround, previewGround } from '../pull-requests/ground.ts'
import type { CommitRead, RulingBranch } from '../pull-requests/ruling.ts'
import { assertTemplate } from './template.ts'

export interface Seeds {
  readonly planned: readonly PlannedSeed[]
  readonly ruling: RulingBranch
}

export interface SeedsInput {
  readonly stack: StackSpec
  readonly ground: PreviewGround | undefined
  readonly missing: ReadonlySet<string>
}

/** Throws everything that is wrong with them, each in its own words. Undefined when there are none. */
export async function seedsOf(attempt: Attempt, kyozo: Kyozo, { stack, missing, ...known }: SeedsInput): Promise<Seeds | undefined> {
  const ground = known.ground ?? (await previewGround(attempt, kyozo))
  if (ground === undefined || Object.keys(ground.rules.seeds).length === 0) return undefined
  const { ruling } = ground
  const { seeds, problems, remarks } = planSeeds({
    seeds: ground.rules.seeds,
    branch: ruling.branch,
    stack,
    missing,
    isFork: ground.trust === 'fork',
    live: new Set(attempt.live.keys()),
    ofBranch: await servicesOf(kyozo, attempt.workspace.id, ruling.ref),
    hasFile: (path) => isFile(ruling, path),
  })
  for (const remark of remarks) attempt.say(`  ${remark}`)
  const failures = problems.map(({ service, message, hint }) => new KyozoError('seed_failed', message, { service, hint }))
  const unusable = await Promise.all(seeds.map((seed) => templateFailure(attempt, kyozo, seed)))
  const all = [...failures, ...unusable.filter((failure) => failure !== undefined)]
  if (all.length > 0) throw new ReleaseFailure(all)
  return { planned: seeds, ruling }
}

export function isFile({ listing }: Pick<CommitRead, 'listing'>, path: string): boolean {
  const mode = listing.entries.get(path)?.mode
  return mode === '100644' || mode === '100755'
}

/** What runs of a branch. */
async function servicesOf({ db }: Kyozo, workspaceId: string, ref: string): Promise<ReadonlySet<string>> {
  const environment = await findEnvironmentByRef(db, workspaceId, ref)
  const live = environment?.liveReleaseId == null ? undefined : await findRelease(db, environment.liveReleaseId)
  return new Set(live?.stackSpec?.services.map(({ name }) => name))
}

async function templateFailure(attempt: Attempt, kyozo: Kyozo, seed: PlannedSeed): Promise<KyozoError | undefined> {
  try {
    await assertTemplate(attempt, kyozo, seed)
    return undefined
  } catch (error) {
    if (error instanceof KyozoError && error.code === 'seed_failed') return error
    throw error
  }
}
