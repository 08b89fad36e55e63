// How a process stops: nothing new is begun, what is under way ends or is handed over, and at the limit it ends whatever has not.
import { endProcess } from '../end.ts'
import type { Stopping } from '../pipeline/hand-over.ts'

export interface StopControl extends Stopping {
  /** What works may end well until half of the time is over; then it is to give back what it holds. */
  begin(): void
  /** Aborts when nobody may wait for the engine any more. */
  readonly halt: AbortSignal
  /** How long the parts that work may take altogether; the rest of the time is for the others. */
  readonly workMs: number
}

/** For connections, streams and the embedded database after the work has ended. */
const restShare = 0.25
const restLimitMs = 6_000

export function stopControl(stopMs: number): StopControl {
  const begun = new AbortController()
  const handOver = new AbortController()
  const halt = new AbortController()
  const workMs = stopMs - Math.min(restLimitMs, stopMs * restShare)
  return {
    begun: begun.signal,
    handOver: handOver.signal,
    halt: halt.signal,
    workMs,
    begin() {
      begun.abort()
      setTimeout(() => handOver.abort(), stopMs / 2).unref()
      setTimeout(() => halt.abort(), workMs - 500).unref()
    },
  }
}

export interface Lifetime {
  readonly stopMs: number
  readonly close: () => Promise<void>
}

/**
 * Ends the process when it is told to, also while it starts: with 0 when everything ended in time. A second signal ends it at once, and so does a
 * failure that nobody caught: after one nothing in the process can be trusted, and whatever it was doing is taken up again as after a power cut.
 */
export async function endWhenTold({ stopMs, close }: Lifetime): Promise<void> {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) process.on(event, (error: unknown) => endBroken(error))
  const signal = await nextSignal()
  process.stdout.write(`kyozo: ${signal}, stopping within ${stopMs / 1000} s (services keep running)\n`)
  void nextSignal().then((second) => {
    process.stderr.write(`kyozo: ${second} again, ending at once; the next start goes on with what was under way\n`)
    process.exit(1)
  })
  const limit = setTimeout(() => {
    process.stderr.write(`kyozo: not everything ended within ${stopMs / 1000} s; the next start goes on with what was under way\n`)
    process.exit(1)
  }, stopMs)
  await close()
  clearTimeout(limit)
  endProcess(0)
}

function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const names = ['SIGTERM', 'SIGINT'] as const
    const onSignal = (name: NodeJS.Signals) => {
      for (const other of names) process.off(other, onSignal)
      resolve(name)
    }
    for (const name of names) process.on(name, onSignal)
  })
}

function endBroken(error: unknown): never {
  const said = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`kyozo met a failure that nobody foresaw and ends; the next start goes on with what was under way\n${said}\n`)
  process.exit(70)
}
