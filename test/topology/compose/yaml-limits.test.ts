import { describe, expect, it } from 'vitest'
import { KyozoError } from '../../../src/errors.ts'
import { readText } from './reading.ts'

/** What a hostile file may cost; generous against a busy machine, and far below what the same file costs Compose (minutes). */
const hostileLimitMs = 500

function refusal(text: string): { rule: string | undefined; place: string | undefined } {
  const start = performance.now()
  try {
    readText(text)
  } catch (error) {
    if (!(error instanceof KyozoError) || error.code !== 'compose_invalid') throw error
    expect(performance.now() - start).toBeLessThan(hostileLimitMs)
    const [, place, rule] = /^compose\.yml:(\d+:\d+) .*\(rule ([a-z_]+)\)$/m.exec(error.message) ?? []
    return { rule, place }
  }
  throw new Error('the file was read')
}

const letters = [...'abcdefghi']
const laughs = (inner: (previous: string) => string) =>
  ['a: &a {x: [1, 2, 3]}', ...letters.slice(1).map((name, at) => `${name}: &${name} ${inner(letters[at]!)}`)].join('\n')

describe('a hostile YAML document', () => {
  it.each([
    ['billion laughs', laughs((previous) => `[${Array(9).fill(`*${previous}`).join(', ')}]`), 'yaml_limits'],
    [
      'billion laughs by merging',
      laughs((previous) => `{<<: [${Array(9).fill(`*${previous}`).join(', ')}], ${previous}2: *${previous}}`),
      'yaml_limits',
    ],
    ['10,000 anchors', Array.from({ length: 10_000 }, (_, at) => `k${at}: &a${at} 1`).join('\n'), 'yaml_limits'],
    ['10,000 aliases', `a: &a 1\nb: [${Array(10_000).fill('*a').join(', ')}]`, 'yaml_limits'],
    ['80,000 anchors of nothing', '&a '.repeat(80_000), 'yaml_limits'],
    ['an alias of itself', 'a: &a [*a]', 'yaml_limits'],
    ['an alias of itself by merging', 'a: &a\n  b: *a', 'yaml_limits'],
    ['10,000 brackets', '['.repeat(10_000), 'yaml_limits'],
    ['600 levels of indentation', Array.from({ length: 600 }, (_, at) => `${' '.repeat(at)}a:`).join('\n'), 'yaml_limits'],
    ['100,000 dashes on a line', '- '.repeat(100_000), 'yaml_limits'],
    ['100,000 question marks', '? '.repeat(100_000), 'yaml_limits'],
    ['20,000 keys', Array.from({ length: 20_000 }, (_, at) => `k${at}: 1`).join('\n'), 'yaml_limits'],
    ['100,000 empty lines', '\n'.repeat(100_000), 'yaml_limits'],
    ['100,000 closing brackets', '}\n'.repeat(100_000), 'yaml'],
    ['100,000 documents', '---\n'.repeat(100_000), 'yaml'],
  ])('%s is refused at once', (_, text, rule) => {
    expect(refusal(text).rule).toBe(rule)
  })

  it.each(['!!js/function "x"', '!include x.yml', '!Reset null', '!overrides []', '!!binary aGk=', '!!str x'])(
    'the tag of %s is refused',
    (value) => {
      expect(refusal(`services:\n  web:\n    image: ${value}\n`)).toEqual({ rule: 'yaml_tag', place: '3:12' })
    },
  )

  it.each([
    ['a second document', 'services: {}\n---\nservices: {web: {image: nginx, privileged: true}}\n', '2:1'],
    ['a second document after an end mark', 'services: {}\n...\nservices: {}\n', '3:1'],
    ['a key that stands twice', 'services:\n  web: {image: a}\n  web: {image: b}\n', '3:3'],
    ['a control character', 'services:\n  web: "\u0007"\n', '2:9'],
    ['a directive', '%TAG ! x\n---\nservices: {}\n', '1:1'],
    ['a merge of something else', 'services: {<<: 1}\n', '1:12'],
    ['an alias of nothing', 'services: *x\n', '1:11'],
    ['broken indentation', 'services:\n  web: a\n image: b\n', '3:1'],
    ['two merge keys', 'a: &a {x: 1}\nservices: {<<: *a, <<: *a}\n', '2:20'],
    ['a list as a key', '[a]: b\n', '1:1'],
  ])('%s is refused with its line and column', (_, text, place) => {
    expect(refusal(text)).toEqual({ rule: 'yaml', place })
  })

  it('of a million characters, or with a NUL, is not text that kyozo reads', () => {
    expect(refusal('services: {}\0').rule).toMatch(/^yaml/)
    expect(refusal(`services: {a: "${'x'.repeat(300 * 1024)}"}\0`).rule).toMatch(/^yaml/)
  })

  it('names every syntax error of an ordinary mistake, not only the first', () => {
    expect(() => readText('services: {web: {image: nginx}\nnetworks: {a: ]\n')).toThrow(/compose\.yml:2:/)
  })
})
