// The environment that serves what a pull request does not change: that of its base branch, as it runs at this moment.
import { portsOfStack } from '../../stack/fixed-ports.ts'
import type { SourceBaseline } from '../../stack/from-source.ts'
import type { StackSpec } from '../../stack/stack.ts'
import { askRelease } from '../../store/asked-releases.ts'
import type { Executor } from '../../store/database.ts'
import { type Environment, listEnvironments } from '../../store/environments.ts'
import { notify } from '../../store/notify.ts'
import { findRelease } from '../../store/releases.ts'
import { instancesByName } from '../../store/service-instances.ts'
import { createMemory } from '../../topology/incremental/memory.ts'
import { type Attempt, identityOf } from '../attempt.ts'
import { environmentSecrets } from '../environment-secrets.ts'
import type { Kyozo } from '../kyozo.ts'
import { declaredSettings, environmentWishes } from '../wishes.ts'
import type { PreviewGround } from './ground.ts'
import { isGoing } from './let-go.ts'

/** What a stack is specified with: the environment to share with, or, where kyozo.yaml wants one, why there is none. */
export type WhatIsShared = { readonly baseline: SourceBaseline } | { readonly notShared: string }

export interface SharingGround {
  readonly ground: Pick<PreviewGround, 'trust' | 'rules' | 'pullRequest'> | undefined
  /** The environment of its base branch. */
  readonly branch: Environment | undefined
}

/** Undefined for what shares nothing, as nobody wants it to. */
export async function sharedGround(
  attempt: Pick<Attempt, 'workspace'>,
  kyozo: Kyozo,
  { ground, branch: environment }: SharingGround,
): Promise<WhatIsShared | undefined> {
  if (ground === undefined || !ground.rules.sharesBaseline) return undefined
  // Whatever it is served by, it could ask anything of.
  if (ground.trust === 'fork') return { notShared: 'what comes from a fork reaches nothing beyond its own preview' }
  if (environment === undefined || environment.trust !== 'trusted')
    return { notShared: `no environment runs ${ground.pullRequest.baseRef.replace('refs/heads/', '')}` }
  const { liveReleaseId } = environment
  const stack = liveReleaseId === null ? undefined : (await findRelease(kyozo.db, liveReleaseId))?.stackSpec
  if (stack == null) return { notShared: `nothing is live in ${environment.name}` }
  if (await isGoing(kyozo.db, environment)) return { notShared: `${environment.name} is being deleted` }
  return { baseline: await baselineOf(attempt, kyozo, { environment, stack }) }
}

interface LiveStack {
  readonly environment: Environment
  readonly stack: StackSpec
}

async function baselineOf(
  { workspace }: Pick<Attempt, 'workspace'>,
  kyozo: Kyozo,
  { environment, stack }: LiveStack,
): Promise<SourceBaseline> {
  const { db } = kyozo
  const identity = identityOf(kyozo.instance, workspace, environment)
  const instances = await instancesByName(db, environment.id)
  // Names and versions only. What the commit's encrypted files hold is not opened with production's keys: who reads them counts as changed.
  const secrets = await environmentSecrets(kyozo, environment)
  const isWell = (name: string) => instances.get(name)?.status === 'running' && instances.get(name)?.healthStatus === 'healthy'
  return {
    ...{ environment: environment.name, project: identity.project },
    live: new Map(stack.services.map(({ name, configHash }) => [name, { configHash, isWell: isWell(name) }])),
    context: {
      identity,
      memory: createMemory(),
      settings: declaredSettings(await environmentWishes(db, environment.id)),
      availableSecrets: secrets.available,
      fixedPorts: Object.fromEntries(Map.groupBy(portsOfStack(stack), ({ service }) => service)),
    },
  }
}

/** What became of each service, for the release's log. */
export function saySharing({ say }: Pick<Attempt, 'say'>, { sharing, notShared }: StackSpec): void {
  if (notShared !== undefined) say(`All of it is run, although kyozo.yaml says previews.share: baseline: ${notShared}`)
  for (const { name, kind, because } of sharing?.services ?? [])
    say(`  ${name} ${kind === 'run' ? 'is run' : kind === 'shared' ? `is served from ${sharing!.environment}` : 'is not run'}: ${because}`)
}

/** Previews that were served from an environment that is gone run all of their own, as soon as a worker comes to it. */
export async function runWhatWasShared(
  { queue }: Pick<Kyozo, 'queue'>,
  trx: Executor,
  gone: Pick<Environment, 'id' | 'name' | 'workspaceId'>,
): Promise<void> {
  for (const { id, kind, liveReleaseId, pausedAt } of await listEnvironments(trx, gone.workspaceId)) {
    if (kind !== 'preview' || liveReleaseId === null || pausedAt !== null) continue
    const live = await findRelease(trx, liveReleaseId)
    if (live?.stackSpec?.sharing?.environment !== gone.name) continue
    await askRelease(trx, { environmentId: id, options: { analyze: true }, triggeredBy: 'kyozo', triggeredById: null })
    await queue.enqueueDeploy(trx, id)
    await notify(trx, 'queue', id)
  }
}
