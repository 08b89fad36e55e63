// The facts that verdicts rest on, read from the environment's live release.
import { verdictOf } from '../release/verdict.ts'
import { hostOf } from '../stack/lives-in.ts'
import type { StackService } from '../stack/stack.ts'
import type { Executor } from '../store/database.ts'
import type { Environment } from '../store/environments.ts'
import { findRelease, type Release, type ReleaseVerdict, releaseServices } from '../store/releases.ts'

/** A service as the live release runs it. */
export interface LiveService {
  readonly spec: StackService
  /** The commit whose image and configuration run. */
  readonly sha: string
  readonly url?: string
  /** The service in whose namespace it lives. */
  readonly livesIn?: string
  /** The live release's generation, where that release made all its containers anew. */
  readonly sinceGeneration?: number
}

/** What runs in an environment, by service; empty before the first live release. */
export async function liveServices(
  db: Executor,
  environment: Pick<Environment, 'liveReleaseId'>,
): Promise<ReadonlyMap<string, LiveService>> {
  if (environment.liveReleaseId === null) return new Map()
  const release = await findRelease(db, environment.liveReleaseId)
  const verdicts = new Map((await releaseServices(db, environment.liveReleaseId)).map((row) => [row.service, row]))
  const made = release === undefined ? new Set() : madeAnew(release)
  return new Map(
    (release?.stackSpec?.services ?? []).map((spec) => {
      const verdict = verdicts.get(spec.name)
      const since = made.has(spec.name) && release!.generation !== null ? { sinceGeneration: release!.generation } : {}
      const host = hostOf(release!.stackSpec!.document.services[spec.name])
      const home = { ...(verdict?.url ? { url: verdict.url } : {}), ...(host === undefined ? {} : { livesIn: host }) }
      return [spec.name, { spec, sha: verdict?.sinceSha ?? release!.sha, ...home, ...since }]
    }),
  )
}

function madeAnew({ plan }: Pick<Release, 'plan'>): ReadonlySet<string> {
  const made = (plan?.operations ?? []).filter(({ kind }) => kind === 'start' || kind === 'replace_beside' || kind === 'replace_stop_first')
  return new Set(made.flatMap((operation) => ('service' in operation ? [operation.service] : [])))
}

interface Ended {
  /** Default is one that nobody has begun with. */
  readonly release?: Pick<Release, 'stackSpec'>
}

/** The services that an earlier try of the release found in its commit, and those that run. */
async function knownServices(
  db: Executor,
  environment: Pick<Environment, 'liveReleaseId'>,
  release: Ended['release'],
): Promise<readonly { readonly spec: StackService; readonly sha?: string | undefined }[]> {
  const live = await liveServices(db, environment)
  const found = release?.stackSpec?.services ?? []
  const names = new Set(found.map(({ name }) => name))
  return [
    ...found.map((spec) => ({ spec, sha: live.get(spec.name)?.sha })),
    ...[...live.values()].filter(({ spec }) => !names.has(spec.name)),
  ]
}

/** A release that never ran still ends in a verdict for every service that is known. */
export async function supersededVerdicts(
  db: Executor,
  environment: Pick<Environment, 'liveReleaseId'>,
  { bySha, release }: Ended & { readonly bySha: string },
): Promise<ReleaseVerdict[]> {
  return (await knownServices(db, environment, release)).map(({ spec, sha }) => ({
    ...verdictOf({ kind: 'superseded', service: spec.name, by: bySha, ...(sha === undefined ? {} : { servingSha: sha }) }),
    ...(spec.folder === undefined ? {} : { folderPath: spec.folder }),
  }))
}

/** A release that was given up while nobody worked on it. */
export async function failedVerdictsOf(
  db: Executor,
  environment: Pick<Environment, 'liveReleaseId'>,
  { because, release }: Ended & { readonly because: string },
): Promise<ReleaseVerdict[]> {
  return (await knownServices(db, environment, release)).map(({ spec, sha }) => ({
    ...verdictOf({ kind: 'held_back', service: spec.name, because, ...(sha === undefined ? {} : { servingSha: sha }) }),
    ...(spec.folder === undefined ? {} : { folderPath: spec.folder }),
  }))
}

/** A commit that nothing is done with, because its environment is paused. */
export async function skippedVerdicts(
  db: Executor,
  environment: Pick<Environment, 'liveReleaseId'>,
  because: string,
): Promise<ReleaseVerdict[]> {
  const live = await liveServices(db, environment)
  return [...live.values()].map(({ spec, sha }) => ({
    ...verdictOf({ kind: 'skipped', service: spec.name, because, servingSha: sha }),
    ...(spec.folder === undefined ? {} : { folderPath: spec.folder }),
  }))
}
