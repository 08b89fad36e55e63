// Where two commits parted: in histories that were drawn, held against a slow answer that cannot be wrong, and in real repositories, held against git.
import { execFileSync } from 'node:child_process'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mergeBase } from '../../src/git/merge-base.ts'
import { objectReader } from '../../src/git/object-reader.ts'
import { type CommitLinks, linksAtOnce } from '../../src/git/objects.ts'
import { programReader } from '../../src/git/program-reader.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'

type History = ReadonlyMap<string, CommitLinks>

/** `{ c: ['b', 3] }`: parents by their letters, then the date. */
function history(commits: Readonly<Record<string, readonly [parents: string, date: number]>>): History {
  return new Map(
    Object.entries(commits).map(([name, [parents, date]]) => [name, { parents: parents.split('').filter(Boolean), committedAt: date }]),
  )
}

function reading(commits: History) {
  return {
    readLinks: async (commit: string) => {
      const links = commits.get(commit)
      return new Map(links === undefined ? [] : [[commit, links]])
    },
  }
}

describe('two commits', () => {
  it('parted at their newest common ancestor', async () => {
    const commits = history({ a: ['', 1], b: ['a', 2], c: ['b', 3], d: ['b', 4], e: ['d', 5] })
    expect(await mergeBase(reading(commits), ['c', 'e'])).toEqual({ kind: 'found', sha: 'b' })
  })

  it('of which one is an ancestor of the other parted there, and one has not parted from itself', async () => {
    const commits = history({ a: ['', 1], b: ['a', 2], c: ['b', 3] })
    expect(await mergeBase(reading(commits), ['c', 'a'])).toEqual({ kind: 'found', sha: 'a' })
    expect(await mergeBase(reading(commits), ['c', 'c'])).toEqual({ kind: 'found', sha: 'c' })
  })

  it('that were merged into one another parted at the youngest of several', async () => {
    const commits = history({ a: ['', 1], b: ['a', 2], c: ['a', 3], d: ['bc', 4], e: ['cb', 5] })
    expect(await mergeBase(reading(commits), ['d', 'e'])).toEqual({ kind: 'found', sha: 'c' })
  })

  it('of histories that never met have none in common', async () => {
    expect(await mergeBase(reading(history({ a: ['', 1], b: ['', 2] })), ['a', 'b'])).toEqual({ kind: 'none' })
  })

  it('whose histories go on behind what is here parted nowhere that is known', async () => {
    const cut = history({ c: ['b', 3], e: ['d', 5] })
    expect(await mergeBase(reading(cut), ['c', 'e'])).toEqual({ kind: 'unknown', missing: ['b', 'd'] })
    expect(await mergeBase(reading(cut), ['c', 'z'])).toEqual({ kind: 'unknown', missing: ['b', 'z'] })
  })

  it('whose histories end behind their common commit parted there all the same', async () => {
    const commits = history({ b: ['a', 2], c: ['b', 3], d: ['b', 4] })
    expect(await mergeBase(reading(commits), ['c', 'd'])).toEqual({ kind: 'found', sha: 'b' })
  })

  it('of which one has merged something that is not here may have parted there', async () => {
    const commits = history({ a: ['', 1], b: ['a', 2], c: ['ax', 3] })
    expect(await mergeBase(reading(commits), ['b', 'c'])).toEqual({ kind: 'unknown', missing: ['x'] })
  })

  it('that lie too far apart are given up', async () => {
    const commits = history({ a: ['', 1], b: ['a', 2], c: ['b', 3], d: ['a', 4] })
    expect(await mergeBase(reading(commits), ['c', 'd'], { limit: 2 })).toEqual({ kind: 'too_far', limit: 2 })
  })

  it('of any history, with clocks that are wrong, parted where a look at everything says', async () => {
    const drawn = fc
      .array(fc.record({ parents: fc.array(fc.nat(100), { maxLength: 3 }), date: fc.nat(20) }), { minLength: 2, maxLength: 14 })
      .map((items) => new Map(items.map(({ parents, date }, at) => [`${at}`, { parents: earlier(parents, at), committedAt: date }])))
    await fc.assert(
      fc.asyncProperty(drawn, async (commits) => {
        const ends = [`${commits.size - 1}`, `${commits.size - 2}`] as const
        const found = await mergeBase(reading(commits), ends)
        const best = bestOf(commits, ends)
        if (found.kind === 'found') expect(best).toContain(found.sha)
        else expect({ found, best }).toEqual({ found: { kind: 'none' }, best: [] })
      }),
      { numRuns: 1_000 },
    )
  })
})

function earlier(parents: readonly number[], at: number): readonly string[] {
  return at === 0 ? [] : [...new Set(parents.map((parent) => `${parent % at}`))]
}

/** Common ancestors that are no ancestors of another one. */
function bestOf(commits: History, [a, b]: readonly [string, string]): readonly string[] {
  const ancestors = (commit: string): Set<string> => {
    const all = new Set([commit])
    for (const one of all) for (const parent of commits.get(one)?.parents ?? []) all.add(parent)
    return all
  }
  const others = ancestors(b)
  const common = [...ancestors(a)].filter((commit) => others.has(commit))
  return common.filter((commit) => !common.some((other) => other !== commit && ancestors(other).has(commit)))
}

describe.each([
  ["the repository's own files", objectReader],
  ['the git program', programReader],
])('read through %s', (_, open) => {
  let repository: TestRepository
  let shallow: string
  let base: string

  beforeAll(async () => {
    repository = await createRepository({ files: { 'a.txt': 'a\n' } })
    base = await repository.commit('Base\n\nparent 1111111111111111111111111111111111111111\n')
    await repository.git('checkout', '--quiet', '-b', 'aside')
    for (const number of [1, 2, 3]) await repository.commit(`Aside ${number}`)
    await repository.git('checkout', '--quiet', 'main')
    await repository.commit('Main')
    shallow = `${repository.folder}-shallow.git`
    await repository.git('clone', '--quiet', '--bare', '--no-single-branch', '--depth', '1', `file://${repository.folder}`, shallow)
  })

  afterAll(async () => {
    await rm(shallow, { recursive: true, force: true })
    await repository.remove()
  })

  const ends = async (): Promise<[string, string]> => {
    const [main, aside] = await Promise.all(['main', 'aside'].map(async (name) => (await repository.git('rev-parse', name)).output.trim()))
    return [main!, aside!]
  }

  it('a whole clone says what git says', async () => {
    const reader = open(path.join(repository.folder, '.git'))
    expect(await mergeBase(reader, await ends())).toEqual({ kind: 'found', sha: base })
    expect((await repository.git('merge-base', 'main', 'aside')).output.trim()).toBe(base)
  })

  it('a shallow one names the commits that it does not have, and takes none of them for the first', async () => {
    const [main, aside] = await ends()
    const parents = await Promise.all([main, aside].map(async (sha) => (await repository.git('rev-parse', `${sha}^`)).output.trim()))
    expect(await mergeBase(open(shallow), [main, aside])).toEqual({ kind: 'unknown', missing: parents.sort() })
  })

  it('a commit comes with its ancestors, and one that is not there with nothing', async () => {
    const reader = open(path.join(repository.folder, '.git'))
    const [, aside] = await ends()
    const links = await reader.readLinks(aside)
    expect([links.size, links.get(base)?.parents.length]).toEqual([5, 1])
    expect(await reader.readLinks('1'.repeat(40))).toEqual(new Map())
  })
})

it('many thousands of commits take few questions', async () => {
  const repository = await createRepository()
  const lines = Array.from(
    { length: 12_000 },
    (_, at) =>
      `commit refs/heads/long\nmark :${at + 1}\ncommitter T <t@example.com> ${1_700_000_000 + at} +0000\ndata 1\nx\n${at === 0 ? 'from refs/heads/main^0\n' : ''}\n`,
  )
  execFileSync('git', ['fast-import', '--quiet'], { cwd: repository.folder, input: lines.join('') })
  const reader = objectReader(path.join(repository.folder, '.git'))
  let asked = 0
  const counting = {
    readLinks: (commit: string) => {
      asked++
      return reader.readLinks(commit)
    },
  }
  const shaOf = async (name: string) => (await repository.git('rev-parse', name)).output.trim()
  const found = await mergeBase(counting, [await shaOf('main'), await shaOf('long')])
  await repository.remove()
  expect(found).toMatchObject({ kind: 'found' })
  expect(asked).toBeLessThanOrEqual(12_000 / linksAtOnce + 3)
})
