// When each container is looked at, and who comes first when many are due. Looks are spread over their interval by the container's id, and none is
// made up for. Pure: the time comes in, and only its differences count.

export interface Appointment {
  readonly intervalMs: number
  readonly dueMs: number
}

/** Within the first interval, at a place that is its own. */
export function firstAppointment(id: string, intervalMs: number, nowMs: number): Appointment {
  return { intervalMs, dueMs: nowMs + intervalMs * shareOf(id) }
}

/** The next place of its own that is not over yet: whoever is late skips, and does not hurry. */
export function nextAppointment({ intervalMs, dueMs }: Appointment, nowMs: number): Appointment {
  const missed = Math.max(0, Math.floor((nowMs - dueMs) / intervalMs))
  return { intervalMs, dueMs: dueMs + (missed + 1) * intervalMs }
}

/** Pauses after looks at one that was started again; the last one stays. */
const soonMs = [250, 500, 1_000, 2_000]

/** Of one that was started again: soon, and less and less so, but never less often than usual. An answer is held against the next one soon. */
export function soonAppointment(
  intervalMs: number,
  { looks, hasAnswered, nowMs }: { readonly looks: number; readonly hasAnswered: boolean; readonly nowMs: number },
): Appointment {
  const pauseMs = soonMs[hasAnswered ? 0 : Math.min(looks - 1, soonMs.length - 1)] ?? intervalMs
  return { intervalMs, dueMs: nowMs + Math.min(pauseMs, intervalMs) }
}

/** One of each team after the other, those with the fewest looks under way first; within a team who has waited longest. */
export function inTurns<T extends Due>(due: readonly T[], underWay: (team: string) => number): readonly T[] {
  const next = new Map<string, number>()
  const ranked = [...due]
    .sort((a, b) => a.appointment.dueMs - b.appointment.dueMs)
    .map((one) => {
      const rank = next.get(one.team) ?? underWay(one.team)
      next.set(one.team, rank + 1)
      return { one, rank }
    })
  return ranked.sort((a, b) => a.rank - b.rank).map(({ one }) => one)
}

interface Due {
  readonly team: string
  readonly appointment: Appointment
}

/** In [0, 1): FNV-1a over the id, which spreads ids that differ in one place. */
function shareOf(id: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193)
  return (hash >>> 0) / 2 ** 32
}
