// The way to something outside that may be slow or away: at most so many calls at once, a bounded number that wait, and none at all for a while after
// several have failed in a row. What is refused here costs nothing, and says since when, why, and when it is tried again. What goes wrong for one team
// alone is refused to that team alone. (cockatiel's bulkhead reads no clock.)
import { BulkheadRejectedError, bulkhead } from 'cockatiel'
import { type BreakerOptions, closedWords, createBreakers } from './breaker.ts'
import type { KyozoError } from './errors.ts'
import { createShares, type ShareOptions, type Shares } from './shares.ts'

export interface Gate {
  readonly name: string
  /** Throws what `refused` makes when the way is closed or full, and whatever the call throws. The signal ends waiting; what has begun ends itself. */
  run<T>(call: Call<T>, caller?: Caller): Promise<T>
  state(): GateState
}

/** Says with `heard` each time that something came: then the other side is there, however long the rest takes. */
export type Call<T> = (heard: () => void) => Promise<T>

export interface Caller {
  readonly signal?: AbortSignal | undefined
  /**
   * What the call is about, a repository for instance. One that fails or stalls by itself neither closes the way for the others nor takes their
   * places. A call without one is about something of its own.
   */
  readonly subject?: string | undefined
  /** Who asks. One whose calls alone fail or stall closes the way for itself. Default is nobody in particular. */
  readonly team?: string | undefined
}

export interface GateState {
  readonly name: string
  /** For everybody: false also while it is closed for one team alone, until none of its calls has failed for ten minutes. */
  readonly isOpen: boolean
  /** When the first of the failures in a row happened; undefined while it is open. */
  readonly closedSince?: Date
  readonly reason?: string
  readonly running: number
  readonly waiting: number
  /** How many calls were refused since the process began. */
  readonly refused: number
}

export interface GateOptions extends BreakerOptions {
  /** As the beginning of a sentence: `the Docker engine`. */
  readonly name: string
  readonly atOnce: number
  readonly waiting: number
  /** Calls that have heard nothing for so long are slow; with those of so many subjects no other is begun. Default is no such limit. */
  readonly slow?: { readonly afterMs: number; readonly atOnce: number }
  /** Of one subject so many at once; others of it wait for at most so long. Default is no such limit. */
  readonly share?: GateShare
  /** The same of one team. */
  readonly teamShare?: GateShare
  /** Whether the other side did not answer; undefined when it did, whatever it said. */
  readonly isAway: (error: unknown) => boolean
  /** Whether the call was broken off from here, which says nothing about the other side. */
  readonly isOurs?: (error: unknown) => boolean
  /** Asked before the first call after a pause, where the call itself may take long without a word. */
  readonly probe?: () => Promise<unknown>
  readonly refused: (words: string, details: { readonly retryAfterSeconds: number; readonly cause?: unknown }) => KyozoError
}

export interface GateShare extends ShareOptions {
  /** Whoever finds no place is to ask again after so long. Default is as long as a call takes to be slow, or else two seconds. */
  readonly againMs?: number
}

export function createGate(options: GateOptions): Gate {
  const { name, slow } = options
  const inTurn = bulkhead(options.atOnce, options.waiting)
  const begun = new Set<Begun>()
  const shares = sharesOf(options)
  const breakers = createBreakers(options)
  let refused = 0
  const refuse = (words: string, { afterMs, cause }: { readonly afterMs: number; readonly cause?: unknown }) => {
    refused++
    const retryAfterSeconds = Math.max(1, Math.ceil(afterMs / 1000))
    return options.refused(words, { retryAfterSeconds, ...(cause === undefined ? {} : { cause }) })
  }
  const guarded = async <T>(call: Call<T>, caller: Caller): Promise<T> => {
    const begunMs = performance.now()
    const mine: Begun = { caller, heardAt: begunMs }
    begun.add(mine)
    try {
      const result = await call(() => {
        if (!begun.has(mine)) return
        mine.heardAt = performance.now()
        breakers.answered(caller)
      })
      breakers.answered(caller)
      return result
    } catch (error) {
      if (options.isAway(error)) breakers.failed(error, { ...caller, begunMs })
      else if (!options.isOurs?.(error)) breakers.answered(caller)
      throw error
    } finally {
      begun.delete(mine)
    }
  }
  const enter = async <T>(call: Call<T>, caller: Caller): Promise<T> => {
    const closed = breakers.of(caller).filter((breaker) => breaker.closed() !== undefined)
    const [first] = closed.filter((breaker) => breaker.refusesForMs() > 0)
    if (first !== undefined)
      throw refuse(closedWords(name, first.closed()!), { afterMs: first.refusesForMs(), cause: first.closed()!.cause })
    const ends = closed.map((breaker) => breaker.begin())
    try {
      if (closed.length > 0 && options.probe !== undefined) await guarded(options.probe, caller)
      return await guarded(call, caller)
    } finally {
      for (const end of ends) end()
    }
  }
  return {
    name,
    async run(call, caller = {}) {
      const { signal } = caller
      signal?.throwIfAborted()
      if (slow !== undefined && slowFor(caller, begun, slow.afterMs) >= slow.atOnce)
        throw refuse(`${name} is slow: nothing has come for ${slow.afterMs / 1000} s to ${slow.atOnce} calls`, { afterMs: slow.afterMs })
      const leaves: (() => void)[] = []
      try {
        for (const { places, key, words, againMs } of shares(caller)) {
          const hasPlace = await places.enter(key, signal)
          if (hasPlace) leaves.push(() => places.leave(key))
          signal?.throwIfAborted()
          if (!hasPlace) throw refuse(words, { afterMs: againMs ?? slow?.afterMs ?? busyMs })
        }
        return await leavingTheLine(signal, (begins) =>
          inTurn.execute(() => {
            begins()
            return enter(call, caller)
          }),
        )
      } catch (error) {
        if (error instanceof BulkheadRejectedError)
          throw refuse(`${name} has too much to do: ${options.atOnce} calls are under way`, { afterMs: busyMs })
        throw error
      } finally {
        for (const leave of leaves) leave()
      }
    },
    state() {
      const closed = breakers.closed()
      return {
        name,
        isOpen: closed === undefined,
        ...(closed === undefined ? {} : { closedSince: closed.since, reason: closed.reason }),
        running: options.atOnce - inTurn.executionSlots,
        waiting: options.waiting - inTurn.queueSlots,
        refused,
      }
    },
  }
}

const busyMs = 2_000

interface Place {
  readonly places: Shares
  readonly key: string
  /** Said to whoever finds none. */
  readonly words: string
  readonly againMs: number | undefined
}

function sharesOf({ name, share, teamShare }: GateOptions): (caller: Caller) => readonly Place[] {
  const bySubject = share && createShares(share)
  const byTeam = teamShare && createShares(teamShare)
  const isSlow = (subject: string) => `${name} is slow with ${subject}: ${share!.atOnce} calls about it are under way`
  const isBusy = `${name} is busy: ${teamShare?.atOnce} calls of this team are under way`
  return ({ subject, team }) => [
    ...(bySubject === undefined || subject === undefined
      ? []
      : [{ places: bySubject, key: subject, words: isSlow(subject), againMs: share!.againMs }]),
    ...(byTeam === undefined || team === undefined ? [] : [{ places: byTeam, key: team, words: isBusy, againMs: teamShare!.againMs }]),
  ]
}

/** Who waits behind calls that hang must not hang with them: the signal ends the waiting, and not what has begun. */
function leavingTheLine<T>(signal: AbortSignal | undefined, wait: (begun: () => void) => Promise<T>): Promise<T> {
  if (signal === undefined) return wait(() => undefined)
  return new Promise((resolve, reject) => {
    const leave = () => signal.removeEventListener('abort', abort)
    const abort = () => reject(signal.reason as Error)
    signal.addEventListener('abort', abort, { once: true })
    wait(() => {
      signal.throwIfAborted()
      leave()
    })
      .then(resolve, reject)
      .finally(leave)
  })
}

interface Begun {
  readonly caller: Caller
  /** By the monotonic clock; when it began, while nothing has come. */
  heardAt: number
}

/** How many subjects have a call that is slow. Those of one team alone are no matter of another. */
function slowFor({ team }: Caller, begun: ReadonlySet<Begun>, afterMs: number): number {
  const now = performance.now()
  const slow = [...begun].filter(({ heardAt }) => now - heardAt > afterMs)
  const others = slow.filter(({ caller }) => caller.team !== team)
  const isOfAnother = others.length === slow.length && new Set(others.map(({ caller }) => caller.team)).size < 2
  return isOfAnother ? 0 : new Set(slow.map((one) => one.caller.subject ?? one)).size
}

/** The gates of one process, by what they lead to. */
export interface Gates {
  /** Made when it is first asked for. */
  to(key: string, options: () => GateOptions): Gate
  /** Those that are closed or in use, and those that have refused something. */
  states(): readonly (GateState & { readonly key: string })[]
}

/** Hosts come from people's repositories: those that nobody uses are forgotten beyond so many. */
const keptGates = 200

export function createGates(): Gates {
  const gates = new Map<string, Gate>()
  return {
    to(key, options) {
      const known = gates.get(key)
      if (known !== undefined) return known
      if (gates.size >= keptGates) for (const [old, gate] of gates) if (isIdle(gate.state())) gates.delete(old)
      const gate = createGate(options())
      gates.set(key, gate)
      return gate
    },
    states: () => [...gates].map(([key, gate]) => ({ key, ...gate.state() })),
  }
}

function isIdle(state: GateState): boolean {
  return state.isOpen && state.running === 0 && state.waiting === 0
}
