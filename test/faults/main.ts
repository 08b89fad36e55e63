// npm run test:faults: a seeded campaign against a real kyozo, engine, PostgreSQL and Git server (docs/testing.md).
import { execFileSync } from 'node:child_process'
import { ensureBaseImages } from '../support/images/ensure-base-images.ts'
import { runCampaign } from './campaign.ts'
import { coverageOf, coverageTable } from './coverage.ts'
import { demonstrate, demonstrationWords } from './demonstrate.ts'
import { generate } from './generate.ts'
import { type CampaignArguments, readArguments, usage } from './options.ts'
import { plantedBugs } from './planted/planted-bugs.ts'
import { shortSet } from './short-set.ts'

const say = (line: string) => void process.stdout.write(`${line}\n`)

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  const told = read(args)
  if (told === undefined) return 2
  if (process.getuid?.() !== 0) {
    say('The campaign starts engines and mounts disks of its own, so it must be run as root.')
    return 2
  }
  await ensureBaseImages()
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8', cwd: import.meta.dirname }).trim()
  const signal = endedByHand()
  const options = { commit, say, signal, ...(told.isVerbose ? { follow: say } : {}) }
  const code = await (told.isPlanted ? showPlanted(told, options) : play(told, options))
  if (!signal.aborted) return code
  say('It was ended by hand, and nothing of it is left.')
  // What was being played waits for a world that is gone.
  return process.exit(130)
}

/** The first signal ends the campaign in good order; a later one ends it at once. npm hands on what the terminal has sent already. */
function endedByHand(): AbortSignal {
  const hand = new AbortController()
  let firstMs: number | undefined
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.on(name, () => {
      firstMs ??= performance.now()
      if (performance.now() - firstMs > 2_000) process.exit(130)
      if (hand.signal.aborted) return
      say('Ending: engines, disks and networks are removed.')
      hand.abort()
    })
  return hand.signal
}

type Options = Parameters<typeof demonstrate>[1]

async function play({ seed, numbers, lanes, isShort }: CampaignArguments, options: Options): Promise<number> {
  const start = performance.now()
  const histories = isShort ? shortSet.filter(({ number }) => numbers.includes(number)) : numbers.map((number) => generate(seed, number))
  const outcomes = await runCampaign({ ...options, lanes, histories })
  const failed = outcomes.filter(({ violations }) => violations.length > 0)
  say(coverageTable(coverageOf(outcomes)))
  say(`SEED=${seed} COMMIT=${options.commit}, ${((performance.now() - start) / 60_000).toFixed(1)} minutes`)
  say(`${outcomes.length} histories, ${outcomes.length - failed.length} passed, ${failed.length} failed`)
  return failed.length === 0 ? 0 : 1
}

async function showPlanted({ numbers }: CampaignArguments, options: Options): Promise<number> {
  const shown = []
  for (const bug of plantedBugs.filter((_, at) => numbers.includes(at))) shown.push(await demonstrate(bug, options))
  if (options.signal?.aborted) return 1
  for (const demonstration of shown) say(demonstrationWords(demonstration))
  return shown.every(({ caughtBy, withoutIt }) => caughtBy.length > 0 && withoutIt.length === 0) ? 0 : 1
}

function read(args: readonly string[]) {
  try {
    return readArguments(args, () => Date.now() % 1_000_000)
  } catch (error) {
    say(`${(error as Error).message}\n${usage}`)
    return undefined
  }
}
