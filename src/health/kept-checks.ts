// Which looks are kept as rows, so that a service that is asked every second does not fill a table: every failure, but of a container that is
// known to be sick at most one in ten seconds; and of the answers of a service one a minute, none while a copy of it is sick. Pure.

export interface LastKept {
  readonly answerMs: number
  readonly failureMs: number
}

export const nothingKept: LastKept = { answerMs: Number.NEGATIVE_INFINITY, failureMs: Number.NEGATIVE_INFINITY }

const answersEveryMs = 60_000
const failuresEveryMs = 10_000

export interface MadeLook {
  readonly hasPassed: boolean
  readonly wasSick: boolean
  /** Whether any copy of the service is sick. */
  readonly isServiceSick: () => boolean
  readonly nowMs: number
}

export function isKept(last: LastKept, { hasPassed, wasSick, isServiceSick, nowMs }: MadeLook): boolean {
  if (hasPassed) return nowMs - last.answerMs >= answersEveryMs && !isServiceSick()
  return !wasSick || nowMs - last.failureMs >= failuresEveryMs
}
