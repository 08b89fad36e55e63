// The environment that serves what a preview does not run itself.

export interface Baseline {
  readonly environment: string
  /** Its compose project, whose network its services are found on. */
  readonly project: string
  /** What is live there, by service. */
  readonly live: ReadonlyMap<string, LiveThere>
  /** The hash that each service of the preview's own commit would have there: what has the same one would not be changed by a merge. */
  readonly wouldRun: ReadonlyMap<string, string>
}

export interface LiveThere {
  readonly configHash: string
  /** Whether it runs and is healthy. */
  readonly isWell: boolean
}
