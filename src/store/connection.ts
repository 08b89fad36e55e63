// One connection to PostgreSQL that notices when the server is lost without a word, as when a cable is pulled or a firewall forgets it. TCP alone finds
// out after a quarter of an hour, and until then a pool is full of connections that nobody answers.
import type { Socket } from 'node:net'
import { Readable, Writable } from 'node:stream'
import pg from 'pg'

/** Longer than the server lets any statement take: no answer comes any more. */
const lostAfterMs = 40_000
/** Rows that are copied come and go all the time: longer than a busy disk makes them wait. */
const silentAfterMs = 60_000
/** A server that is told goodbye closes the connection at once. */
const goodbyeMs = 2_000

/** Idle connections are asked after so long whether they are there. */
export const keepAlive = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 }

export interface ConnectionOptions extends pg.ClientConfig {
  /** For so long the server may owe a byte of the rows that are copied. Default is a minute. */
  readonly silentMs?: number | undefined
}

export class Connection extends pg.Client {
  readonly #silentMs: number
  /** Whoever turned the server's limit off waits for as long as it takes. */
  #isPatient = false

  constructor(options: ConnectionOptions = {}) {
    super(options)
    this.#silentMs = options.silentMs ?? silentAfterMs
  }

  // The library's signature has many forms; what matters here is how the answer comes back: as a promise, or to a function.
  override query(...asked: unknown[]): never {
    this.#note(asked[0])
    const end = this.#isPatient ? () => undefined : this.#expect()
    const tell = asked.at(-1)
    const given = typeof tell !== 'function' ? asked : [...asked.slice(0, -1), endThen(end, tell as (...told: unknown[]) => void)]
    const answer = (super.query as (...given: unknown[]) => unknown).apply(this, given)
    if (answer instanceof Promise) answer.then(end, end)
    else if (given === asked) end()
    // What is copied takes as long as whoever is at the other end of it, but not as long as a server that is lost.
    if (asked[0] instanceof Readable || asked[0] instanceof Writable) this.#whileBytesFlow(asked[0])
    return answer as never
  }

  override end(...told: unknown[]): never {
    const timer = setTimeout(() => this.#socket()?.destroy(), goodbyeMs)
    timer.unref()
    this.once('end', () => clearTimeout(timer))
    return (super.end as (...told: unknown[]) => never).apply(this, told)
  }

  #note(asked: unknown): void {
    const text = typeof asked === 'string' ? asked : ((asked as { readonly text?: unknown } | undefined)?.text ?? '')
    if (typeof text === 'string' && text.includes('statement_timeout')) this.#isPatient = !text.startsWith('reset')
  }

  /** Returns what to call when the answer is there. */
  #expect(): () => void {
    const timer = setTimeout(() => this.#giveUp(), lostAfterMs)
    timer.unref()
    return () => clearTimeout(timer)
  }

  #whileBytesFlow(rows: Readable | Writable): void {
    const socket = this.#socket()
    if (socket === undefined) return
    const isOwed = () => (rows instanceof Readable ? rows.readableLength === 0 : socket.writableLength > 0)
    const look = () => {
      if (isOwed()) this.#giveUp()
      else socket.setTimeout(this.#silentMs)
    }
    socket.setTimeout(this.#silentMs)
    socket.on('timeout', look)
    rows.once('close', () => {
      socket.off('timeout', look)
      socket.setTimeout(0)
    })
  }

  #giveUp(): void {
    this.#socket()?.destroy(new Error('Connection terminated: the server does not answer'))
  }

  #socket(): Socket | undefined {
    return (this as unknown as { readonly connection?: { readonly stream?: Socket } }).connection?.stream
  }
}

function endThen(end: () => void, tell: (...told: unknown[]) => void): (...told: unknown[]) => void {
  return (...told) => {
    end()
    tell(...told)
  }
}

/** For a pool that goes on by itself after its server was lost. */
export const lasting = { ...keepAlive, Client: Connection }
