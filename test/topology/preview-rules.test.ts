import { expect, it } from 'vitest'
import { parseDeclaration } from '../../src/topology/declaration/declaration.ts'
import { previewRules } from '../../src/topology/declaration/preview-rules.ts'

const rulesOf = (text: string) => previewRules(parseDeclaration(text).declaration)

it('previews are made of every pull request, ten at once, for three days, and read no secret', () => {
  expect(rulesOf('services: {}')).toEqual({
    ...{ isEnabled: true, ttlMs: 72 * 3_600_000, max: 10, ofDrafts: true, secrets: [], forksReadSecrets: false, sharesBaseline: false },
    ...{ seeds: {}, memory: undefined, cpu: undefined },
  })
})

it('a file may say otherwise', () => {
  const rules = rulesOf(
    'previews: {ttl: 2h, max: 3, drafts: false, secrets: [API_KEY], share: baseline, seed: {postgres: {dump: db/seed.sql}}, resources: {memory: 1Gi, cpu: 1}}',
  )
  expect(rules).toMatchObject({
    ttlMs: 7_200_000,
    max: 3,
    ofDrafts: false,
    secrets: ['API_KEY'],
    sharesBaseline: true,
    memory: '1Gi',
    cpu: '1',
  })
  expect(rules.seeds).toEqual({ postgres: { dump: 'db/seed.sql' } })
})

it.each([
  ['none', { secrets: [], forksReadSecrets: false }],
  ['all', { secrets: null, forksReadSecrets: false }],
  ['allow-forks', { secrets: null, forksReadSecrets: true }],
])('secrets: %s', (word, rules) => {
  expect(rulesOf(`previews: {secrets: ${word}}`)).toMatchObject(rules)
})

it('a word that is none is told with its place', () => {
  expect(() => rulesOf('previews:\n  secrets: some')).toThrow(
    /^kyozo\.yaml:2:3: previews\.secrets: must be a list of at most 100 names of secrets, none, all, or allow-forks/,
  )
  expect(() => rulesOf('previews: {seed: {postgres: {dump: ../x.sql}}}')).toThrow('previews.seed')
})
