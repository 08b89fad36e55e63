// The short set of the campaign (docs/testing.md), and proof that it would find something: one bug is planted.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ensureBaseImages } from '../support/images/ensure-base-images.ts'
import { runCampaign } from './campaign.ts'
import { demonstrate } from './demonstrate.ts'
import { statusBeforeHealth } from './planted/status-before-health.ts'
import { shortSet } from './short-set.ts'

const minutes = 60_000
const lines: string[] = []
const options = { commit: 'the working tree', say: (line: string) => void lines.push(line) }
/** Engines and disks of a test's own are for root alone. */
const mayRun = process.getuid?.() === 0

const begun: Promise<unknown>[] = []

beforeAll(ensureBaseImages)

/** A test that is over its time has ended its campaign, whose engine and disk go before the process does. */
afterAll(async () => {
  await Promise.allSettled(begun)
}, 2 * minutes)

it.runIf(mayRun)('leaves nothing lost, wrong or left behind, whatever is killed, stopped or cut off', async ({ signal }) => {
  const outcomes = await follow(runCampaign({ ...options, signal, histories: shortSet, lanes: 1 }))
  expect(outcomes.flatMap(({ violations }) => violations), lines.join('\n')).toEqual([])
  const faults = outcomes.flatMap(({ facts }) => facts?.done.faults ?? [])
  expect(faults).toEqual(expect.arrayContaining(['kill at switch.storing', 'kill at switch.stored', 'engine killed', 'database cut']))
}, 20 * minutes) // biome-ignore format: one test

it.runIf(mayRun)('finds a bug that is put in on purpose', async ({ signal }) => {
  const { caughtBy, withoutIt } = await follow(demonstrate(statusBeforeHealth, { ...options, signal }))
  expect({ caughtBy, withoutIt }, lines.join('\n')).toEqual({ caughtBy: ['I2 live first'], withoutIt: [] })
}, 15 * minutes) // biome-ignore format: one test

function follow<T>(campaign: Promise<T>): Promise<T> {
  begun.push(campaign)
  return campaign
}
