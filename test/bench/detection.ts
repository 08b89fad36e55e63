// How well folders are told apart, on the labelled collection: what kyozo reaches, beside what the best neighbour reaches on the whole of it.
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Bench, Benchmark, Row } from './benchmark.ts'
import { calibrate, formatCalibration, percent } from './detection/calibration.ts'
import { findCollection } from './detection/collection.ts'
import { predict } from './detection/prediction.ts'
import { type Answered, type Measure, type Miss, score } from './detection/score.ts'

export const detection: Benchmark = {
  name: 'detection',
  title: 'what kyozo says of the labelled collection of public repositories',
  run,
}

interface Line {
  readonly measure: Measure
  readonly what: string
  readonly aim: string
  /** The best neighbour on the whole collection, as measured by those who made it; none of them gives the rest. */
  readonly other: string
  readonly against: string
}

const lines: readonly Line[] = [
  { measure: 'single', what: 'single folders: type', aim: '≥ 97 %', other: '91.1 %', against: 'nixpacks’ rules' },
  { measure: 'singleFramework', what: 'single folders: framework', aim: '≥ 80 %', other: '58 %', against: 'vercel' },
  { measure: 'singlePort', what: 'single folders: port', aim: '≥ 75 %', other: '6 %', against: 'netlify' },
  { measure: 'services', what: 'repositories: services found and typed', aim: '≥ 96 %', other: '96.4 %', against: 'railpack’s rules' },
  { measure: 'violated', what: 'repositories: non-services called services', aim: '≤ 5 %', other: '4.3 %; railpack’s 71 %', against: 'netlify' },
  { measure: 'stacks', what: 'repositories: stacks', aim: '≥ 95 %', other: '0', against: 'all of them' },
  { measure: 'infrastructure', what: 'repositories: infrastructure folders', aim: '≥ 80 %', other: '0', against: 'all of them' },
  { measure: 'ports', what: 'repositories: ports', aim: '≥ 75 %', other: '0', against: 'all of them' },
  { measure: 'edges', what: 'repositories: dependencies found', aim: '≥ 80 %', other: '5.6 %', against: 'specfy' },
  { measure: 'edgePrecision', what: 'repositories: dependencies that are right', aim: '≥ 90 %', other: '-', against: '' },
] // biome-ignore format: a table

async function run(bench: Bench): Promise<readonly Row[]> {
  const collection = await findCollection(bench)
  if (collection === undefined) return []
  const answers: Answered[] = []
  for (const one of collection.cases) answers.push({ one, prediction: await predict(collection.folderOf(one)) })
  const { shares, misses, judged } = score(answers)
  bench.note(`calibration: of the services called so sure, how many are right\n\n${formatCalibration(calibrate(judged))}\n`)
  bench.note(`${misses.length} misses, each with its cause, in ${await writeMisses(misses)}`)
  return lines.map(({ measure, ...line }) => {
    const { right, of } = shares[measure]
    return { ...line, kyozo: `${percent(right, of)} (${right} of ${of})` }
  })
}

async function writeMisses(misses: readonly Miss[]): Promise<string> {
  const folder = path.join(tmpdir(), 'kyozo-bench')
  await mkdir(folder, { recursive: true })
  const file = path.join(folder, 'detection-misses.md')
  const rows = misses.map(({ id, what, because }) => `| ${id} | ${what} | ${because.replaceAll('|', '\\|')} |`)
  await writeFile(file, `${['| Case | Expected | Why |', '| --- | --- | --- |', ...rows].join('\n')}\n`)
  return file
}
