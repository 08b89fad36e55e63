// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the variables are those of the files under test.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runChild } from '../../../src/child.ts'
import { parseEnvFile } from '../../../src/topology/compose/env-file.ts'
import { interpolate } from '../../../src/topology/compose/interpolate.ts'
import { splitWords } from '../../../src/topology/compose/words.ts'

const variables: Readonly<Record<string, string>> = { A: 'one', B: '', C: 'x}y$z' }
const lookup = (name: string) => variables[name]

describe('a variable in a value', () => {
  it.each([
    ['$A', 'one'],
    ['${A}b', 'oneb'],
    ['$$A $${A}', '$A ${A}'],
    ['${B:-default}', 'default'],
    ['${B-default}', ''],
    ['${N-default}', 'default'],
    ['${N:-${M:-${A}}}', 'one'],
    ['${A:+set}', 'set'],
    ['${B:+set}|${B+set}|${N+set}', '|set|'],
    ['${A:?needed}', 'one'],
    ['${C}', 'x}y$z'],
    ['${N:-a$$b}', 'a$b'],
    ['${A:-${UNKNOWN}}', 'one'],
  ])('%s is %s', (text, value) => {
    expect(interpolate(text, lookup)).toMatchObject({ value, missing: [] })
  })

  it.each([
    ['$N', [{ name: 'N' }]],
    ['${N:?say why $A}', [{ name: 'N', message: 'say why one' }]],
    ['${N:-$M}', [{ name: 'M' }]],
    ['${B:?empty}', [{ name: 'B', message: 'empty' }]],
  ])('%s misses its value', (text, missing) => {
    expect(interpolate(text, lookup).missing).toEqual(missing)
  })

  it.each(['$', '${', '${A', '${A:', '${A:=x}', '${1}', 'a$ b', '${A!}', '${}'])('%s is a mistake', (text) => {
    expect(interpolate(text, lookup).problem).toBeTypeOf('string')
  })

  it('ends in linear time, whatever it is', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('$', '{', '}', 'A', ':-', '${', ':?', '$$', 'x'), { maxLength: 5000 }), (parts) => {
        const start = performance.now()
        interpolate(parts.join(''), lookup)
        expect(performance.now() - start).toBeLessThan(200)
      }),
      { numRuns: 50 },
    )
  })
})

describe('an env file', () => {
  it('is read as Compose reads it', async () => {
    const text = [
      '# comment', 'A=1', 'export B="two words" # c', "C='lit $A'", 'D=x$A', 'E="x${A}y\\n"', 'F=a#b', 'G=a #b', 'H: yaml', 'J="multi', 'line"', 'K=', 'L=$$x',
      'M="a\\"b"', 'N=${Z:-d}', 'O= sp ', 'P="\\$A"', "Q='it\\'s'", 'R.S-T=dots', 'U="tab\\tbed"', '  V=indented', 'W="a" ', 'X=a\\nb', 'Y=with=equals',
    ].join('\n') // biome-ignore format: a list
    const { entries, problems, missing } = parseEnvFile(text, { isRaw: false, lookup: () => undefined })
    const ours = Object.fromEntries(entries.map(({ name, value }) => [name, value]))
    expect({ problems, missing, ours }).toEqual({ problems: [], missing: [], ours: await composeEnvironment(text) })
  })

  it('of the raw format is literal', () => {
    const { entries } = parseEnvFile('A="x" # y\nB=$A\n# c\n', { isRaw: true, lookup })
    expect(entries).toEqual([
      { name: 'A', value: '"x" # y', line: 1 },
      { name: 'B', value: '$A', line: 2 },
    ])
  })

  it('tells its mistakes by line, without what stands there', () => {
    const { problems, missing } = parseEnvFile('A=1\nnot a variable hunter2\nB="open\nC=$NOBODY\n', { isRaw: false, lookup })
    expect({ problems, missing }).toEqual({
      problems: [
        { message: 'the line is not `NAME=value`', line: 2 },
        { message: 'a quote is not closed', line: 3 },
      ],
      missing: [],
    })
  })

  it('may not grow without end', () => {
    const text = `A=xxxxxxxx\n${'A=$A$A\n'.repeat(60)}`
    const { entries, problems } = parseEnvFile(text, { isRaw: false, lookup })
    expect(problems.length).toBeGreaterThan(0)
    expect(entries.reduce((sum, { value }) => sum + value.length, 0)).toBeLessThan(2 * 1024 ** 2)
  })
})

async function composeEnvironment(envFile: string): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'kyozo-compose-'))
  try {
    await writeFile(join(folder, 'a.env'), envFile)
    const { stdout, stderr, exitCode } = await runChild({
      program: 'docker',
      args: [
        'compose',
        '--env-file',
        '/dev/null',
        '-p',
        'kyozo-test',
        '--project-directory',
        folder,
        '-f',
        '-',
        'config',
        '--format',
        'json',
      ],
      input: 'services: {a: {image: x, env_file: a.env}}',
      env: { HOME: folder },
      deadlineMs: 20_000,
    })
    expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' })
    const config = JSON.parse(stdout.toString('utf8').replaceAll('$$', '$')) as { services: { a: { environment: Record<string, string> } } }
    return config.services.a.environment
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

describe('a command line', () => {
  it.each([
    ['echo "a b" c\\ d', ['echo', 'a b', 'c d']],
    ['a "b\\"c" \'d\\e\' "" f\'\'g', ['a', 'b"c', 'd\\e', '', 'fg']],
    ['  a\tb\n', ['a', 'b']],
    ['', []],
    ['sh -c "a && b > c"', ['sh', '-c', 'a && b > c']],
  ])('%s is split into words', (line, words) => {
    expect(splitWords(line)).toEqual({ words })
  })

  it.each(['a; b', 'a && b', 'a > b', 'a | b', '(a)', '`id`', 'a "b', "a 'b", 'a \\'])('%s is refused', (line) => {
    expect(splitWords(line)).toHaveProperty('problem')
  })
})
