// The compose documents' differences as they are published: short, and without what is nobody's business.
import { expect, it } from 'vitest'
import { composeDiff } from '../../src/review/compose-diff.ts'
import type { ComposeDiff } from '../../src/review/review.ts'
import { type Files, nodeService, reviewOf } from './sides.ts'

function linesOf({ hunks }: ComposeDiff): readonly string[] {
  return hunks.flatMap(({ lines }) => lines).filter((line) => /^[+-]/.test(line))
}

const withCompose = (environment: string): Files => ({
  ...nodeService('web'),
  'web/Dockerfile': 'FROM node:24\nCOPY . .\nEXPOSE 3000\nCMD ["node", "server.js"]\n',
  'compose.yaml': `services:\n  web:\n    build: ./web\n    ports: ["3000:3000"]\n    environment:\n${environment}`,
})

it('holds the lines that differ and three around them', () => {
  const [before, after] = [nodeService('web'), { ...nodeService('web'), 'kyozo.yaml': 'services:\n  web: {resources: {memory: 1Gi}}\n' }]
  const { composeDiff } = reviewOf(before, after)
  expect(composeDiff.hunks.map(({ lines }) => lines)).toContainEqual([
    '       resources:',
    '         limits:',
    '           cpus: "0.5"',
    '-          memory: 512m',
    '+          memory: 1g',
    '           pids: 256',
    '     logging:',
    '       driver: json-file',
  ])
})

it('is empty for two documents that are the same', () => {
  expect(reviewOf(nodeService('web'), { ...nodeService('web'), 'README.md': '# web\n' }).composeDiff).toEqual({
    added: 0,
    removed: 0,
    hunks: [],
    isTooLarge: false,
  })
})

it('hides what secrets state, in their own lines, in addresses and wherever they are repeated', () => {
  const before = withCompose('      API_KEY: first-of-the-keys\n      URL: postgres://app:old-pa55word@db/app\n      MODE: slow\n')
  const after = withCompose(
    [
      '      API_KEY: "second \\"of\\" the keys"',
      '      URL: postgres://app:new-pa55word@db/app',
      '      SIGNING_SECRET: sign-with-this-one',
      '      ARGS: --secret=sign-with-this-one --fast',
      '      PRIVATE_KEY: |',
      '        -----BEGIN KEY-----',
      '        MIIEvgIBADANBgkqhkiG9w0',
      '      MODE: fast',
      '',
    ].join('\n'),
  )
  const text = linesOf(reviewOf(before, after).composeDiff).join('\n')
  expect(text).toContain('-      MODE: slow')
  expect(text).toContain('+      MODE: fast')
  expect(text).toContain('+      ARGS: --secret=*** --fast')
  expect(text).toContain('+      API_KEY: ***')
  for (const secret of ['first-of', 'second', 'pa55word', 'sign-with', 'BEGIN KEY', 'MIIE']) expect(text).not.toContain(secret)
})

it('is given up where two documents have too little in common, or hold too many secrets to look for', () => {
  const given = { added: 0, removed: 0, hunks: [], isTooLarge: true }
  const lines = (word: string) => Array.from({ length: 5_000 }, (_, at) => `${word}${at}\n`).join('')
  const empty = { document: { services: {} }, documentText: '' }
  expect(composeDiff({ ...empty, documentText: lines('a') }, { ...empty, documentText: lines('b') })).toEqual(given)
  const environment = Object.fromEntries(Array.from({ length: 1_001 }, (_, at) => [`KEY_${at}_TOKEN`, `value-${at}-of-many`]))
  expect(composeDiff(empty, { document: { services: { web: { environment } } }, documentText: 'a\n' })).toEqual(given)
})
