import { describe, expect, it } from 'vitest'
import { KyozoError } from '../../src/errors.ts'
import { releaseWords, type ServiceOutcome, type Verdict, verdictOf } from '../../src/release/verdict.ts'

const [older, newer] = ['a'.repeat(40), 'b'.repeat(40)]
const failure = new KyozoError('not_healthy', 'api did not become healthy in 60 s (exit 137, out of memory). ')
const url = 'http://api.shop.localhost'

describe('a verdict says', () => {
  it.each<[string, ServiceOutcome, string]>([
    ['how long it took', { kind: 'live', service: 'api', afterMs: 1_234, wasBuilt: true, url }, 'live after 1.2 s'],
    ['whole seconds when it took long', { kind: 'live', service: 'api', afterMs: 9_960, wasBuilt: true }, 'live after 10 s'],
    [
      'that nothing had to be built',
      { kind: 'live', service: 'api', afterMs: 0, wasBuilt: false },
      'live after 0.0 s (image was built before)',
    ],
    ['since when it is unchanged', { kind: 'unchanged', service: 'api', sinceSha: older }, 'unchanged since aaaaaaa'],
    [
      'why it failed and what serves',
      { kind: 'failed', service: 'api', error: failure, servingSha: older },
      'api did not become healthy in 60 s (exit 137, out of memory). Previous release (aaaaaaa) still serving',
    ],
    [
      'that nothing serves after a first failure',
      { kind: 'failed', service: 'api', error: failure },
      'api did not become healthy in 60 s (exit 137, out of memory). Nothing was serving before',
    ],
    [
      'that what served could not be brought back yet',
      { kind: 'failed', service: 'api', error: failure, lostSha: older },
      'api did not become healthy in 60 s (exit 137, out of memory). Previous release (aaaaaaa) is not back yet',
    ],
    [
      'what held it back',
      { kind: 'held_back', service: 'web', because: 'api failed', servingSha: older },
      'not switched because api failed. Previous release (aaaaaaa) still serving',
    ],
    ['what superseded it', { kind: 'superseded', service: 'api', by: newer }, 'superseded by bbbbbbb'],
    ['that it is gone', { kind: 'removed', service: 'api', keptVolumes: [] }, 'removed'],
    ['that its volume is not', { kind: 'removed', service: 'api', keptVolumes: ['data', 'files'] }, 'removed; volume data, files is kept'],
    ['who serves it', { kind: 'shared', service: 'api', from: 'production' }, 'served from production'],
    [
      'that nobody needs it',
      { kind: 'left_out', service: 'postgres', because: 'nothing in this preview uses it' },
      'not run: nothing in this preview uses it',
    ],
  ])('%s', (_, outcome, words) => {
    expect(verdictOf(outcome).words).toBe(words)
  })

  it('which commit runs, where one runs', () => {
    expect(verdictOf({ kind: 'unchanged', service: 'api', sinceSha: older, url })).toEqual({
      service: 'api',
      kind: 'unchanged',
      words: 'unchanged since aaaaaaa',
      sinceSha: older,
      url,
    })
    expect(verdictOf({ kind: 'held_back', service: 'web', because: 'api failed', servingSha: older })).toMatchObject({
      kind: 'rolled_back',
      sinceSha: older,
    })
    expect(verdictOf({ kind: 'superseded', service: 'api', by: newer })).not.toHaveProperty('sinceSha')
  })
})

describe('the words of a release', () => {
  const verdict = (service: string, kind: Verdict['kind'], words = ''): Verdict => ({ service, kind, words })

  it.each<[string, Parameters<typeof releaseWords>, string]>([
    ['that waits', ['queued', [], null], 'Waiting to start'],
    ['under way', ['running', [], null], 'In progress'],
    ['under way that says more', ['running', [], 'building api'], 'building api'],
    ['that was overtaken', ['superseded', [verdict('api', 'superseded')], 'superseded by bbbbbbb'], 'superseded by bbbbbbb'],
    [
      'that went live',
      ['live', [verdict('a', 'live'), verdict('b', 'unchanged'), verdict('c', 'removed'), verdict('d', 'live')], null],
      '2 live, 1 unchanged, 1 removed',
    ],
    [
      'that another environment serves in part',
      [
        'live',
        [
          ...[verdict('a', 'live'), verdict('b', 'shared', 'served from production'), verdict('d', 'left_out')],
          verdict('c', 'shared', 'served from production, back to aaaaaaa as ada asked'),
        ],
        null,
      ],
      '1 live, 2 served from production, 1 not run',
    ],
    ['that changed nothing', ['unchanged', [verdict('a', 'unchanged')], null], '1 unchanged'],
    ['without services', ['live', [], null], 'Nothing to deploy'],
    ['in which one service failed', ['failed', [verdict('a', 'failed', 'a crashed'), verdict('b', 'rolled_back')], 'x'], 'a crashed'],
    [
      'in which two failed',
      ['failed', [verdict('a', 'failed', 'a crashed'), verdict('b', 'failed', 'b crashed')], 'x'],
      'a, b failed: a crashed',
    ],
    [
      'that failed before there were services',
      ['failed', [], 'kyozo.yaml:3:5: port must be a number. '],
      'kyozo.yaml:3:5: port must be a number',
    ],
  ])('%s', (_, facts, words) => {
    expect(releaseWords(...facts)).toBe(words)
  })
})
