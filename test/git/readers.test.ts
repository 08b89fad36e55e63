// The git program and isomorphic-git read the same thing from the same repository.
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { diffTrees } from '../../src/git/diff-trees.ts'
import { isomorphicReader } from '../../src/git/isomorphic-reader.ts'
import { objectReader } from '../../src/git/object-reader.ts'
import type { ObjectReader } from '../../src/git/objects.ts'
import { programReader } from '../../src/git/program-reader.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'

let repository: TestRepository
let gitDir: string

beforeAll(async () => {
  repository = await createRepository({
    files: { 'a/one.txt': 'one\n', 'a/b/two.txt': 'two\n', 'run.sh': '#!/bin/sh\n', 'wörter/naïve name.txt': 'ü\n' },
  })
  await repository.git('update-index', '--chmod=+x', 'run.sh')
  await repository.git('commit', '-m', 'Make it executable')
  gitDir = path.join(repository.folder, '.git')
})

afterAll(() => rm(repository.folder, { recursive: true, force: true }))

describe.each([
  ['the git program', programReader],
  ['isomorphic-git', isomorphicReader],
  ["the repository's own files", objectReader],
])('%s', (_, open) => {
  it('lists every file with its mode and every folder with its tree', async () => {
    const reader = open(gitDir)
    const commit = await reader.readCommit('main')
    const listing = await reader.listTree(commit.tree)
    expect([...listing.entries].map(([name, { mode }]) => `${mode} ${name}`)).toEqual([
      '100644 a/b/two.txt',
      '100644 a/one.txt',
      '100755 run.sh',
      '100644 wörter/naïve name.txt',
    ])
    expect([...listing.folders.keys()]).toEqual(['.', 'a', 'a/b', 'wörter'])
    expect(commit.subject).toBe('Make it executable')
  })

  it('reads contents, and says null for one over the limit', async () => {
    const reader = open(gitDir)
    const { entries } = await reader.listTree((await reader.readCommit('main')).tree)
    const [two, script] = [entries.get('a/b/two.txt')!.oid, entries.get('run.sh')!.oid]
    const contents = await reader.readBlobs([two, script], 5)
    expect(contents.get(two)?.toString()).toBe('two\n')
    expect(contents.get(script)).toBeNull()
  })

  it('says where a commit stands in history, and nothing of one that is not there', async () => {
    const reader = open(gitDir)
    const [parent, date] = (await repository.git('log', '-1', '--format=%P %ct')).output.trim().split(' ')
    const { sha } = await reader.readCommit('main')
    expect((await reader.readLinks(sha)).get(sha)).toEqual({ parents: [parent], committedAt: Number(date) })
    expect(await reader.readLinks('f'.repeat(40))).toEqual(new Map())
  })

  it.each(['nothing', '$(id)', '--help', 'f'.repeat(40)])('says that there is no commit %s', async (revision) => {
    await expect(open(gitDir).readCommit(revision)).rejects.toMatchObject({ code: 'revision_not_found' })
  })
})

it('agrees, reader with reader, on the kyozo repository itself', async () => {
  const own = path.join(import.meta.dirname, '../../.git')
  const commit = await programReader(own).readCommit('HEAD')
  const read = (reader: ObjectReader) => reader.listTree(commit.tree)
  const [program, isomorphic, files] = await Promise.all([read(programReader(own)), read(isomorphicReader(own)), read(objectReader(own))])
  expect(new Map([...isomorphic.entries].sort())).toEqual(new Map([...program.entries].sort()))
  expect([...files.entries]).toEqual([...program.entries])
  expect(await objectReader(own).readCommit(commit.sha)).toEqual(commit)
  expect(diffTrees(program, isomorphic)).toEqual({ base: commit.tree, added: [], modified: [], removed: [], renamed: [] })
}, 60_000)
