import { describe, expect, it } from 'vitest'
import { findBase, settledBy } from '../../../src/stack/committed/base.ts'
import { isUntouched, keyOf, markOf, withMark } from '../../../src/stack/committed/file.ts'
import { type Merged, mergeCommitted } from '../../../src/stack/committed/merge.ts'
import { asJson as asData, readValues } from '../../../src/stack/committed/values.ts'
import { describeConflict, describeEdit } from '../../../src/stack/committed/wording.ts'
import { generatedText } from './documents.ts'

const limits = (memory: string) => ({ resources: { limits: { cpus: '0.5', memory, pids: 256 } } })
const api = { build: { context: './api' }, environment: { PORT: '3000' }, ports: ['127.0.0.1::3000'], deploy: limits('512m') }
const worker = { image: 'busybox:1.37', command: ['sh', '-c', 'sleep 1'], deploy: limits('256m') }
const before = generatedText({ services: { api, worker }, networks: { default: {} } })

function merge(present: string, now: string, base = before): Merged {
  return mergeCommitted({ base: { kind: 'known', text: base }, generated: now, present })
}

/** Lines that differ, as `- before` and `+ after`. */
function changedLines(from: string, to: string): string[] {
  const [old, young] = [from.split('\n'), to.split('\n')]
  return [
    ...old.filter((line) => !young.includes(line)).map((line) => `- ${line}`),
    ...young.filter((line) => !old.includes(line)).map((line) => `+ ${line}`),
  ]
}

const grown = generatedText(
  {
    services: {
      api: { ...api, environment: { PORT: '3000', CACHE_URL: 'redis://redis' }, deploy: limits('1g') },
      redis: { image: 'redis:7' },
      worker,
    },
    networks: { default: {} },
  },
  'the stack has grown',
)

describe('a merge', () => {
  it('changes the lines that kyozo changes, beside a person’s, and no others', () => {
    const present = before
      .replace('  worker:', '  # Ask Ada before you touch this.\n  worker:')
      .replace('PORT: "3000"', "PORT:   '3000'   # as agreed\n      THEIRS: yes")
      .replace('pids: 256', 'pids: 99')
    const { text, edits, conflicts } = merge(present, grown)
    expect(changedLines(present, text)).toEqual([
      `- ${present.split('\n')[1]}`,
      '-   # api: because',
      '-           memory: 512m',
      '-   # worker: because',
      `+ ${grown.split('\n')[1]}`,
      '+   # api: the stack has grown',
      '+       CACHE_URL: "redis://redis"',
      '+           memory: 1g',
      '+   # redis: the stack has grown',
      '+   redis:',
      '+     image: "redis:7"',
      '+   # worker: the stack has grown',
    ])
    expect(text).toContain('PORT:   \'3000\'   # as agreed\n      CACHE_URL: "redis://redis"\n      THEIRS: yes\n')
    expect(text).toContain('  # Ask Ada before you touch this.\n  worker:')
    expect(edits.map(describeEdit)).toEqual([
      'line 12, services.api.environment.THEIRS: yes',
      'line 19, services.api.deploy.resources.limits.pids: 99 instead of 256',
    ])
    expect(conflicts).toEqual([])
  })

  it('keeps what a person took away, whatever kyozo makes of it, and says so', () => {
    const present = before
      .replace(/ {2}# worker[\s\S]*(?=networks)/, '')
      .replace('      PORT: "3000"\n', '')
      .replace('    environment:\n', '')
    const later = generatedText({
      services: { api: { ...api, environment: { PORT: '4000' } }, worker: { ...worker, image: 'busybox:2' } },
      networks: { default: {} },
    })
    const { text, edits, conflicts } = merge(present, later)
    expect([text, conflicts]).toEqual([present, []])
    expect(edits.map(describeEdit)).toEqual(['line 7, services.api.environment: taken away', 'line 4, services.worker: taken away'])
  })

  it('is a conflict where both have changed one value: the file’s stays, with each side’s words and lines', () => {
    const present = before.replace('memory: 512m', 'memory: 700m')
    const { text, conflicts } = merge(present, grown)
    expect(text).toContain('memory: 700m')
    expect(conflicts.map(describeConflict)).toEqual([
      [
        'services.api.deploy.resources.limits.memory',
        '  you have: 700m (line 17 of the file)',
        '  kyozo had written: 512m (line 17 of what it had generated)',
        '  kyozo generates: 1g (line 18 of what it generates now)',
      ].join('\n'),
    ])
    const taken = mergeCommitted({ base: { kind: 'known', text: before }, generated: grown, present, resolve: () => 'take' })
    expect(taken.text).toBe(grown)
  })

  it('is none where both have made the same change, and none between two items of one list', () => {
    const same = before.replace('memory: 512m', 'memory: 1g')
    expect(merge(same, grown)).toMatchObject({ text: grown, edits: [], conflicts: [] })
    const ports = before.replace('["127.0.0.1::3000"]', '["127.0.0.1::3000", "127.0.0.1::9229"]')
    const more = generatedText({
      services: { api: { ...api, ports: ['127.0.0.1::3000', '127.0.0.1::3001'] }, worker },
      networks: { default: {} },
    })
    expect(merge(ports, more).text).toContain('    ports: ["127.0.0.1::3000", "127.0.0.1::3001", "127.0.0.1::9229"]\n')
    expect(merge(before.replace('[sh, -c, sleep 1]', '[sh, -c, sleep 2]'), before).edits.map(describeEdit)).toEqual([
      'line 24, services.worker.command: ["sh","-c","sleep 2"] instead of ["sh","-c","sleep 1"]',
    ])
  })

  it('is a conflict where a person changed what kyozo does not have any more', () => {
    const present = before.replace('busybox:1.37', 'busybox:1.38')
    const without = generatedText({ services: { api }, networks: { default: {} } })
    const { text, conflicts } = merge(present, without)
    expect(text).toContain('busybox:1.38')
    expect(conflicts).toMatchObject([{ path: ['services', 'worker'] }])
    expect(merge(before, without)).toEqual({ text: without, edits: [], conflicts: [] })
  })

  it.each([
    [
      'with aliases',
      (text: string) =>
        text.replace('    deploy:\n', '    deploy: &limits\n').replace(/ {4}deploy:\n(?: {6}.*\n)+(?=\nnetworks)/, '    deploy: *limits\n'),
    ],
    [
      'with merged maps',
      (text: string) => `x-common: &common {restart: always}\n\n${text.replace('  worker:\n', '  worker:\n    <<: *common\n')}`,
    ],
    [
      'in other spellings',
      (text: string) =>
        text
          .replace('    environment:\n      PORT: "3000"\n', '    environment: ["PORT=3000", "MINE=1"]\n')
          .replace('["127.0.0.1::3000"]', '\n      - "127.0.0.1::3000" # the only one'),
    ],
    ['with lines of Windows', (text: string) => text.replaceAll('\n', '\r\n')],
    ['with a mark of the order of bytes', (text: string) => `\uFEFF${text}`],
    ['without an end of its last line', (text: string) => text.trimEnd()],
    ['in one line', (text: string) => JSON.stringify({ note: 'x', ...(mergeData(text) as object) })],
  ])('goes through in a file %s, and means what both meant', (_, spell) => {
    const present = spell(before)
    const { text, conflicts } = merge(present, grown)
    const plain = merge(before, grown)
    expect(conflicts).toEqual([])
    const [services, expected] = [text, plain.text].map(
      (one) => (mergeData(one) as { services: Record<string, Record<string, unknown>> }).services,
    )
    expect(Object.keys(services!)).toEqual(Object.keys(expected!))
    expect(services!.api!.deploy).toEqual(expected!.api!.deploy)
    expect(services!.api!.environment).toMatchObject({ PORT: '3000', CACHE_URL: 'redis://redis' })
    expect(services!.worker!.image).toBe('busybox:1.37')
    expect(mergeCommitted({ base: { kind: 'known', text: grown }, generated: grown, present: text }).text).toBe(text)
    if (present.includes('\r\n')) expect(text.replaceAll('\r\n', '')).not.toContain('\n')
    if (present.startsWith('\uFEFF')) expect(text.startsWith('\uFEFF# What')).toBe(true)
  })

  it('changes nothing but the line that kyozo finds its words by, and then not even that', () => {
    const present = before.replace('memory: 512m', 'memory: 1g')
    const same = generatedText({ services: { api: { ...api, deploy: limits('1g') }, worker }, networks: { default: {} } })
    expect(merge(present, same).text).toBe(present)
  })
})

describe('what the file is compared with', () => {
  it('is what was generated for exactly this file, wherever it comes from', () => {
    const edited = before.replace('512m', '1g')
    expect(findBase(edited, { settled: new Map([[keyOf(before), before]]), generated: grown })).toEqual({ kind: 'known', text: before })
    expect(findBase(edited, { last: before, generated: grown })).toEqual({ kind: 'known', text: before })
    expect(findBase(edited, { generated: before })).toEqual({ kind: 'known', text: before })
  })

  it('is the file itself where nobody has changed it and nothing is remembered', () => {
    expect([isUntouched(before), isUntouched(before.replaceAll('\n', '\r\n')), isUntouched(before.replace('512m', '1g'))]).toEqual([
      true,
      true,
      false,
    ])
    expect(findBase(before, { generated: grown })).toEqual({ kind: 'known', text: before })
    expect(findBase(before.replace('512m', '1g'), { generated: grown })).toEqual({ kind: 'unknown' })
    expect(findBase('services: {}\n', { generated: grown })).toEqual({ kind: 'unknown' })
  })

  it('is what was generated last where another kyozo wrote the file, whose words stay', () => {
    const theirs = withMark(before.replace(/^.*generated [0-9a-f]{32}\n/m, '').replace('512m', '600m'))
    expect(markOf(theirs)).not.toBe(markOf(before))
    const base = findBase(theirs, { last: before, generated: grown })
    expect(base).toEqual({ kind: 'foreign', text: before })
    const merged = mergeCommitted({ base, generated: grown, present: theirs })
    expect([merged.conflicts, merged.text.includes('memory: 600m'), merged.text.includes('CACHE_URL')]).toEqual([[], true, true])
  })

  it('is remembered once the branch has it, and under the file’s own key where another kyozo wrote it', () => {
    const settled = { base: 'known', generated: grown, present: grown, text: grown } as const
    expect(settledBy(settled)).toEqual({ last: grown })
    expect(settledBy({ ...settled, base: 'foreign', present: before, text: before })).toEqual({ last: grown, adopted: keyOf(before) })
    expect(settledBy({ ...settled, present: before })).toBeUndefined()
    expect(settledBy({ ...settled, present: null })).toBeUndefined()
  })
})

/** A text as data, every spelling in one form. */
function mergeData(text: string): unknown {
  return asData(readValues(text))
}
