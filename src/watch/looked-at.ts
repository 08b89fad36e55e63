// Which containers are looked at, and how each stands when that begins: by what was found of it before, or of another start of it.
import { type Appointment, firstAppointment } from '../health/agenda.ts'
import { type ContainerHealth, provenHealth } from '../health/hysteresis.ts'
import type { ContainerHealthRow } from '../store/container-health.ts'
import type { Finds } from './found.ts'
import type { WatchedContainer } from './watched-containers.ts'

export interface Watched {
  at: WatchedContainer
  readonly team: string
  health: ContainerHealth
  appointment: Appointment
  isLooking: boolean
  /** Since it was started again. */
  looks: number
  /** From when on this start of it is looked at. */
  sinceMs: number
  /** When the last failure was counted, or it was started again. */
  countedMs: number
}

export interface LookedAt {
  readonly watched: Map<string, Watched>
  /** All that run, looked at or not. */
  running: ReadonlySet<string>
  /** Also of those that are not looked at now. */
  readonly rows: Map<string, ContainerHealthRow>
  readonly finds: Finds
}

/** What is stored of another start of the container counts; of the same start this one knows more. */
export function takeOver(state: LookedAt, row: ContainerHealthRow, nowMs: number): void {
  const { containerId: id, start } = row
  const known = state.rows.get(id)
  if (known !== undefined && known.start === start) return
  if (known?.start === null && !row.isUnproven) {
    // Somebody has noted which start this is about, and nothing else.
    state.rows.set(id, { ...known, start })
    state.finds.put({ ...known, start })
    return
  }
  state.rows.set(id, row)
  state.finds.drop(id)
  const watched = state.watched.get(id)
  if (watched !== undefined) Object.assign(watched, standing(watched.at, { row, nowMs }))
}

export function setWatched(state: LookedAt, containers: readonly WatchedContainer[], nowMs: number): void {
  const wanted = new Map(containers.map((at) => [at.container.id, at]))
  for (const id of state.watched.keys()) if (!wanted.has(id)) state.watched.delete(id)
  for (const [id, at] of wanted) {
    const known = state.watched.get(id)
    const { intervalMs } = at.check.pace
    if (known === undefined)
      state.watched.set(id, { at, team: at.service.teamId, isLooking: false, ...standing(at, { row: state.rows.get(id), nowMs }) })
    else {
      known.at = at
      if (known.appointment.intervalMs !== intervalMs) known.appointment = firstAppointment(id, intervalMs, nowMs)
    }
  }
}

function standing(
  { container, check }: WatchedContainer,
  { row, nowMs }: { readonly row: ContainerHealthRow | undefined; readonly nowMs: number },
): Pick<Watched, 'health' | 'appointment' | 'looks' | 'sinceMs' | 'countedMs'> {
  const health = healthOf(row)
  const { intervalMs } = check.pace
  const appointment = health.isUnproven ? { intervalMs, dueMs: nowMs } : firstAppointment(container.id, intervalMs, nowMs)
  return { health, appointment, looks: 0, sinceMs: nowMs, countedMs: nowMs }
}

function healthOf(row: ContainerHealthRow | undefined): ContainerHealth {
  if (row === undefined) return provenHealth
  const { status, isFlapping, isUnproven, history, words } = row
  // A version before this one leaves the flag as it is.
  return { status, isFlapping, isUnproven: isUnproven && status === 'unhealthy', history, words }
}
