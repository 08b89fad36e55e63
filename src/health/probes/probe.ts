// What a probe is: one look at one container, which ends within its limit and never throws.

/** What a probe needs of the engine. */
export interface ProbeEngine {
  exec(container: string, command: readonly string[], deadlineMs: number): Promise<{ readonly exitCode: number; readonly output: string }>
}

/** Where the container answers: the loopback port that the engine picked, or its own address where none is published. */
export interface ProbeTarget {
  readonly container: string
  readonly host: string
  readonly port: number
}

/** `words` is the end of a sentence that begins with what was asked: "GET /healthz answered 503". */
export interface ProbeResult {
  readonly hasPassed: boolean
  readonly words: string
  /** What the service printed with it, which may hold anything: shown only by who takes secrets out of it. */
  readonly said?: string
  /** The engine could not be asked, so nothing is known of the container. Default is false. */
  readonly isUnknown?: true
}

/** While a service starts, one look may take this long unless its check says otherwise. */
export const probeLimitMs = 2_000

export function inSeconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`
}

/** What a container says is shown to people and stored: no more of it than a line of this length. */
const saidLimit = 200

export function oneLine(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()
  return line.length <= saidLimit ? line : `${line.slice(0, saidLimit - 1)}…`
}
