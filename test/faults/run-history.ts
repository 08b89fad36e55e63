// Plays one history in a lane, ends all faults, waits until nothing moves, and checks.
import { setTimeout as delay } from 'node:timers/promises'
import { until } from '../support/until.ts'
import { actWords, type History } from './acts.ts'
import { check, type Violation } from './check.ts'
import type { Facts } from './facts.ts'
import { collect } from './world/collect.ts'
import { isTaken } from './world/delivery-gate.ts'
import { endFaults, type FaultsUnderWay, passAct } from './world/faults.ts'
import type { Lane } from './world/lane.ts'
import { containersOf } from './world/look.ts'
import { slowness } from './world/patience.ts'
import { perform, type Stage } from './world/perform.ts'
import { openSubject, type Subject } from './world/subject.ts'
import { waitFor } from './world/wait.ts'

export interface Outcome {
  readonly history: History
  readonly workspace: string
  readonly violations: readonly Violation[]
  /** Missing when the harness itself failed. */
  readonly facts: Facts | undefined
  readonly seconds: number
  /** From the end of all faults until everything was right. */
  readonly healedAfterMs: number
}

/** From the end of the last fault, on a quiet machine. */
const quietMs = 180_000
const lookMs = 300
/** For what may heal beside what cannot, so that the report holds nothing that is of the moment only. */
const wrongMs = 15_000
/** What is right must stay right for so long. */
const stableMs = 700

export async function runHistory(lane: Lane, history: History, say: (line: string) => void): Promise<Outcome> {
  const start = performance.now()
  await lane.kyozo.serving()
  const subject = await openSubject(lane, `f${history.seed}-${history.number}-${Date.now().toString(36).slice(-4)}`)
  const underWay: FaultsUnderWay = new Map()
  const stage: Stage = { lane, subject, underWay }
  try {
    await play(stage, history, say)
  } finally {
    await endFaults(stage)
  }
  const endedMs = performance.now()
  await lane.kyozo.serving(quietMs * slowness())
  await lane.gate.handOverMissed(subject.repository.fullName)
  const { facts, violations } = await settle(lane, subject, history)
  await forget(lane, subject)
  return {
    history,
    workspace: subject.workspace,
    violations,
    facts,
    seconds: (performance.now() - start) / 1000,
    healedAfterMs: performance.now() - endedMs,
  }
}

async function play(stage: Stage, history: History, say: (line: string) => void): Promise<void> {
  for (const [at, act] of history.acts.entries()) {
    say(`${stage.subject.workspace} ${at + 1}/${history.acts.length} ${actWords(act)}`)
    await perform(stage, act)
    await passAct(stage.underWay)
    if (at === 0) await remember(stage)
  }
}

/** What must be the same in the end. Nothing is remembered when the first commit does not run yet. */
async function remember(stage: Stage): Promise<void> {
  const { lane, subject } = stage
  if (lane.gate.handovers.at(-1)?.status !== 202) return
  if (!(await waitFor(stage, 'settled'))) return
  const containers = (await containersOf(lane, subject)) ?? []
  const data = containers.find(({ service, state }) => service === 'data' && state === 'running')
  subject.still = containers.find(({ service, state }) => service === 'still' && state === 'running')
  if (data === undefined) return
  const marker = `kept since ${subject.workspace}`
  await lane.engine.docker('container', 'exec', data.id, 'sh', '-c', `echo ${marker} > /data/marker`)
  subject.marker = marker
}

interface Settled {
  readonly facts: Facts | undefined
  readonly violations: readonly Violation[]
}

/** Looks until nothing is wrong, and a moment later still nothing is; or until the time is over, which it soon is when something cannot heal. */
async function settle(lane: Lane, subject: Subject, history: History): Promise<Settled> {
  let deadline = performance.now() + quietMs * slowness()
  let rightSince: number | undefined
  let last: Settled = { facts: undefined, violations: [] }
  while (performance.now() < deadline) {
    const facts = await collect(lane, subject, history)
    if (facts === undefined) {
      await delay(lookMs)
      continue
    }
    last = { facts, violations: check(facts) }
    if (last.violations.length === 0) rightSince ??= performance.now()
    else rightSince = undefined
    if (rightSince !== undefined && performance.now() - rightSince >= stableMs) return last
    if (last.violations.length > 0 && last.violations.every(({ mayHeal }) => !mayHeal)) return last
    if (last.violations.some(({ mayHeal }) => !mayHeal)) deadline = Math.min(deadline, performance.now() + wrongMs * slowness())
    await delay(lookMs)
  }
  if (last.facts !== undefined) return last
  const silent = { invariant: 'I14 recovery', says: 'Everything answers again when the faults are over', mayHeal: true }
  return { facts: undefined, violations: [{ ...silent, found: ['the world could not be looked at'] }] }
}

/** Its environment is deleted, which the next history does not wait for. */
async function forget(lane: Lane, subject: Subject): Promise<void> {
  const [found] = (await lane.api.get(`/workspaces?filter[name]=${subject.workspace}`)) ?? []
  if (found === undefined) return
  const [environment] = (await lane.api.get(`/workspaces/${found.id}/environments`)) ?? []
  if (environment === undefined) return
  const remove = async () => isTaken((await lane.api.send('DELETE', `/environments/${environment.id}`)).status)
  const isGivenUp = await until('the environment to be given up', remove, { deadlineMs: 10_000, everyMs: 500 }).catch(() => false)
  if (isGivenUp) lane.givenUp.push({ project: subject.project, atMs: Date.now() })
}
