// The engine behind its gates: what it is asked while it is away is refused at once, and what it has to do at once is bounded. Reading output for people
// has a gate of its own, so that many readers hold up no deploy. Builds and what streams through containers are bounded by slots, pulls by their registry,
// and what follows (events, output, the end of a container) ends with the engine by itself.
import { KyozoError } from '../../errors.ts'
import type { GateOptions, Gates } from '../../gate.ts'
import type { Engine } from '../engine.ts'

export interface GatedOptions {
  readonly gates: Gates
  /** A short question with a short deadline, to find out whether the engine is back. */
  readonly ping: () => Promise<unknown>
  /** When it aborts, whoever still waits for the engine is told so at once. */
  readonly halt: AbortSignal | undefined
}

export function gatedEngine(engine: Engine, { gates, ping, halt }: GatedOptions): Engine {
  const gate = gates.to('engine', () => gateOptions(ping))
  const readers = gates.to('engine output', () => ({ ...gateOptions(ping), atOnce: 8, waiting: 32 }))
  const through =
    <A extends readonly unknown[], R>(way: typeof gate, call: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> =>
      unlessHalted(halt, () => way.run(() => call(...args)))
  return {
    ...engine,
    check: through(gate, engine.check),
    observe: through(gate, engine.observe),
    prepare: through(gate, engine.prepare),
    create: through(gate, engine.create),
    start: through(gate, engine.start),
    stop: through(gate, engine.stop),
    unpause: through(gate, engine.unpause),
    rename: through(gate, engine.rename),
    change: through(gate, engine.change),
    glance: through(gate, engine.glance),
    remove: through(gate, engine.remove),
    giveAlias: through(gate, engine.giveAlias),
    takeAlias: through(gate, engine.takeAlias),
    inspect: through(gate, engine.inspect),
    exec: through(gate, engine.exec),
    volumeMark: through(gate, engine.volumeMark),
    discardVolume: through(gate, engine.discardVolume),
    logTail: through(gate, engine.logTail),
    usage: through(gate, engine.usage),
    listProjects: through(gate, engine.listProjects),
    removeStack: through(gate, engine.removeStack),
    readOutput: through(readers, engine.readOutput),
  }
}

/** More than all deploys of a process ask at once; a thousand health checks wait for their turn. */
const atOnce = 64
const waiting = 2_000

function gateOptions(ping: () => Promise<unknown>): GateOptions {
  return {
    name: 'the Docker engine',
    atOnce,
    waiting,
    failures: 2,
    pauseMs: [1_000, 2_000],
    isAway: (error) => error instanceof KyozoError && error.code === 'engine_unavailable',
    isOurs: (error) => error instanceof KyozoError && (error.code === 'superseded' || error.code === 'child_timed_out'),
    because,
    probe: ping,
    refused: (words, details) => new KyozoError('engine_unavailable', words, { ...details, hint: hintOf(details.cause) }),
  }
}

/** What failed is said where it failed; here it is about the engine. */
function because(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error)
  return /^could not .+?: (.+)$/s.exec(said)?.[1] ?? said
}

function hintOf(cause: unknown): string {
  return (cause instanceof KyozoError ? cause.hint : undefined) ?? 'look whether the Docker engine runs: `docker ps`'
}

function unlessHalted<R>(halt: AbortSignal | undefined, call: () => Promise<R>): Promise<R> {
  if (halt === undefined) return call()
  return new Promise((resolve, reject) => {
    const onHalt = () => reject(new KyozoError('engine_unavailable', 'kyozo is stopping and asks the Docker engine nothing more'))
    if (halt.aborted) return onHalt()
    halt.addEventListener('abort', onHalt, { once: true })
    call()
      .then(resolve, reject)
      .finally(() => halt.removeEventListener('abort', onHalt))
  })
}
