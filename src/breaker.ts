// Whether nobody answers outside: closed after several failures in a row, and then tried again now and then. Durations are measured by the monotonic
// clock, so that a clock that jumps neither keeps it closed nor opens it early. (cockatiel's breaker reads the machine's clock.)

export interface BreakerOptions {
  /** So many failures in a row, without an answer in between, close it, unless they are all about one thing. */
  readonly failures: number
  /** It stays closed for so long, twice as long after each failed try, and never longer than the second. */
  readonly pauseMs: readonly [number, number]
  /** A try that has neither failed nor heard anything keeps others out for so long: what it is about may hang by itself. Default is 5 s. */
  readonly tryMs?: number
  /** Why, in few words. Default is the error's message. */
  readonly because?: (error: unknown) => string
}

export interface Breaker {
  closed(): Closed | undefined
  /** For how long nothing may pass; zero when it is open, and when it is time to try again. */
  refusesForMs(): number
  /** Something passes: while it is closed, that is the try. Returns what is to be called when it has ended. */
  begin(): () => void
  answered(): void
  failed(error: unknown, call: FailedCall): void
}

export interface FailedCall {
  /** Each thing that alone may be the cause. */
  readonly about: readonly string[]
  /** By the monotonic clock. */
  readonly begunMs: number
}

export interface Closed {
  /** When the first of the failures in a row happened. */
  readonly since: Date
  readonly reason: string
  readonly cause: unknown
  readonly pauseMs: number
  readonly again: Date
}

interface Pause extends Closed {
  /** By the monotonic clock, as the others. */
  readonly closedMs: number
  readonly untilMs: number
  tryUntilMs: number
}

const defaultTryMs = 5_000

export function createBreaker({ failures, pauseMs, tryMs = defaultTryMs, because = messageOf }: BreakerOptions): Breaker {
  let inARow: readonly (readonly string[])[] = []
  let firstFailure: Date | undefined
  let closed: Pause | undefined
  return {
    closed: () => closed,
    refusesForMs: () => (closed === undefined ? 0 : Math.max(0, Math.max(closed.untilMs, closed.tryUntilMs) - performance.now())),
    begin() {
      const was = closed
      if (was === undefined) return () => undefined
      was.tryUntilMs = performance.now() + tryMs
      return () => {
        was.tryUntilMs = 0
      }
    },
    answered() {
      inARow = []
      firstFailure = undefined
      closed = undefined
    },
    failed(error, { about, begunMs }) {
      // It was under way when this closed, or when another try failed: that is told already.
      if (closed !== undefined && begunMs <= closed.closedMs) return
      inARow = [...inARow, about].slice(-failures)
      firstFailure ??= new Date()
      if (closed === undefined && (inARow.length < failures || areAboutOne(inARow))) return
      const [first, longest] = pauseMs
      const ms = closed === undefined ? first : Math.min(longest, closed.pauseMs * 2)
      const again = new Date(Date.now() + ms)
      const closedMs = performance.now()
      const times = { closedMs, untilMs: closedMs + ms, tryUntilMs: 0 }
      closed = { since: firstFailure, reason: because(error), cause: error, pauseMs: ms, again, ...times }
    },
  }
}

/** Of whom and what a failure tells. */
interface About {
  readonly subject?: string | undefined
  readonly team?: string | undefined
}

export interface Breakers {
  /** Those that a call has to pass. */
  of(about: About): readonly Breaker[]
  /** The first one that is closed, whoever it is that it refuses. */
  closed(): Closed | undefined
  answered(about: About): void
  failed(error: unknown, call: About & Pick<FailedCall, 'begunMs'>): void
}

/** Of a team whose calls have not failed for so long nothing is remembered: it may be gone. Longer than any pause. */
const rememberedMs = 600_000

interface TeamBreaker {
  readonly breaker: Breaker
  failedMs: number
}

/** One for everybody, which failures of one team alone do not close, and one for each team that has failed. */
export function createBreakers(options: BreakerOptions): Breakers {
  const everybodys = createBreaker(options)
  const teams = new Map<string, TeamBreaker>()
  const remembered = () => {
    for (const [team, { failedMs }] of teams) if (performance.now() - failedMs > rememberedMs) teams.delete(team)
    return teams
  }
  return {
    of({ team }) {
      const own = team === undefined ? undefined : remembered().get(team)
      return own === undefined ? [everybodys] : [everybodys, own.breaker]
    },
    closed: () =>
      [everybodys, ...[...remembered().values()].map(({ breaker }) => breaker)]
        .map((breaker) => breaker.closed())
        .find((closed) => closed !== undefined),
    answered({ team }) {
      everybodys.answered()
      if (team !== undefined) teams.delete(team)
    },
    failed(error, { subject, team, begunMs }) {
      const about = subject === undefined ? [] : [`subject ${subject}`]
      everybodys.failed(error, { about: team === undefined ? about : [...about, `team ${team}`], begunMs })
      if (team === undefined) return
      const own = remembered().get(team) ?? { breaker: createBreaker(options), failedMs: 0 }
      own.failedMs = performance.now()
      teams.set(team, own)
      own.breaker.failed(error, { about, begunMs })
    },
  }
}

/** The same through the whole pause, so that who repeats it says nothing new. */
export function closedWords(name: string, { since, reason, pauseMs, again }: Closed): string {
  const next = pauseMs <= 2_000 ? 'it is asked again every few seconds' : `it is asked again at ${clockTime(again)}`
  return `${name} does not answer since ${clockTime(since)} (${reason}); ${next}`
}

/** Whether several that failed have something in common: then it is that, and not the other side. */
function areAboutOne([first = [], ...others]: readonly (readonly string[])[]): boolean {
  return first.some((one) => others.every((about) => about.includes(one)))
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function clockTime(at: Date): string {
  return `${at.toISOString().slice(11, 19)} UTC`
}
