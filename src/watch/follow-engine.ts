// Follows the engine, so that an environment is looked at within a moment of whatever happens to it. Events wake; a timer backs them up by comparing
// what everything looks like from afar, which costs as much for a hundred services as for one; and after a gap everything is looked at.
import type { EngineEvent } from '../engine/engine.ts'
import { identityOf } from '../pipeline/attempt.ts'
import type { Kyozo } from '../pipeline/kyozo.ts'
import { type ReconcileTurns, reconcileEnvironment } from '../pipeline/repair.ts'
import { slots } from '../pipeline/slots.ts'
import { environmentNames } from '../store/environments.ts'
import { createRepairPlaces } from './repair-places.ts'

export interface Reconciler {
  /** Looks at one environment, now or as soon as the look under way has ended, and repairs what differs. Never throws. */
  look(environmentId: string): Promise<void>
  lookAtAll(): Promise<void>
  /** Has those looked at where something changed since the last look, and everything that nobody has looked at for long. Waits for none of it. */
  pulse(): Promise<void>
  stop(): Promise<void>
}

/** Several events of one container come together. */
const settleMs = 150
const looksAtOnce = 4
/** One team's branches and previews get half of them at most, and its production half of what is left then. */
const repairsAtOnce = 8
/** What neither an event nor a glance tells is found by then. */
const longestUnseenMs = 10 * 60_000
const afterFailureMs = 5_000

export function followEngine(kyozo: Kyozo): Reconciler {
  const stop = new AbortController()
  const timers = createTimers()
  const inSlot = slots(looksAtOnce)
  const turns: ReconcileTurns = {
    inLook: (work) => inSlot(work, { signal: stop.signal }),
    inRepair: createRepairPlaces(repairsAtOnce, stop.signal),
  }
  const looks = new Map<string, Promise<void>>()
  const asked = new Set<string>()
  const seen = new Map<string, { glance: string | undefined; at: number }>()
  const lookOnce = async (id: string) => {
    const again = await reconcileEnvironment(kyozo, id, turns).catch((error: unknown) => {
      if (!stop.signal.aborted) kyozo.log.warn({ error, environment: id }, 'an environment could not be looked at')
      return { againMs: afterFailureMs }
    })
    if (again.againMs !== undefined && !stop.signal.aborted) timers.set(`again ${id}`, again.againMs, () => void look(id))
  }
  const look = (id: string): Promise<void> => {
    const running = looks.get(id)
    if (running !== undefined) {
      asked.add(id)
      return running
    }
    const mine = (async () => {
      do {
        asked.delete(id)
        if (!stop.signal.aborted) await lookOnce(id)
      } while (asked.has(id) && !stop.signal.aborted)
    })().finally(() => looks.delete(id))
    looks.set(id, mine)
    return mine
  }
  const lookAtAll = async () => {
    await Promise.all((await allEnvironments(kyozo)).map(({ id }) => look(id)))
  }
  const pulse = async () => {
    const [glances, environments] = await Promise.all([kyozo.engine.glance(), allEnvironments(kyozo)])
    const now = performance.now()
    const due = environments.filter(({ id, identity }) => {
      const before = seen.get(id)
      const glance = glances.get(identity.project)
      const isDue = before === undefined || before.glance !== glance || now - before.at > longestUnseenMs
      if (isDue) seen.set(id, { glance, at: now })
      return isDue
    })
    for (const id of seen.keys()) if (!environments.some((environment) => environment.id === id)) seen.delete(id)
    for (const { id } of due) void look(id)
  }
  const lookAtProject = async (project: string) => {
    const found = (await allEnvironments(kyozo)).find(({ identity }) => identity.project === project)
    if (found !== undefined) await look(found.id)
  }
  const off = kyozo.notifications.on('look', (id) => void (id === '' ? undefined : look(id)))
  const inVain = (words: string) => (error: unknown) => kyozo.log.warn({ error }, words)
  const watching = kyozo.engine.watch({
    signal: stop.signal,
    onEvent: ({ project }: EngineEvent) => {
      const wake = () => void lookAtProject(project).catch(inVain('an environment could not be looked at'))
      if (project !== '') timers.setOnce(`event ${project}`, settleMs, wake)
    },
    onGap: () => void lookAtAll().catch(inVain('environments could not be listed')),
  })
  return {
    look,
    lookAtAll,
    pulse,
    async stop() {
      stop.abort()
      off()
      timers.clear()
      await watching
      await Promise.allSettled(looks.values())
    },
  }
}

/** By name; a later one takes the place of the one before, or with `setOnce` does not. */
function createTimers() {
  const waiting = new Map<string, NodeJS.Timeout>()
  const setOnce = (name: string, ms: number, work: () => void) => {
    if (waiting.has(name)) return
    const fire = () => {
      waiting.delete(name)
      work()
    }
    waiting.set(name, setTimeout(fire, ms))
  }
  return {
    setOnce,
    set(name: string, ms: number, work: () => void) {
      clearTimeout(waiting.get(name))
      waiting.delete(name)
      setOnce(name, ms, work)
    },
    clear() {
      for (const timer of waiting.values()) clearTimeout(timer)
      waiting.clear()
    },
  }
}

/** Every environment, with what its containers are labelled. One that never went live may hold what a killed release left. */
export async function allEnvironments(kyozo: Kyozo) {
  const found = await environmentNames(kyozo.db)
  return found.map(({ id, name, workspace }) => ({ id, identity: identityOf(kyozo.instance, { name: workspace }, { name }) }))
}
