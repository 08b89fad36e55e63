// What a benchmark is: it sets up what it needs, measures both sides in turn, and answers with lines of one table.

export interface Benchmark {
  /** For `npm run bench -- <name>`. */
  readonly name: string
  readonly title: string
  run(bench: Bench): Promise<readonly Row[]>
}

export interface Row {
  readonly what: string
  /** What it is compared with, in words. */
  readonly against: string
  /** Both sides as shown, with their units. */
  readonly kyozo: string
  readonly other: string
  /** kyozo divided by the other side; absent where there is nothing to compare with. */
  readonly ratio?: number
  readonly aim?: string
}

/** What a benchmark may ask of the one who runs it. */
export interface Bench {
  /** Says how far it is, beside the table. */
  note(text: string): void
  /** Runs when the benchmark has ended, however it ended; the last one first. */
  afterwards(work: () => Promise<unknown>): void
}
