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
}

/** One look may take this long; a service that needs longer to say that it is well is not. */
export const probeLimitMs = 2_000
