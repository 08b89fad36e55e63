// Trees that no file system holds, as somebody can push them: written object by object.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readSource } from '../../src/git/load-source-tree.ts'
import { objectReader } from '../../src/git/object-reader.ts'
import { programReader } from '../../src/git/program-reader.ts'
import { analyze } from '../../src/topology/analyze.ts'

let gitDir: string

beforeAll(() => {
  gitDir = mkdtempSync(path.join(tmpdir(), 'kyozo-hostile-'))
  git(['init', '--quiet', '--bare', gitDir])
})

afterAll(() => rmSync(gitDir, { recursive: true, force: true }))

function git(args: readonly string[], input: string | Buffer = ''): string {
  return execFileSync('git', args, { cwd: gitDir, input }).toString().trim()
}

const blob = (text: string) => git(['hash-object', '-w', '--stdin'], text)
const tree = (lines: readonly (string | Buffer)[]) =>
  git(['mktree', '-z'], Buffer.concat(lines.map((line) => Buffer.concat([Buffer.from(line as string), Buffer.from([0])]))))
const file = (name: string, text: string) => `100644 blob ${blob(text)}\t${name}`

/** `count` folders in one another or beside one another, down to a file. */
function folders(levels: number, width: number): string {
  let inner = tree([file('server.js', 'app.listen(3000)')])
  for (let level = 0; level < levels; level++) inner = tree(Array.from({ length: width }, (_, index) => `040000 tree ${inner}\td${index}`))
  return inner
}

describe.each([
  ["the repository's own files", objectReader],
  ['the git program', programReader],
])('read through %s', (_, open) => {
  test('a tree of 10^10 paths is refused before memory or patience ends', async () => {
    const started = performance.now()
    await expect(open(gitDir).listTree(folders(10, 10))).rejects.toMatchObject({
      code: 'repository_too_large',
      message: 'the commit holds more than 200000 paths',
    })
    expect(performance.now() - started).toBeLessThan(30_000)
  })

  test('a tree 300 folders deep is refused', async () => {
    await expect(open(gitDir).listTree(folders(300, 1))).rejects.toMatchObject({ code: 'repository_too_large' })
  })

  test('names that are no UTF-8 become names that the analysis passes over', async () => {
    const root = tree([
      Buffer.concat([Buffer.from(`040000 tree ${folders(0, 1)}\tb`), Buffer.from([0xff, 0xfe])]),
      file('server.js', 'app.listen(3000)'),
    ])
    const reader = open(gitDir)
    const { answer } = await readSource(reader, await reader.listTree(root), (source) => analyze(source))
    expect([answer.services.map(({ path: at }) => at), answer.warnings]).toEqual([
      ['.'],
      ['b\ufffd\ufffd has control characters or invalid UTF-8 in its name; it is passed over.'],
    ])
  })
})

describe('a large file', () => {
  test('is never inflated beyond what is read of it, loose or packed', async () => {
    const oid = blob('a'.repeat(50 * 1024 ** 2))
    expect((await objectReader(gitDir).readBlobs([oid], 1_000)).get(oid)).toBeNull()
    const root = tree([`100644 blob ${oid}\tlarge`])
    const commit = git(['-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit-tree', root], 'Large\n\nWith words\n')
    git(['update-ref', 'refs/heads/main', commit])
    git(['repack', '-a', '-d', '--quiet'])
    expect((await objectReader(gitDir).readBlobs([oid], 1_000)).get(oid)).toBeNull()
    expect(await objectReader(gitDir).readCommit(commit)).toEqual(await programReader(gitDir).readCommit(commit))
  }, 30_000)

  test('with one line changed a hundred times is rebuilt from its deltas', async () => {
    const lines = Array.from({ length: 2_000 }, (_, index) => `line ${index} ${(index * 7_919) % 1_000}`)
    const texts = Array.from({ length: 100 }, (_, version) => lines.with(version * 10, `changed ${version}`).join('\n'))
    const root = tree(texts.map((text, index) => file(`v${String(index).padStart(3, '0')}`, text)))
    git(['update-ref', 'refs/heads/deltas', git(['-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit-tree', root], 'Deltas\n')])
    git(['repack', '-a', '-d', '-f', '--depth=50', '--window=50', '--quiet'])
    const reader = objectReader(gitDir)
    const { entries } = await reader.listTree(root)
    const contents = await reader.readBlobs(
      [...entries.values()].map(({ oid }) => oid),
      256 * 1024,
    )
    expect([...entries.values()].map(({ oid }) => contents.get(oid)?.toString())).toEqual(texts)
  }, 30_000)
})
