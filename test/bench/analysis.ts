// Analysis of a repository of 10,000 files whose objects are on the disk, and of the next commit with one file changed; with the git program as
// reader, which is what kyozo uses, against isomorphic-git.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createRepository } from '../support/repository.ts'
import type { AnalyzedOnce, readers } from './analyze-once.ts'
import type { Bench, Benchmark, Row } from './benchmark.ts'
import { typed } from './deployed.ts'
import { inTurns, median } from './measure.ts'
import { mebibytes, milliseconds } from './show.ts'

export const analysis: Benchmark = {
  name: 'analysis',
  title: 'analysis of a repository of 10,000 files, cold and with one file changed',
  run,
}

const serviceCount = 20
const fileCount = 10_000

async function run(bench: Bench): Promise<readonly Row[]> {
  const { gitDir, first, second } = await largeRepository(bench)
  const once = async (reader: keyof typeof readers) =>
    JSON.parse(
      await typed('/', process.execPath, path.join(import.meta.dirname, 'analyze-once.ts'), reader, gitDir, first, second),
    ) as AnalyzedOnce
  const { program, isomorphic } = await inTurns({ program: () => once('program'), isomorphic: () => once('isomorphic') })
  const { files, services, changedPaths } = program[0]!
  bench.note(`${files} files, ${services} services found, then ${changedPaths} path changed`)
  if (files !== fileCount || services !== serviceCount || changedPaths !== 1) throw new Error('the repository was not read as it is')
  const row = (what: string, pick: (one: AnalyzedOnce) => number, show: (value: number) => string): Row => {
    const [ours, theirs] = [median(program.map(pick)), median(isomorphic.map(pick))]
    return { what, kyozo: show(ours), against: 'objects read by isomorphic-git', other: show(theirs), ratio: ours / theirs }
  }
  return [
    row('analysis of 10,000 files, cold', (one) => one.coldMs, milliseconds),
    row('analysis with one file changed', (one) => one.changedMs, milliseconds),
    row('peak memory of both analyses', (one) => one.peakBytes, mebibytes),
  ]
}

interface LargeRepository {
  readonly gitDir: string
  readonly first: string
  readonly second: string
}

/** Bare, in one pack, as it is after a fetch. */
async function largeRepository(bench: Bench): Promise<LargeRepository> {
  const repository = await createRepository({ files: largeFiles() })
  bench.afterwards(() => repository.remove())
  const first = (await repository.git('rev-parse', 'HEAD')).output.trim()
  const second = await repository.commit('Change one file', { 'services/s01/src/module-001.js': 'export const value = 0\n' })
  const folder = await mkdtemp(path.join(tmpdir(), 'kyozo-large-'))
  bench.afterwards(() => rm(folder, { recursive: true, force: true }))
  const gitDir = path.join(folder, 'large.git')
  await typed(folder, 'git', 'clone', '--quiet', '--bare', '--no-local', repository.folder, gitDir)
  return { gitDir, first, second }
}

/** Services of a monorepo with their modules, and as many pages of documentation as are missing. */
function largeFiles(): Record<string, string> {
  const files: Record<string, string> = {}
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
    for (let module = 1; module <= 400; module++)
      files[`${folder}/src/module-${three(module)}.js`] =
        `// ${folder}\nexport const value = ${module * service}\n${'// words\n'.repeat(module % 40)}`
  }
  for (let page = Object.keys(files).length + 1; page <= fileCount; page++)
    files[`docs/chapter-${page % 50}/page-${page}.md`] = `# Page ${page}\n\n${'Words. '.repeat(page % 60)}\n`
  return files
}
