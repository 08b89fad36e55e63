import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { KyozoError } from '../../src/errors.ts'
import { type AnalyzeOptions, analyze } from '../../src/topology/analyze.ts'
import { detectors } from '../../src/topology/detectors/index.ts'
import { createMemory } from '../../src/topology/incremental/memory.ts'
import { isSame } from '../../src/topology/incremental/same.ts'
import { type MemoryFiles, sourceTree } from '../support/source-tree.ts'
import { contentsOf } from './file-contents.ts'
import { json } from './summary.ts'

type Files = Readonly<Record<string, string>>

const service = (name: string) => ({
  [`${name}/package.json`]: json({ name, scripts: { start: 'node server.js' }, dependencies: { express: '5' } }),
  [`${name}/server.js`]: "import './routes.js'\napp.listen(3000)",
  [`${name}/routes.js`]: "app.get('/healthz')",
  [`${name}/style.css`]: 'a {}',
})
const shop: Files = { ...service('api'), ...service('web'), ...service('worker'), 'README.md': '# shop' }

describe('the analysis of the next commit', () => {
  test('computes nothing when the files that changed are read by nobody', () => {
    expect(computedFor(shop, { ...shop, 'README.md': '# Shop', 'api/style.css': 'b {}' })).toBe(0)
  })

  test('computes what rests on the file that changed, and nothing about other services', () => {
    const first = computedFor({}, shop)
    const changed = computedFor(shop, { ...shop, 'api/routes.js': "app.get('/livez')" })
    expect(changed).toBeGreaterThan(0)
    expect(changed).toBeLessThan(first / 3)
  })

  test('takes up a service that was added, and lets go of one that was removed', () => {
    const { 'web/package.json': _, 'web/server.js': __, 'web/routes.js': ___, ...fewer } = shop
    const memory = createMemory()
    const names = (files: Files) => analyze(sourceTree(files), { memory }).services.map(({ name }) => name)
    expect([names(fewer), names(shop), names(fewer), names({})]).toEqual([
      ['api', 'worker'],
      ['api', 'web', 'worker'],
      ['api', 'worker'],
      [],
    ])
  })

  test('repeats the warnings of what it did not compute again', () => {
    const memory = createMemory()
    const broken = { ...shop, 'x/package.json': '{ nope', 'x/server.js': 'app.listen(1)' }
    const { warnings } = analyze(sourceTree(broken), { memory })
    expect(warnings).toHaveLength(1)
    expect(analyze(sourceTree({ ...broken, 'README.md': '# Shop' }), { memory }).warnings).toEqual(warnings)
    expect(analyze(sourceTree(shop), { memory }).warnings).toEqual([])
  })

  test('of another repository altogether forgets the one before', () => {
    const memory = createMemory()
    const many = Object.assign({}, ...Array.from({ length: 40 }, (_, index) => service(`s${index}`))) as Files
    analyze(sourceTree(many), { memory })
    expect(analyze(sourceTree(shop), { memory })).toEqual(analyze(sourceTree(shop)))
  })
})

describe('a computation that asked for another one', () => {
  test('is kept when the other was computed again and says the same', () => {
    // Where programs are is looked up in the whole repository: a new file anywhere has it looked up again.
    const programs = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`cmd/p${index}/main.go`, 'package main\n']))
    const go = { 'go.mod': 'module x.y/z\n', 'notes/a.txt': '', ...programs }
    const added = computedFor(go, { ...go, 'notes/b.txt': '' })
    expect(added).toBeLessThan(computedFor({}, go) / 4)
  })
})

describe('two answers', () => {
  test.each([
    [{ a: [1, new Map([['x', new Set(['y'])]])] }, { a: [1, new Map([['x', new Set(['y'])]])] }, true],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, false],
    [{ a: undefined }, {}, false],
    [new Set(['a', 'b']), new Set(['b', 'a']), false],
    [[1], { 0: 1 }, false],
    [Number.NaN, Number.NaN, true],
    [() => 1, () => 1, false],
    [new Date(0), new Date(0), false],
  ])('%o and %o are the same: %s', (a, b, same) => {
    expect(isSame(a, b)).toBe(same)
  })

  test('nested deeper than any answer count as different', () => {
    const deep = () => JSON.parse(`${'['.repeat(10_000)}${']'.repeat(10_000)}`) as unknown
    expect(isSame(deep(), deep())).toBe(false)
  })
})

const folders = ['', 'a/', 'b/', 'a/b/', 'packages/x/', 'packages/y/', 'services/api/', 'docs/', 'shared/', 'cmd/api/', 'docker/', 'test/', 'vendor/v/', 'deploy/', 'src/'] // biome-ignore format: a list
const marks = [...new Set(detectors.flatMap((detector) => detector.marks))].map((mark) => mark.replace('*', 'main'))
const otherNames = ['server.js', 'index.html', 'main.py', 'main.go', 'app.rb', 'src.rs', 'Procfile', '.env.example', 'pnpm-workspace.yaml', 'package-lock.json', 'go.work', 'tsconfig.json', 'nx.json', 'README.md', '.gitignore'] // biome-ignore format: a list
const paths = fc
  .tuple(fc.constantFrom(...folders), fc.oneof(fc.constantFrom(...marks), fc.constantFrom(...otherNames)))
  .map((parts) => parts.join(''))
const files = paths.chain((path) => fc.tuple(fc.constant(path), contentsOf(path)))

const declarations = fc.constantFrom(
  'ignore: [a]',
  'ignore: ["packages/*", "!packages/x"]',
  'services: {a: {path: a, type: nodejs}}',
  'services: {api: {path: services/api, depends_on: [postgres]}}',
  'services: {docs: {path: docs, type: static_site}}',
  'services: {b: {ignore: true}}',
  'backing: off',
  'services: [',
)

type Edit =
  | { readonly kind: 'write'; readonly path: string; readonly text: string }
  | { readonly kind: 'remove' | 'rename' | 'rename_folder'; readonly at: number; readonly to: string }

const edits: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 6, arbitrary: files.map(([path, text]): Edit => ({ kind: 'write', path, text })) },
  { weight: 1, arbitrary: declarations.map((text): Edit => ({ kind: 'write', path: 'kyozo.yaml', text })) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('remove' as const, 'rename' as const, 'rename_folder' as const),
      at: fc.nat(1_000),
      to: paths,
    }),
  },
)

function edited(before: Files, edit: Edit): Files {
  if (edit.kind === 'write') return withoutClashes({ ...before, [edit.path]: edit.text }, edit.path)
  const names = Object.keys(before)
  const path = names[edit.at % Math.max(1, names.length)]
  if (path === undefined) return before
  const { [path]: text = '', ...others } = before
  if (edit.kind === 'remove') return others
  if (edit.kind === 'rename') return withoutClashes({ ...others, [edit.to]: text }, edit.to)
  const from = `${path.split('/')[0]}/`
  const to = `${edit.to.split('/')[0]?.replaceAll('.', '-')}/`
  const moved = Object.entries(before).map(([name, content]) => [name.startsWith(from) ? to + name.slice(from.length) : name, content])
  return path.includes('/') ? withoutClashes(Object.fromEntries(moved), to.slice(0, -1)) : before
}

/** Git has no file and folder of one name. */
function withoutClashes(all: Files, path: string): Files {
  const isBelow = (name: string, above: string) => name.startsWith(`${above}/`)
  return Object.fromEntries(Object.entries(all).filter(([name]) => name === path || (!isBelow(name, path) && !isBelow(path, name))))
}

describe('any line of commits', () => {
  test('is analyzed as if each commit were the only one', () => {
    fc.assert(
      fc.property(fc.array(files, { maxLength: 14 }), fc.array(edits, { minLength: 1, maxLength: 8 }), (first, changes) => {
        const memory = createMemory()
        let tree: Files = first.reduce((all, [path, text]) => edited(all, { kind: 'write', path, text }), {} as Files)
        for (const change of [undefined, ...changes]) {
          tree = change === undefined ? tree : edited(tree, change)
          expect(outcome(tree, { memory })).toEqual(outcome(tree))
        }
      }),
      { numRuns: 400 },
    )
  }, 120_000)

  const composed = 'services:\n  a: {build: .}\n'

  test('whose texts arrive in rounds is answered as if all had been there', () => {
    fc.assert(
      fc.property(fc.array(files, { maxLength: 14 }), fc.array(edits, { minLength: 1, maxLength: 4 }), (first, changes) => {
        const memory = createMemory()
        let tree: Files = first.reduce((all, [path, text]) => edited(all, { kind: 'write', path, text }), {} as Files)
        for (const change of [undefined, ...changes]) {
          tree = change === undefined ? tree : edited(tree, change)
          expect(inRounds(tree, { memory })).toEqual(outcome(tree))
        }
      }),
      {
        numRuns: 150,
        // Which folders hold a compose file is asked in the first round alone, and must be known to have changed all the same.
        examples: [
          [
            [
              ['test/server.js', ''],
              ['docker-compose.yml', composed],
            ],
            [{ kind: 'rename', at: 0, to: 'src/compose.yaml' }],
          ],
        ],
      },
    )
  }, 120_000)
})

/** Texts that an earlier commit had are there from the start, as they are when they are kept by their ids. */
function inRounds(all: Files, options: AnalyzeOptions): unknown {
  const known = options.memory?.texts ?? new Map<string, string | null>()
  for (;;) {
    const whole = sourceTree(all)
    const loaded = new Set([...whole.entries].filter(([, { oid }]) => known.has(oid)).map(([path]) => path))
    const tree = sourceTree(all, { loaded })
    const answer = settled(() => analyze(tree, options))
    if (tree.wanted.size === 0) return answer
    for (const path of tree.wanted) known.set(tree.entries.get(path)?.oid ?? '', whole.text(path) ?? null)
  }
}

function outcome(all: MemoryFiles, options: AnalyzeOptions = {}): unknown {
  return settled(() => analyze(sourceTree(all), options))
}

function settled(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    if (error instanceof KyozoError) return [error.code, error.message]
    throw error
  }
}

/** How many answers the second commit makes the analysis compute. */
function computedFor(before: Files, after: Files): number {
  const memory = createMemory()
  analyze(sourceTree(before), { memory })
  analyze(sourceTree(after), { memory })
  return memory.computedCount()
}
