// Waits until the containers of a service are healthy, or says why they will not be.
//
// Healthy means: running, never started again, and answering kyozo's own probe. The container's own health check counts as well: when it
// fails, the container is not healthy whatever the probe found. While it has not decided yet a passed probe is enough, because it may first
// look after half a minute, and a service that answers should not wait for that. Where there is no probe, its own check alone decides; where
// there is neither (a worker), running for a while does. A one-shot is done when it ends with exit code 0.
import { setTimeout as delay } from 'node:timers/promises'
import type { Engine } from '../engine/engine.ts'
import { KyozoError } from '../errors.ts'
import type { ObservedContainer } from '../reconcile/plan.ts'
import { failureOf } from './failure-of.ts'
import { type FailureReason, type HealthFailure, type HealthOutcome, type HealthSubject, type Standing, standingOf } from './outcome.ts'
import { ownCheck } from './probes/docker.ts'
import { type Probe, probeFor } from './probes/index.ts'
import { targetOf } from './probes/target.ts'

export interface HealthQuestion {
  readonly service: HealthSubject
  /** Ids of started containers. */
  readonly containers: readonly string[]
}

export interface HealthClock {
  /** Milliseconds since any fixed moment. */
  now(): number
  /** Ends early, without an error, when the signal aborts. */
  pause(ms: number, signal: AbortSignal): Promise<void>
}

export interface HealthOptions {
  readonly engine: Pick<Engine, 'inspect' | 'logTail' | 'waitForExit' | 'exec'>
  readonly signal: AbortSignal
  /** Called with what was found whenever it differs from before. */
  readonly onProgress?: (words: string) => void
  /** Default is the machine's. */
  readonly clock?: HealthClock
}

/** A worker that has run this long has read its configuration and connected to what it needs, or crashed. */
const settleMs = 2_000
/** How often is looked grows with the time waited, so that a quick start is noticed at once and a slow one costs little. */
const longestPauseMs = 500
const shareOfWaited = 1 / 20
/** From the first good answer to the one that counts. */
const confirmMs = 500
/** What a supervisor starts again and again answers in between. */
const confirmPauseMs = 100
/** Of one that answers or does not, an inspection tells little more, and its end is noticed by itself. */
const inspectionKeptMs = 500

/** Throws `superseded`, or the signal's own reason, when the signal aborts. */
export async function waitUntilHealthy(question: HealthQuestion, options: HealthOptions): Promise<HealthOutcome> {
  const vigil = startVigil(question, options)
  try {
    for (;;) {
      throwIfAborted(options.signal, question.service)
      const outcome = await look(vigil)
      if (outcome) return outcome
      await pause(vigil, options.signal)
    }
  } finally {
    vigil.ended.abort()
  }
}

function throwIfAborted(signal: AbortSignal, { name }: HealthSubject): void {
  if (!signal.aborted) return
  throw signal.reason instanceof KyozoError ? signal.reason : new KyozoError('superseded', `stopped waiting for ${name} to become healthy`)
}

interface Vigil extends HealthQuestion {
  readonly engine: HealthOptions['engine']
  readonly signal: AbortSignal
  readonly onProgress: (words: string) => void
  readonly clock: HealthClock
  readonly probe: Probe | undefined
  readonly startedAt: number
  readonly runningSince: Map<string, number>
  readonly lastWords: Map<string, string>
  /** How long the last answer took. */
  responseMs: number | undefined
  /** Containers whose end is waited for, and the exit codes of those that ended. */
  readonly watched: Set<string>
  readonly exits: Map<string, number>
  /** What the engine said last, unless one of them has ended since. */
  inspection: { readonly at: number; readonly findings: readonly Finding[] } | undefined
  /** When all of them first answered well, until one is found that does not. */
  healthySince: number | undefined
  /** Aborted when something happened that is worth a look at once. */
  wake: AbortController
  readonly ended: AbortController
}

function startVigil({ service, containers }: HealthQuestion, options: HealthOptions): Vigil {
  const { engine, signal, onProgress = () => undefined, clock = machineClock } = options
  return {
    service,
    containers,
    engine,
    signal,
    onProgress,
    clock,
    probe: probeFor(service.health, { engine, ...(service.port === undefined ? {} : { port: service.port }) }),
    startedAt: clock.now(),
    runningSince: new Map(),
    lastWords: new Map(),
    responseMs: undefined,
    watched: new Set(),
    exits: new Map(),
    inspection: undefined,
    healthySince: undefined,
    wake: new AbortController(),
    ended: new AbortController(),
  }
}

interface Finding {
  readonly id: string
  readonly observed: ObservedContainer | undefined
  readonly standing: Standing
}

type Failed = Finding & { readonly standing: 'exited' | 'unhealthy' | 'gone' }

async function look(vigil: Vigil): Promise<HealthOutcome | undefined> {
  const findings = kept(vigil) ?? (await observe(vigil))
  const failed = findings.find(hasFailed)
  if (failed) return failure(vigil, failed, failed.standing)
  const unhealthy = await firstUnhealthy(vigil, findings)
  if (unhealthy) vigil.healthySince = undefined
  if (unhealthy) return waited(vigil) < vigil.service.healthDeadlineMs ? undefined : failure(vigil, unhealthy, 'deadline')
  if (!hasStayedHealthy(vigil)) return undefined
  // Between the inspection and the probe's answer it may have crashed.
  const crashed = (await observe(vigil)).find(hasFailed)
  if (crashed) return failure(vigil, crashed, crashed.standing)
  const { responseMs } = vigil
  return { kind: 'healthy', afterMs: waited(vigil), ...(responseMs === undefined ? {} : { responseMs }) }
}

/** What answers once and then ends has not started: it must still answer a moment later. What has ended well is done. */
function hasStayedHealthy(vigil: Vigil): boolean {
  if (vigil.service.isOneShot || vigil.probe === undefined) return true
  vigil.healthySince ??= vigil.clock.now()
  return vigil.clock.now() - vigil.healthySince >= confirmMs
}

function hasFailed(finding: Finding): finding is Failed {
  return finding.standing === 'exited' || finding.standing === 'unhealthy' || finding.standing === 'gone'
}

function waited({ clock, startedAt }: Vigil): number {
  return Math.round(clock.now() - startedAt)
}

async function observe(vigil: Vigil): Promise<readonly Finding[]> {
  const at = vigil.clock.now()
  const observed = new Map((await vigil.engine.inspect(vigil.containers)).map((container) => [container.id, container]))
  const findings = vigil.containers.map((id) => {
    const container = observed.get(id)
    if (container && container.state !== 'created') noticeExit(vigil, id)
    return { id, observed: container, standing: standingOf(container, vigil.service, vigil.exits.get(id)) }
  })
  vigil.inspection = { at, findings }
  return findings
}

/** What was inspected a moment ago, where all that is left to know is whether a probe is answered. */
function kept({ inspection, probe, clock }: Vigil): readonly Finding[] | undefined {
  if (inspection === undefined || probe === undefined) return undefined
  const isRecent = clock.now() - inspection.at < inspectionKeptMs
  return isRecent && inspection.findings.every(({ standing }) => standing === 'probe') ? inspection.findings : undefined
}

/** An exit is noticed the moment it happens, and its code is kept: the engine forgets it when it starts the container again. */
function noticeExit(vigil: Vigil, id: string): void {
  if (vigil.watched.has(id)) return
  vigil.watched.add(id)
  vigil.engine.waitForExit(id, vigil.ended.signal).then(
    (exitCode) => {
      vigil.exits.set(id, exitCode)
      vigil.inspection = undefined
      vigil.wake.abort()
    },
    // It is the end of the vigil, or trouble that the next inspection meets as well and throws.
    () => vigil.watched.delete(id),
  )
}

async function firstUnhealthy(vigil: Vigil, findings: readonly Finding[]): Promise<Finding | undefined> {
  const healthy = await Promise.all(findings.map((finding) => isHealthy(vigil, finding)))
  return findings[healthy.indexOf(false)]
}

async function isHealthy(vigil: Vigil, { id, observed, standing }: Finding): Promise<boolean> {
  if (standing !== 'probe' || !observed) return standing === 'done'
  const target = vigil.probe && targetOf(observed, vigil.probe)
  if (vigil.probe && target) {
    const askedAt = vigil.clock.now()
    const found = await vigil.probe.look(target, vigil.signal)
    throwIfAborted(vigil.signal, vigil.service)
    vigil.responseMs = vigil.clock.now() - askedAt
    const words = found.said === undefined ? found.words : `${found.words}: ${found.said}`
    if (vigil.lastWords.get(id) !== words) vigil.onProgress(`${vigil.service.name}: ${words}`)
    vigil.lastWords.set(id, words)
    return found.hasPassed
  }
  const own = ownCheck(observed)
  if (own === 'none' && vigil.service.health.kind === 'docker') {
    vigil.lastWords.set(id, 'its image has no HEALTHCHECK of its own')
    return false
  }
  return own === 'none' ? hasSettled(vigil, id) : own === 'passed'
}

function hasSettled({ clock, runningSince }: Vigil, id: string): boolean {
  const since = runningSince.get(id) ?? clock.now()
  runningSince.set(id, since)
  return clock.now() - since >= settleMs
}

function failure(vigil: Vigil, { id, observed }: Finding, found: FailureReason): Promise<HealthFailure> {
  const { engine, clock, exits, lastWords, ended } = vigil
  const failing = { id, observed, found, noticedExit: exits.get(id), lastWords: lastWords.get(id), afterMs: waited(vigil) }
  return failureOf(failing, { engine, pause: (ms) => clock.pause(ms, ended.signal) })
}

async function pause(vigil: Vigil, signal: AbortSignal): Promise<void> {
  const { healthySince, clock } = vigil
  const growingMs = Math.max(waited(vigil) * shareOfWaited, vigil.probe?.shortestPauseMs ?? 50)
  const pauseMs =
    healthySince === undefined ? growingMs : Math.min(Math.max(growingMs, confirmPauseMs), healthySince + confirmMs - clock.now())
  const leftMs = Math.max(vigil.service.healthDeadlineMs - waited(vigil), 1)
  await clock.pause(Math.max(Math.min(pauseMs, longestPauseMs, leftMs), 1), AbortSignal.any([vigil.wake.signal, signal]))
  vigil.wake = new AbortController()
}

const machineClock: HealthClock = {
  now: () => performance.now(),
  pause: (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined),
}
