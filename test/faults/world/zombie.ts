// kyozo is frozen at a step for longer than its lease, while a second one takes over and finishes; then it wakes up and must do no harm.
import type { Step } from '../../../src/steps.ts'
import { until } from '../../support/until.ts'
import { commit, contentsAfter } from './commit.ts'
import type { Lane } from './lane.ts'
import type { Subject } from './subject.ts'

/** The start of the second, the lease of 30 s, the look for those that ran out, and a busy machine. */
const takeoverMs = 150_000
const reachMs = 8_000

export async function outliveLease(lane: Lane, subject: Subject, step: Step): Promise<void> {
  const { orders, kyozo, postgres } = lane
  const id = await orders.strike({ step, nth: 1, act: 'freeze' })
  await commit(subject, contentsAfter(subject, 'good', ['web']))
  const isFrozen = async () => (await orders.reached()).some(({ strikes }) => strikes.some((strike) => strike.id === id))
  const frozen = await until('kyozo to freeze', isFrozen, { deadlineMs: reachMs }).catch(() => false)
  if (!frozen) return
  subject.faults.push({ name: `freeze beyond the lease at ${step}`, isMet: () => true })
  const second = await lane.startSecond()
  try {
    const done = async () => (await openReleases(postgres, subject.workspace)) === 0
    await until('a second kyozo to take over', done, { deadlineMs: takeoverMs, everyMs: 200 }).catch(() => undefined)
  } finally {
    kyozo.signal('SIGCONT')
    await second.end()
  }
}

async function openReleases(postgres: Lane['postgres'], workspace: string): Promise<number> {
  const text = `select 1 from releases r join workspaces w on w.id = r.workspace_id where w.name = $1 and r.state in ('queued', 'running')`
  return (await postgres.query(text, [workspace])).length
}
