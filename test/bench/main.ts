// `npm run bench [-- <name>…]`: prepares the machine as the tests do, runs the benchmarks one after the other, and prints a table. What is
// made on the way is in temporary folders and on the engine under labels of its own, and goes away again.
import { assertEngine } from '../support/global-setup.ts'
import { ensureBaseImages } from '../support/images/ensure-base-images.ts'
import type { Benchmark, Row } from './benchmark.ts'
import { benchmarks } from './index.ts'
import { formatTable } from './show.ts'

const chosen = choose(process.argv.slice(2))
const leftovers: (() => Promise<unknown>)[] = []
process.once('SIGINT', () => void cleanUp().then(() => process.exit(130)))

await assertEngine()
await ensureBaseImages()
const rows: Row[] = []
for (const benchmark of chosen) {
  try {
    rows.push(...(await run(benchmark)))
  } catch (error) {
    // The others have something to say all the same.
    process.stderr.write(`${benchmark.name} failed: ${error instanceof Error ? error.stack : String(error)}\n`)
    process.exitCode = 1
  }
}
process.stdout.write(`\n${formatTable(rows)}\n`)

function choose(names: readonly string[]): readonly Benchmark[] {
  const unknown = names.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name))
  if (unknown.length === 0) return names.length === 0 ? benchmarks : benchmarks.filter(({ name }) => names.includes(name))
  process.stderr.write(`there is no benchmark ${unknown.join(', ')}; there are:\n`)
  for (const { name, title } of benchmarks) process.stderr.write(`  ${name.padEnd(16)}${title}\n`)
  process.exit(2)
}

async function run(benchmark: Benchmark): Promise<readonly Row[]> {
  process.stderr.write(`${benchmark.name}: ${benchmark.title}\n`)
  try {
    return await benchmark.run({
      note: (text) => process.stderr.write(`  ${text}\n`),
      afterwards: (work) => leftovers.push(work),
    })
  } finally {
    await cleanUp()
  }
}

async function cleanUp(): Promise<void> {
  for (let work = leftovers.pop(); work !== undefined; work = leftovers.pop()) await work()
}
