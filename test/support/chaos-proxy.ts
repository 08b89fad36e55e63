// A TCP proxy that can take away what stands behind it: in front of PostgreSQL, an engine, a registry or a Git server.
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface ChaosProxy {
  /** On 127.0.0.1. */
  readonly port: number
  /** Connections that are open now. */
  readonly connections: number
  /** How many connections were reset, refused, held back or robbed of an answer so far. */
  readonly harmed: number
  /** Ends every open connection with a reset; new ones are served. What was sent and not answered may or may not have arrived. */
  cut(): void
  /** Ends every open connection, and every new one at once. */
  refuse(): void
  /** Nothing passes any more, in neither direction, and nothing is ended: as when a cable is pulled. New connections open and hear nothing. */
  stall(): void
  /** What is open hears nothing ever again, and is not ended either; new connections are served. As when a firewall forgets what it knew. */
  forget(): void
  /** The next answer that matches is swallowed and its connection reset: what was asked has happened, and who asked does not hear of it. */
  loseAnswer(matching: (answer: Buffer) => boolean): void
  /** Everything passes again; what was held back by a stall too. */
  heal(): void
  close(): Promise<void>
}

/** A port of this machine, the URL of what to reach, or the path of a socket; what says it anew for each connection, when it moves. */
export interface ChaosTarget {
  readonly target: Target | (() => Target)
}

type Target = number | string

interface Pair {
  readonly near: Socket
  readonly far: Socket
}

export async function startChaosProxy({ target }: ChaosTarget): Promise<ChaosProxy> {
  const pairs = new Set<Pair>()
  const forgotten = new Set<Pair>()
  const place = () => placeOf(typeof target === 'function' ? target() : target)
  let state: 'open' | 'refusing' | 'stalled' = 'open'
  let harmed = 0
  let loses: ((answer: Buffer) => boolean) | undefined
  const reset = (pair: Pair) => {
    pairs.delete(pair)
    pair.near.resetAndDestroy()
    pair.far.resetAndDestroy()
  }
  const cut = () => {
    harmed += pairs.size
    for (const pair of [...pairs]) reset(pair)
  }
  const server = createServer({ allowHalfOpen: true }, (near) => {
    if (state !== 'open') harmed++
    if (state === 'refusing') {
      near.on('error', () => undefined).resetAndDestroy()
      return
    }
    const far = connect({ ...place(), allowHalfOpen: true })
    const pair: Pair = { near, far }
    pairs.add(pair)
    for (const socket of [near, far]) socket.on('error', () => reset(pair)).on('close', () => pairs.delete(pair))
    pass(near, far)
    pass(far, near, (chunk) => {
      if (loses?.(chunk) !== true) return false
      loses = undefined
      harmed++
      reset(pair)
      return true
    })
    if (state === 'stalled') hold(pair)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    get harmed() {
      return harmed
    },
    get connections() {
      return pairs.size
    },
    cut,
    refuse() {
      state = 'refusing'
      cut()
    },
    stall() {
      state = 'stalled'
      harmed += pairs.size
      for (const pair of pairs) hold(pair)
    },
    forget() {
      for (const pair of pairs) {
        hold(pair)
        pairs.delete(pair)
        forgotten.add(pair)
      }
    },
    loseAnswer(matching) {
      loses = matching
    },
    heal() {
      state = 'open'
      loses = undefined
      for (const { near, far } of pairs) for (const socket of [near, far]) socket.resume()
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const pair of forgotten) reset(pair)
      cut()
      await closed
    },
  }
}

function placeOf(target: Target): { readonly host: string; readonly port: number } | { readonly path: string } {
  if (typeof target === 'number') return { host: '127.0.0.1', port: target }
  if (target.startsWith('/')) return { path: target }
  const { hostname, port } = new URL(target)
  return { host: hostname, port: Number(port) }
}

function hold({ near, far }: Pair): void {
  for (const socket of [near, far]) socket.pause()
}

/** Hands on what comes, slowly when the other side is slow, and the end of it. `swallow` sees each piece first. */
function pass(from: Socket, to: Socket, swallow: (chunk: Buffer) => boolean = () => false): void {
  from.on('data', (chunk: Buffer) => {
    if (swallow(chunk) || to.destroyed) return
    if (to.write(chunk)) return
    from.pause()
    to.once('drain', () => from.resume())
  })
  from.on('end', () => to.end())
}
