// How a service stands, in figures and in words a person can act on. Pure: what is known and the time come as data.

export interface ServiceLife {
  readonly status: string
  readonly healthStatus: string
  readonly statusReason: string | null
  /** Of its newest containers; null when it never ran. */
  readonly startedAt: Date | null
  /** The commit since which it runs as it does. */
  readonly sha: string | null
  /** Copies that take requests; null for a service that nobody asks over the network. */
  readonly servingCopies: number | null
  readonly wantedCopies: number
  /** Whether anything is asked of it while it runs. Default is yes. */
  readonly isChecked?: boolean
}

export interface Figure {
  readonly used: number
  readonly limit: number | null
  readonly percent: number | null
}

export interface ResourceUtilization {
  /** Cores. */
  readonly cpu: Figure | null
  /** Bytes. */
  readonly memory: Figure | null
  readonly recorded_at: string | null
}

const up: ReadonlySet<string> = new Set(['running', 'scaling'])

/** Null for a service that does not run. */
export function uptimeSeconds(life: Pick<ServiceLife, 'status' | 'startedAt'>, now: Date): number | null {
  if (!up.has(life.status) || life.startedAt === null) return null
  return Math.max(0, Math.floor((now.getTime() - life.startedAt.getTime()) / 1000))
}

/** `running c0bc241 since 2 h, 2 of 2 copies healthy`. */
export function deploymentStatus(life: ServiceLife, now: Date): string {
  const seconds = uptimeSeconds(life, now)
  const commit = life.sha === null ? '' : ` ${life.sha.slice(0, 7)}`
  if (up.has(life.status)) return `${life.status}${commit}${seconds === null ? '' : ` since ${span(seconds)}`}, ${copyWords(life)}`
  const reason = life.statusReason === null ? '' : `: ${life.statusReason}`
  if (life.status === 'deploying') return `deploying${commit === '' ? '' : `,${commit} was the last that ran`}${reason}`
  return `${life.status}${reason}`
}

function copyWords({ servingCopies, wantedCopies, healthStatus, isChecked = true }: ServiceLife): string {
  if (!isChecked && healthStatus === 'healthy') return `${wantedCopies === 1 ? '1 copy' : `${wantedCopies} copies`}, no check of it is set`
  if (servingCopies !== null) return `${servingCopies} of ${wantedCopies} ${wantedCopies === 1 ? 'copy' : 'copies'} healthy`
  const copies = wantedCopies === 1 ? '1 copy' : `${wantedCopies} copies`
  return `${copies}, ${healthStatus === 'unknown' ? 'health unknown' : healthStatus}`
}

/** The largest unit that tells enough: `40 s`, `5 min`, `2 h`, `3 days`. */
function span(seconds: number): string {
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 48 * 3_600) return `${Math.floor(seconds / 3_600)} h`
  return `${Math.floor(seconds / 86_400)} days`
}

/** What is used beside what may be used, of all copies together. */
export function figureOf(used: number | null, limit: number | null): Figure | null {
  if (used === null) return null
  return { used, limit, percent: limit === null || limit === 0 ? null : Math.round((used / limit) * 1_000) / 10 }
}
