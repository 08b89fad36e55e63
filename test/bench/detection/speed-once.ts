// A process of its own that has every side detect every case in turn: how long each took, as one document.
// Arguments: the folder with the neighbours, and the cases' folders on standard input, one a line.
import { readFileSync } from 'node:fs'
import { readSource } from '../../../src/git/load-source-tree.ts'
import { openFolder } from '../../../src/git/open-folder.ts'
import { analyze } from '../../../src/topology/analyze.ts'
import { createMemory } from '../../../src/topology/incremental/memory.ts'
import { type Detect, loadNeighbours } from './neighbours.ts'

/** Milliseconds by side, one for each case; NaN where a side failed. */
export type Speeds = Readonly<Record<string, readonly number[]>>

/** Cases that are gone through once before anything counts, so that all code is compiled. */
const warmUp = 40

const [neighboursFolder = ''] = process.argv.slice(2)
const cases = readFileSync(0, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
const sides: Readonly<Record<string, Detect>> = { kyozo, ...(await loadNeighbours(neighboursFolder)) }
const names = Object.keys(sides)
const speeds = Object.fromEntries(names.map((name) => [name, [] as number[]]))
// What they print is for their users.
for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) console[method] = () => undefined

for (const folder of cases.slice(0, warmUp)) for (const name of names) await timeOf(name, folder)
for (const [index, folder] of cases.entries()) {
  const turn = index % names.length
  for (const name of [...names.slice(turn), ...names.slice(0, turn)]) speeds[name]?.push(await timeOf(name, folder))
}
process.stdout.write(JSON.stringify(speeds))
process.exit(0)

async function timeOf(name: string, folder: string): Promise<number> {
  const start = performance.now()
  try {
    await sides[name]?.(folder)
    return performance.now() - start
  } catch {
    return Number.NaN
  }
}

/** All of `kyozo analyze` but the printing: listing, loading and every round. */
async function kyozo(folder: string): Promise<unknown> {
  const memory = createMemory()
  const { reader, listing } = await openFolder(folder)
  return readSource(reader, { ...listing, memory }, (tree) => analyze(tree, { memory }))
}
