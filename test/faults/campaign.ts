// Plays many histories, in lanes side by side, and says what came of each.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { actWords, type History } from './acts.ts'
import { type Outcome, runHistory } from './run-history.ts'
import { type Lane, openLane } from './world/lane.ts'

export interface CampaignOptions {
  readonly histories: readonly History[]
  readonly lanes: number
  readonly commit: string
  /** The name of a bug that is planted in every kyozo. Default is none. */
  readonly bug?: string
  readonly say: (line: string) => void
  /** Each act as it is done. Default is that nobody listens. */
  readonly follow?: (line: string) => void
  /** Whether the rest is left out after an outcome. Default is never. */
  readonly stopAfter?: (outcome: Outcome) => boolean
  /** Ends the campaign: what is played is left, and its lanes are removed. Default is never. */
  readonly signal?: AbortSignal
}

export async function runCampaign(options: CampaignOptions): Promise<readonly Outcome[]> {
  const waiting = [...options.histories]
  const outcomes: Outcome[] = []
  const { signal } = options
  const count = Math.min(options.lanes, waiting.length)
  await Promise.all(Array.from({ length: count }, (_, number) => work(number)))
  return outcomes

  async function work(number: number): Promise<void> {
    let lane: Lane | undefined
    try {
      for (let next = take(); next !== undefined; next = take()) {
        const opened = lane ?? (await open(number).catch((error: Error) => error))
        if (!(opened instanceof Error)) lane = opened
        const outcome = await playIn(opened, next, options)
        if (outcome === undefined) return
        await tell(outcome, opened, options)
        outcomes.push(outcome)
        if (options.stopAfter?.(outcome)) waiting.length = 0
        if (outcome.violations.length === 0) continue
        // What is wrong in this world would be wrong in the next history: a new one is made, and the log is kept, unless it was wanted.
        await lane
          ?.remove(options.bug === undefined ? { keepsLog: true } : {})
          .catch((error: Error) => options.say(`${error.message}: ${String(error.cause ?? '')}`))
        lane = undefined
      }
    } finally {
      await lane?.remove({})
    }
  }

  function take(): History | undefined {
    return signal?.aborted ? undefined : waiting.shift()
  }

  function open(number: number): Promise<Lane> {
    return openLane({ number, ...(options.bug === undefined ? {} : { bug: options.bug }) })
  }
}

/** Nothing when it was ended before its end. */
async function playIn(
  lane: Lane | Error,
  history: History,
  { follow = () => undefined, signal }: CampaignOptions,
): Promise<Outcome | undefined> {
  if (lane instanceof Error) return unplayed(history, lane)
  const played = runHistory(lane, history, follow).catch((error: Error) => unplayed(history, error))
  if (signal === undefined) return played
  const left = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined)
    signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
  return Promise.race([played, left])
}

/** The harness failed, not kyozo, or not where anybody looks. */
function unplayed(history: History, error: Error): Outcome {
  const found = [error.stack ?? error.message]
  const violations = [{ invariant: 'harness', says: 'The history can be played', mayHeal: false, found }]
  return { history, workspace: '', facts: undefined, seconds: 0, healedAfterMs: 0, violations }
}

async function tell(outcome: Outcome, lane: Lane | Error, { say, commit }: CampaignOptions): Promise<void> {
  say(wordsOf(outcome))
  if (outcome.violations.length === 0) return
  if (!(lane instanceof Error)) await writeFile(path.join(lane.folder, 'facts.json'), JSON.stringify(outcome.facts ?? null, null, 1))
  say(
    failureWords(
      outcome,
      lane instanceof Error ? 'there is no log' : `the log is ${lane.logFile}, with reached.log and facts.json beside it`,
      commit,
    ),
  )
}

function wordsOf({ history, violations, seconds, healedAfterMs, facts }: Outcome): string {
  const end = violations.length === 0 ? 'right' : 'WRONG'
  const struck = facts?.done.faults.join(', ') ?? ''
  return `history ${history.number}: ${end} after ${seconds.toFixed(1)} s, ${(healedAfterMs / 1000).toFixed(1)} s of them after the last fault${struck === '' ? '' : ` (${struck})`}`
}

function failureWords({ history, violations, workspace }: Outcome, log: string, commit: string): string {
  return [
    `SEED=${history.seed} HISTORY=${history.number} COMMIT=${commit}`,
    ...history.acts.map((act, at) => `  ${at + 1}. ${actWords(act)}`),
    ...violations.flatMap(({ invariant, says, found }) => [`  ${invariant}: ${says}.`, ...found.map((one) => `    - ${one}`)]),
    `  workspace ${workspace}; ${log}`,
    `  again: npm run test:faults -- --seed ${history.seed} --only ${history.number}`,
  ].join('\n')
}
