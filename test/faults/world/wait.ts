// The moment that an act waits for. Under a fault it may never come, so nobody waits for long then.
import { setTimeout as delay } from 'node:timers/promises'
import type { Moment } from '../acts.ts'
import { slowness } from './patience.ts'
import type { Stage } from './perform.ts'

const patienceMs = { calm: 12_000, underFault: 2_500, underWay: 2_000 }
const lookMs = 40

/** False when the moment did not come. */
export async function waitFor({ lane, subject, underWay }: Stage, moment: Moment): Promise<boolean> {
  if (moment === 'at once') return true
  const wanted = moment === 'under way' ? 'running' : undefined
  const patience = moment === 'under way' ? patienceMs.underWay : underWay.size > 0 ? patienceMs.underFault : patienceMs.calm * slowness()
  const deadline = performance.now() + patience
  if (wanted === undefined) await lane.kyozo.serving(patience).catch(() => undefined)
  while (performance.now() < deadline) {
    const states = await openStates(lane, subject.workspace)
    if (states !== undefined && (wanted === undefined ? states.length === 0 : states.includes(wanted))) return true
    await delay(lookMs)
  }
  return false
}

/** Until every strike that was ordered has hit, or nothing moves any more that could lead to its step. */
export async function waitForStrikes({ lane, subject }: Pick<Stage, 'lane' | 'subject'>): Promise<void> {
  const deadline = performance.now() + patienceMs.calm * slowness()
  let quietSince: number | undefined
  while (performance.now() < deadline && (await lane.orders.areOpen())) {
    const isQuiet = (await openStates(lane, subject.workspace))?.length === 0 && !(await isRepairing(lane, subject.workspace))
    quietSince = isQuiet ? (quietSince ?? performance.now()) : undefined
    if (quietSince !== undefined && performance.now() - quietSince > quietMs * slowness()) return
    await delay(lookMs)
  }
}

/** A delivery, a status and a repair need no release to be under way. */
const quietMs = 3_000

async function isRepairing(lane: Stage['lane'], workspace: string): Promise<boolean> {
  const text = `select 1 from repairs r join workspaces w on w.id = r.workspace_id where w.name = $1 and r.state = 'running'`
  return lane.postgres.query(text, [workspace]).then(
    (rows) => rows.length > 0,
    () => true,
  )
}

async function openStates(lane: Stage['lane'], workspace: string): Promise<readonly string[] | undefined> {
  const text = `select r.state from releases r join workspaces w on w.id = r.workspace_id
    where w.name = $1 and r.state in ('queued', 'running')`
  return lane.postgres.query<{ state: string }>(text, [workspace]).then(
    (rows) => rows.map(({ state }) => state),
    () => undefined,
  )
}
