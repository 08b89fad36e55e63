// Detection beside the neighbours that are libraries: the same folders, in one process, in turns. The folders are those of the labelled
// collection where it is laid out, else the project's own fixtures.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import type { Bench, Benchmark, Row } from './benchmark.ts'
import { installNeighbours } from './detection/neighbours.ts'
import type { Speeds } from './detection/speed-once.ts'
import { median, quantile } from './measure.ts'
import { milliseconds } from './show.ts'

export const detectionSpeed: Benchmark = {
  name: 'detection-speed',
  title: 'what a folder is, beside libraries that say so too',
  run,
}

const project = path.join(import.meta.dirname, '../..')

async function run(bench: Bench): Promise<readonly Row[]> {
  const folder = await installNeighbours()
  const cases = await caseFolders(bench)
  const { kyozo = [], ...others } = await measure(folder, cases)
  return Object.entries(others).flatMap(([name, times]) => {
    const answered = times.flatMap((time, index) => (Number.isNaN(time) || Number.isNaN(kyozo[index]) ? [] : [index]))
    if (answered.length < times.length) bench.note(`${name}: ${times.length - answered.length} of ${times.length} cases failed on one side`)
    const at = (list: readonly number[]) => answered.map((index) => list[index] as number)
    return [row(`a case, median of ${answered.length}`, name, [median(at(kyozo)), median(at(times))]), row(`a case, p95`, name, [quantile(at(kyozo), 0.95), quantile(at(times), 0.95)])] // biome-ignore format: two rows
  })
}

function row(what: string, against: string, [ours, theirs]: readonly [number, number]): Row {
  return { what: `detection of ${what}`, against, kyozo: milliseconds(ours), other: milliseconds(theirs), ratio: ours / theirs }
}

async function caseFolders(bench: Bench): Promise<readonly string[]> {
  const laidOut = process.env.KYOZO_BENCH_CASES ?? path.join(project, '../bench-cases/cases')
  const home = existsSync(laidOut) ? laidOut : path.join(project, 'fixtures/repositories')
  const found = await readdir(home, { withFileTypes: true })
  const folders = found.filter((entry) => entry.isDirectory()).map(({ name }) => path.join(home, name))
  bench.note(
    `${folders.length} cases in ${home === laidOut ? 'the labelled collection' : 'fixtures/repositories; KYOZO_BENCH_CASES names others'}`,
  )
  return folders.sort()
}

function measure(neighbours: string, cases: readonly string[]): Promise<Speeds> {
  return new Promise((resolve, reject) => {
    const script = path.join(import.meta.dirname, 'detection/speed-once.ts')
    const child = execFile(process.execPath, [script, neighbours], { maxBuffer: 64 * 1024 ** 2 }, (error, stdout) => {
      if (error) reject(error)
      else resolve(JSON.parse(stdout) as Speeds)
    })
    child.stdin?.end(cases.join('\n'))
  })
}
