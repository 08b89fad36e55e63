// Plants each bug in turn and plays the histories that lead to it: with the bug one of them must be found wrong, without it none.
import { type CampaignOptions, runCampaign } from './campaign.ts'
import type { PlantedBug } from './planted/planted-bug.ts'
import type { Outcome } from './run-history.ts'

export interface Demonstration {
  readonly bug: PlantedBug
  /** Invariants that found it; none when it was not caught. */
  readonly caughtBy: readonly string[]
  /** Invariants that found something without the bug; there must be none. */
  readonly withoutIt: readonly string[]
}

type Options = Pick<CampaignOptions, 'commit' | 'say' | 'follow' | 'signal'>

export async function demonstrate(bug: PlantedBug, options: Options): Promise<Demonstration> {
  const { histories, name } = bug
  options.say(`${name}: planted`)
  const planted = await runCampaign({
    ...options,
    histories,
    lanes: 1,
    bug: name,
    stopAfter: (outcome) => caught(bug, [outcome]).length > 0,
  })
  options.say(`${name}: taken out again`)
  // Those that were played with it.
  const sound = await runCampaign({ ...options, histories: histories.slice(0, planted.length), lanes: 1 })
  return { bug, caughtBy: caught(bug, planted), withoutIt: found(sound) }
}

export function demonstrationWords({ bug, caughtBy, withoutIt }: Demonstration): string {
  const by = caughtBy.length === 0 ? 'NOT CAUGHT' : `caught by ${caughtBy.join(', ')}`
  const without = withoutIt.length === 0 ? 'without it all histories end well' : `WITHOUT IT TOO: ${withoutIt.join(', ')}`
  return `${bug.name}: ${by}; ${without}`
}

function caught({ caughtBy }: PlantedBug, outcomes: readonly Outcome[]): readonly string[] {
  return found(outcomes).filter((name) => caughtBy.includes(name))
}

function found(outcomes: readonly Outcome[]): readonly string[] {
  return [...new Set(outcomes.flatMap(({ violations }) => violations.map(({ invariant }) => invariant)))]
}
