/** How long the edge waits for what. */
export interface EdgeLimits {
  /** For a connection to a container on this machine. */
  readonly connectLimitMs: number
  /** From the end of a request to the beginning of its answer. A stream may then last as long as both sides like. */
  readonly answerLimitMs: number
}

export const defaultLimits: EdgeLimits = { connectLimitMs: 2_000, answerLimitMs: 120_000 }
