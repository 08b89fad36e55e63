// One worker's try at one release: the lease that allows it to act, the signal that stops it, and the log of what it does.

import type { StackIdentity } from '../engine/engine.ts'
import { projectName } from '../environment-names.ts'
import { KyozoError } from '../errors.ts'
import { createRedactor } from '../secrets/redact.ts'
import { reached } from '../steps.ts'
import { type Environment, findEnvironment } from '../store/environments.ts'
import { assertLease, type Claim, type Lease, renewLease, updateRelease } from '../store/leases.ts'
import { createLogWriter } from '../store/logs.ts'
import { notify } from '../store/notify.ts'
import type { Release } from '../store/releases.ts'
import { findWorkspace, type Workspace } from '../store/workspaces.ts'
import { watchForCancel } from './cancel.ts'
import { watchForStop } from './hand-over.ts'
import type { Kyozo } from './kyozo.ts'
import { watchForNewer } from './newer.ts'
import { type LiveService, liveServices } from './verdicts.ts'
import { type EnvironmentWishes, environmentWishes } from './wishes.ts'

export type StageName = 'fetch' | 'analyze' | 'plan' | 'build' | 'apply' | 'switch'

export interface Attempt {
  readonly release: Release
  readonly lease: Lease
  readonly workspace: Workspace
  readonly environment: Environment
  readonly identity: StackIdentity
  /** What served when the attempt began. */
  readonly live: ReadonlyMap<string, LiveService>
  /** What people want of its services, as it was when the attempt began. */
  readonly wishes: EnvironmentWishes
  /** Aborts when the lease is lost, when there is no time left, and, until `finishWhatWasStarted`, when a newer commit arrives or the process is to stop. */
  readonly signal: AbortSignal
  /** Milliseconds spent in each stage so far. */
  readonly timings: Readonly<Record<string, number>>
  /** A line of the release's log, redacted. */
  say(text: string): void
  sayBuild(service: string, text: string): void
  /** Everything said so far is stored, and whoever follows the release can read it, when this resolves. */
  storeSaid(): Promise<void>
  /** Values that must never be printed; they hold for every later line. */
  redactAlso(values: readonly string[]): void
  redact(text: string): string
  /** Runs a stage, timed and shown. */
  stage<T>(name: StageName, work: () => Promise<T>): Promise<T>
  /** From here on a newer commit waits until this release has ended, and so does a process that is to stop, as long as it may. */
  finishWhatWasStarted(): void
  /** Throws `lease_lost` when another worker may act now. */
  assertHeld(): Promise<void>
  close(): Promise<void>
}

/** A third of the lease, so that two renewals may fail. */
const renewMs = 8_000
/** Without a renewal for so long the worker stops by itself, before anybody else may start. */
const selfFenceMs = 20_000

export async function openAttempt(claim: Claim, kyozo: Kyozo): Promise<Attempt> {
  const { release, lease } = claim
  const { db } = kyozo
  const workspace = await findWorkspace(db, release.workspaceId)
  const environment = await findEnvironment(db, release.environmentId)
  if (workspace === undefined || environment === undefined) throw new KyozoError('not_found', 'the workspace of this release was deleted')
  // Read before anything is started: what throws here must leave nothing behind that renews the lease, or nobody could ever take the release over.
  const live = await liveServices(db, environment)
  const wishes = await environmentWishes(db, environment.id)
  const secrets = new Set<string>()
  let redact = createRedactor(secrets)
  const redactAlso = (values: readonly string[]) => {
    for (const value of values) secrets.add(value)
    redact = createRedactor(secrets)
  }
  const log = createLogWriter(db, {
    releaseId: release.id,
    redact: (text) => redact(text),
    notify: () => notify(db, 'release', release.id),
  })
  const stop = new AbortController()
  const guards = guardLease(kyozo, lease, stop)
  const newer = watchForNewer(kyozo, { release, environment, workspace, redactAlso }, stop)
  const cancel = watchForCancel(kyozo, release, stop)
  const leaving = watchForStop(kyozo, stop)
  const timings: Record<string, number> = {}
  return {
    release,
    lease,
    workspace,
    environment,
    identity: identityOf(kyozo.instance, workspace, environment),
    live,
    wishes,
    signal: stop.signal,
    timings,
    say: (text) => log.write({ stream: 'release', text }),
    sayBuild: (service, text) => log.write({ stream: 'build', service, text }),
    storeSaid: () => log.flush(),
    redactAlso,
    redact: (text) => redact(text),
    async stage(name, work) {
      // The last moment at which a person can take it back.
      if (name === 'switch') await cancel.look().finally(cancel.close)
      stop.signal.throwIfAborted()
      const start = performance.now()
      await updateRelease(db, lease, { stage: name })
      await reached(`stage.${name}`, release.id)
      try {
        return await work()
      } finally {
        timings[name] = Math.round((timings[name] ?? 0) + performance.now() - start)
      }
    },
    finishWhatWasStarted() {
      newer.close()
      leaving.finishInTime()
    },
    assertHeld: () => assertLease(db, lease),
    async close() {
      newer.close()
      cancel.close()
      leaving.close()
      guards.close()
      await log.close()
      await notify(db, 'release', release.id)
    },
  }
}

/** What the labels and the compose project of an environment are called. */
export function identityOf(
  instance: string,
  workspace: Pick<Workspace, 'name'>,
  { name, trust = 'trusted' }: Pick<Environment, 'name'> & Partial<Pick<Environment, 'trust'>>,
): StackIdentity {
  const identity = { instance, workspace: workspace.name, environment: name, project: projectName(workspace.name, name) }
  if (trust === 'trusted') return identity
  return { ...identity, isTransient: true, ...(trust === 'fork' ? { isConfined: true } : {}) }
}

function guardLease(kyozo: Kyozo, lease: Lease, stop: AbortController) {
  let lastRenewal = performance.now()
  const lost = () => stop.abort(new KyozoError('lease_lost', 'another worker has taken this release over'))
  const timer = setInterval(() => {
    if (performance.now() - lastRenewal > selfFenceMs) lost()
    renewLease(kyozo.db, lease).then(
      (isHeld) => {
        if (isHeld) lastRenewal = performance.now()
        else lost()
      },
      (error: unknown) => kyozo.log.warn({ error, release: lease.releaseId }, 'a lease could not be renewed'),
    )
  }, renewMs)
  return { close: () => clearInterval(timer) }
}
