// The looks at containers: when each is due, how many are under way at once, and what each container is by them.
import type { Engine } from '../engine/engine.ts'
import { inTurns, nextAppointment, soonAppointment } from '../health/agenda.ts'
import { afterLook, type ContainerHealth } from '../health/hysteresis.ts'
import { isKept, type LastKept, nothingKept } from '../health/kept-checks.ts'
import { createPlaces, type Places } from '../shares.ts'
import type { ContainerHealthRow } from '../store/container-health.ts'
import { createFinds, type Finds } from './found.ts'
import { type Look, lookOnce } from './look-once.ts'
import { type LookedAt, setWatched, takeOver, type Watched } from './looked-at.ts'
import type { WatchedContainer } from './watched-containers.ts'

export interface LooksParts {
  readonly engine: Pick<Engine, 'inspect' | 'exec'>
  readonly isEngineAway: () => boolean
}

export interface Seen {
  /** As stored by whoever looked before, and by who saw that one was started again. */
  readonly known: readonly ContainerHealthRow[]
  /** All that run, looked at or not. */
  readonly running: ReadonlySet<string>
  readonly nowMs: number
}

export interface Looks extends Pick<Finds, 'take' | 'putBack'> {
  /** From now on these containers are looked at. */
  look(containers: readonly WatchedContainer[], seen: Seen): void
  /** Begins every look that is due and has room. */
  begin(nowMs: number): void
  isSick(container: string): boolean
  /** Containers of which something is known and that do not run. */
  resting(): readonly string[]
  forget(containers: readonly string[]): void
  /** When no look is under way any more. */
  ended(): Promise<void>
}

/** Looks under way at once. A program is started in the container for some: they cost the engine more. */
const atOnce = 32
const programsAtOnce = 4

interface State extends LooksParts, LookedAt {
  readonly kept: Map<string, LastKept>
  readonly underWay: Set<Promise<void>>
  readonly places: Places
  readonly programs: Places
}

export function createLooks(parts: LooksParts): Looks {
  const finds = createFinds()
  const state: State = {
    ...parts,
    watched: new Map(),
    running: new Set(),
    rows: new Map(),
    kept: new Map(),
    underWay: new Set(),
    places: createPlaces(atOnce),
    programs: createPlaces(programsAtOnce),
    finds,
  }
  return {
    look(containers, { known, running, nowMs }) {
      state.running = running
      for (const row of known) takeOver(state, row, nowMs)
      setWatched(state, containers, nowMs)
    },
    begin: (nowMs) => begin(state, nowMs),
    isSick: (container) => state.watched.get(container)?.health.status === 'unhealthy',
    resting: () => [...state.rows.keys()].filter((id) => !state.running.has(id)),
    forget: (containers) => {
      for (const id of containers) {
        state.rows.delete(id)
        state.kept.delete(id)
        finds.end(id)
      }
    },
    take: finds.take,
    putBack: finds.putBack,
    ended: async () => void (await Promise.allSettled([...state.underWay])),
  }
}

function begin(state: State, nowMs: number): void {
  const due = [...state.watched.values()].filter(({ appointment, isLooking }) => !isLooking && appointment.dueMs <= nowMs)
  for (const watched of inTurns(due, state.places.heldBy)) {
    const leave = enter(state, watched)
    if (leave === undefined) continue
    watched.isLooking = true
    const looking: Promise<void> = lookAt(state, watched).finally(() => {
      watched.isLooking = false
      leave()
      state.underWay.delete(looking)
    })
    state.underWay.add(looking)
  }
}

/** Gives how to leave, or undefined where there is no room. */
function enter({ places, programs }: State, { at, team }: Watched): (() => void) | undefined {
  const needed = at.check.spec.kind === 'exec' ? [programs, places] : [places]
  const entered: Places[] = []
  const leave = () => {
    for (const place of entered) place.leave(team)
  }
  for (const place of needed) {
    if (!place.enter(team)) return void leave()
    entered.push(place)
  }
  return leave
}

async function lookAt(state: State, watched: Watched): Promise<void> {
  const { at, health: before } = watched
  const look = await lookOnce(state.engine, at)
  // Meanwhile it was started again, which this look says nothing about.
  if (watched.health !== before) return
  const nowMs = performance.now()
  watched.looks++
  watched.appointment = before.isUnproven
    ? soonAppointment(at.check.pace.intervalMs, { looks: watched.looks, hasAnswered: look.kind === 'passed', nowMs })
    : nextAppointment(watched.appointment, nowMs)
  // While the engine is away its published ports are, too: that says nothing about a service.
  if (look.kind === 'unknown' || (look.kind === 'failed' && (state.isEngineAway() || isEarly(watched, nowMs)))) return
  if (look.kind === 'failed') watched.countedMs = nowMs
  const found = afterLook(before, { hasPassed: look.kind === 'passed', words: look.words }, at.check.pace)
  const turns = found.status !== before.status || found.isUnproven !== before.isUnproven
  if (turns && found.status === 'unhealthy' && !(await stillRuns(state, at.container.id))) return
  if (state.watched.get(at.container.id) !== watched || watched.health !== before) return
  keep(state, watched, look)
  if (turns) state.finds.turn(at.service.environmentId)
  setHealth(state, watched, found)
}

/**
 * Whoever was started again is looked at often, so that it gets requests soon: that it has not answered so soon is no failure yet, and none before it
 * has had as long as a new one gets.
 */
function isEarly({ at, health, sinceMs, countedMs }: Watched, nowMs: number): boolean {
  const { pace, deadlineMs } = at.check
  return health.isUnproven && (nowMs - sinceMs < deadlineMs || nowMs - countedMs < Math.min(pace.intervalMs, failuresEveryMs))
}

const failuresEveryMs = 2_000

/** Nothing is said of a container that has ended meanwhile, which the engine tells, and nothing while the engine does not answer. */
async function stillRuns({ engine }: State, id: string): Promise<boolean> {
  const found = await engine.inspect([id]).catch(() => [])
  return found[0]?.state === 'running'
}

function setHealth(state: State, watched: Watched, health: ContainerHealth): void {
  const { container, service } = watched.at
  const before = watched.health
  watched.health = health
  const isSame = before.status === health.status && before.history === health.history && before.isFlapping === health.isFlapping
  if (isSame && before.words === health.words && before.isUnproven === health.isUnproven) return
  const start = state.rows.get(container.id)?.start ?? null
  const row = { containerId: container.id, teamId: service.teamId, serviceInstanceId: service.id, ...health, start }
  state.rows.set(container.id, row)
  state.finds.put(row)
}

function keep(state: State, { at, health }: Watched, look: Look): void {
  const { service, container, check } = at
  const nowMs = performance.now()
  const hasPassed = look.kind === 'passed'
  const last = { ...(state.kept.get(service.id) ?? nothingKept), failureMs: (state.kept.get(container.id) ?? nothingKept).failureMs }
  const isServiceSick = () =>
    [...state.watched.values()].some((one) => one.at.service.id === service.id && one.health.status === 'unhealthy')
  if (!isKept(last, { hasPassed, wasSick: health.status === 'unhealthy', isServiceSick, nowMs })) return
  if (hasPassed) state.kept.set(service.id, { ...nothingKept, answerMs: nowMs })
  else state.kept.set(container.id, { ...nothingKept, failureMs: nowMs })
  const { kind } = check.spec
  state.finds.check({
    teamId: service.teamId,
    serviceInstanceId: service.id,
    checkType: kind === 'none' ? 'docker' : kind,
    status: hasPassed ? 'healthy' : 'unhealthy',
    responseTimeMs: look.tookMs,
    ...(hasPassed ? {} : { errorMessage: look.words }),
  })
}
