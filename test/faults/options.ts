// What the campaign is told on the command line.
import { parseArgs } from 'node:util'

export interface CampaignArguments {
  readonly seed: number
  readonly numbers: readonly number[]
  readonly lanes: number
  readonly isPlanted: boolean
  /** The few histories of `npm test`. */
  readonly isShort: boolean
  readonly isVerbose: boolean
}

export const usage =
  'npm run test:faults -- [--histories N] [--seed S] [--from K] [--only K[,K…]] [--lanes N] [--verbose] | --short | --planted'

/** Throws with words for a person. */
export function readArguments(args: readonly string[], newSeed: () => number): CampaignArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      histories: { type: 'string', default: '20' },
      seed: { type: 'string' },
      from: { type: 'string', default: '0' },
      only: { type: 'string' },
      lanes: { type: 'string', default: '1' },
      short: { type: 'boolean', default: false },
      planted: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
    },
  })
  const from = whole('from', values.from, 0)
  const histories = whole('histories', values.histories, 1)
  const only = values.only?.split(',').map((text) => whole('only', text, 0))
  return {
    seed: values.seed === undefined ? newSeed() : whole('seed', values.seed, 0),
    numbers: only ?? Array.from({ length: histories }, (_, at) => from + at),
    lanes: whole('lanes', values.lanes, 1),
    isPlanted: values.planted,
    isShort: values.short,
    isVerbose: values.verbose,
  }
}

function whole(name: string, text: string, least: number): number {
  const number = Number(text)
  if (!/^\d+$/.test(text) || number < least)
    throw new Error(`--${name} is ${JSON.stringify(text)} and must be a whole number from ${least} on`)
  return number
}
