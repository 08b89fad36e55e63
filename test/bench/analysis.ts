// Analysis of repositories of 10,000 and 100,000 files whose objects are on the disk, and of the next commit with one file changed: read from the
// repository's own files, which is what kyozo does, against the git program and isomorphic-git, and what is kept against starting anew.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createRepository } from '../support/repository.ts'
import type { AnalyzedOnce } from './analyze-once.ts'
import type { Bench, Benchmark, Row } from './benchmark.ts'
import { typed } from './deployed.ts'
import { inTurns, median } from './measure.ts'
import { mebibytes, milliseconds } from './show.ts'

export const analysis: Benchmark = {
  name: 'analysis',
  title: 'analysis of repositories of 10,000 and 100,000 files, cold and with one file changed',
  run,
}

const serviceCount = 20

const sides = {
  kyozo: ['files', 'kept'],
  anew: ['files', 'anew'],
  program: ['program', 'anew'],
  isomorphic: ['isomorphic', 'anew'],
} as const

type Side = keyof typeof sides

const others: Readonly<Record<Exclude<Side, 'kyozo'>, string>> = {
  anew: 'nothing kept of the commit before',
  program: 'objects read by the git program',
  isomorphic: 'objects read by isomorphic-git',
}

async function run(bench: Bench): Promise<readonly Row[]> {
  return [...(await compare(bench, 10_000)), ...(await compare(bench, 100_000))]
}

async function compare(bench: Bench, fileCount: number): Promise<readonly Row[]> {
  const { gitDir, first, second } = await largeRepository(bench, fileCount)
  const once = (side: Side) => async () =>
    JSON.parse(
      await typed('/', process.execPath, path.join(import.meta.dirname, 'analyze-once.ts'), ...sides[side], gitDir, first, second),
    ) as AnalyzedOnce
  const found = await inTurns({
    kyozo: once('kyozo'),
    anew: once('anew'),
    program: once('program'),
    isomorphic: once('isomorphic'),
  })
  const { files, services, changedPaths } = found.kyozo[0]!
  bench.note(`${files} files, ${services} services found, then ${changedPaths} path changed`)
  if (files !== fileCount || services !== serviceCount || changedPaths !== 1) throw new Error('the repository was not read as it is')
  const isGoal = fileCount === 10_000
  return [
    ...rowsOf(found, { what: `listing ${fileCount} files`, pick: ({ cold }) => cold.listMs, show: milliseconds }),
    ...rowsOf(found, {
      what: `analysis of ${fileCount} files, cold`,
      pick: ({ cold }) => cold.listMs + cold.analyzeMs,
      show: milliseconds,
      ...(isGoal ? { aim: '≤ 150 ms' } : {}),
    }),
    ...rowsOf(found, {
      what: `analysis of ${fileCount} files with one changed`,
      pick: ({ changed }) => changed.listMs + changed.analyzeMs,
      show: milliseconds,
      ...(isGoal ? { aim: '≤ 10 ms' } : {}),
    }),
    ...rowsOf(found, {
      what: `the stack of it, one of ${fileCount} files changed`,
      pick: ({ changed }) => changed.specifyMs,
      show: milliseconds,
    }),
    ...rowsOf(found, { what: `peak memory, ${fileCount} files`, pick: ({ peakBytes }) => peakBytes, show: mebibytes }),
  ]
}

interface Measure {
  readonly what: string
  readonly pick: (one: AnalyzedOnce) => number
  readonly show: (value: number) => string
  readonly aim?: string
}

function rowsOf(found: Readonly<Record<Side, readonly AnalyzedOnce[]>>, { what, pick, show, aim }: Measure): Row[] {
  const ours = median(found.kyozo.map(pick))
  return Object.entries(others).map(([side, against]): Row => {
    const theirs = median(found[side as Side].map(pick))
    return { what, kyozo: show(ours), against, other: show(theirs), ratio: ours / theirs, ...(aim === undefined ? {} : { aim }) }
  })
}

interface LargeRepository {
  readonly gitDir: string
  readonly first: string
  readonly second: string
}

/** Bare, in one pack, as it is after a fetch. */
async function largeRepository(bench: Bench, fileCount: number): Promise<LargeRepository> {
  const repository = await createRepository({ files: largeFiles(fileCount) })
  bench.afterwards(() => repository.remove())
  const first = (await repository.git('rev-parse', 'HEAD')).output.trim()
  const second = await repository.commit('Change one file', { 'services/s01/src/part-01/module-001.js': 'export const value = 0\n' })
  const folder = await mkdtemp(path.join(tmpdir(), 'kyozo-large-'))
  bench.afterwards(() => rm(folder, { recursive: true, force: true }))
  const gitDir = path.join(folder, 'large.git')
  await typed(folder, 'git', 'clone', '--quiet', '--bare', '--no-local', repository.folder, gitDir)
  return { gitDir, first, second }
}

/** Services of a monorepo with their modules, and as many pages of documentation as are missing. */
function largeFiles(fileCount: number): Record<string, string> {
  const files: Record<string, string> = {}
  const modules = (fileCount * 0.8) / serviceCount
  const three = (index: number) => String(index).padStart(3, '0')
  for (let service = 1; service <= serviceCount; service++) {
    const folder = `services/s${String(service).padStart(2, '0')}`
    files[`${folder}/package.json`] = JSON.stringify({
      name: path.basename(folder),
      version: '1.0.0',
      scripts: { start: 'node src/server.js' },
      dependencies: { express: '^5.0.0' },
    })
    files[`${folder}/package-lock.json`] = JSON.stringify({ name: path.basename(folder), lockfileVersion: 3, packages: {} })
    files[`${folder}/src/server.js`] = `import express from 'express'\n\nexpress().listen(process.env.PORT ?? 3000)\n`
    for (let module = 1; module <= modules; module++)
      files[`${folder}/src/part-${String(module % 50).padStart(2, '0')}/module-${three(module)}.js`] =
        `// ${folder}\nexport const value = ${module * service}\n${'// words\n'.repeat(module % 40)}`
  }
  for (let page = Object.keys(files).length + 1; page <= fileCount; page++)
    files[`docs/chapter-${page % 200}/page-${page}.md`] = `# Page ${page}\n\n${'Words. '.repeat(page % 60)}\n`
  return files
}
