import { describe, expect, it } from 'vitest'
import type { CommitStatus } from '../../src/forge/messages.ts'
import { missedPreview, statusMessages } from '../../src/pipeline/release-status.ts'
import type { ReleaseState } from '../../src/release/states.ts'
import type { Verdict } from '../../src/release/verdict.ts'
import type { ReleaseOptions } from '../../src/store/tables/git.ts'
import { environment, newer, release, workspace } from './facts.ts'

const verdict = (service: string, kind: Verdict['kind'], words: string = kind): Verdict => ({ service, kind, words })
const base = { workspace: workspace(), environment: environment(), release: release(), verdicts: [] }

function told(subject: Partial<Parameters<typeof statusMessages>[0]>): string[] {
  return statusMessages({ ...base, ...subject }, 'https://kyozo.example').map(({ payload }) => {
    const { context, state, description } = payload as CommitStatus
    return `${context} ${state}: ${description}`
  })
}

describe('a Git host is told', () => {
  it('where, about what, and where to read more', () => {
    expect(statusMessages(base, 'https://kyozo.example')).toEqual([
      {
        teamId: 't1',
        kind: 'status',
        connection: 'main',
        target: `status github 42 ${newer} kyozo/production`,
        releaseId: 'r1',
        payload: {
          repository: { id: '42', fullName: 'mona/Shop' },
          sha: newer,
          state: 'pending',
          context: 'kyozo/production',
          description: 'Waiting to start',
          targetUrl: 'https://kyozo.example/releases/r1',
        },
      },
    ])
  })

  it('of the services that a release touched, then of the environment', () => {
    const verdicts = [verdict('api', 'live', 'live after 1.0 s'), verdict('db', 'unchanged'), verdict('old', 'removed', 'removed')]
    expect(told({ release: release({ state: 'live' }), verdicts })).toEqual([
      'kyozo/production/api success: live after 1.0 s',
      'kyozo/production/old success: removed',
      'kyozo/production success: 1 live, 1 unchanged, 1 removed',
    ])
  })

  it('of what failed and of what was held back by it', () => {
    const verdicts = [verdict('api', 'failed', 'api crashed'), verdict('web', 'rolled_back', 'not switched'), verdict('db', 'unchanged')]
    expect(told({ release: release({ state: 'failed', reason: 'api crashed' }), verdicts })).toEqual([
      'kyozo/production/api failure: api crashed',
      'kyozo/production/web error: not switched',
      'kyozo/production failure: api crashed',
    ])
  })

  it('that a commit was overtaken, without a word about its services', () => {
    const superseded = release({ state: 'superseded', reason: 'superseded by ccccccc' })
    expect(told({ release: superseded, verdicts: [verdict('api', 'superseded')] })).toEqual([
      'kyozo/production error: superseded by ccccccc',
    ])
  })

  it.each<ReleaseOptions>([{ ofLive: true }, { rollbackTo: 'r0' }])('nothing but good news of a commit that ran before: %j', (options) => {
    for (const state of ['queued', 'running', 'failed', 'superseded'] as const)
      expect(told({ release: release({ state, options }) })).toEqual([])
    expect(told({ release: release({ state: 'live', options }) })).toHaveLength(1)
  })

  it.each<[ReleaseState, CommitStatus['state']]>([
    ['queued', 'pending'],
    ['running', 'pending'],
    ['live', 'success'],
    ['unchanged', 'success'],
    ['replaced', 'success'],
    ['failed', 'failure'],
    ['superseded', 'error'],
  ])('of a release that is %s as %s', (state, shown) => {
    expect(told({ release: release({ state }) })[0]).toContain(`kyozo/production ${shown}: `)
  })

  it('of every preview under one name, which can be a required check', () => {
    expect(told({ environment: environment({ name: 'pr-12', kind: 'preview' }) })).toEqual(['kyozo/preview pending: Waiting to start'])
  })

  it('once about contexts that the host takes for one', () => {
    const targets = ['API', 'api'].map((name) => statusMessages({ ...base, verdicts: [verdict(name, 'live')] }, 'https://k')[0]!.target)
    expect(new Set(targets).size).toBe(1)
  })

  it('nothing when there is no host', () => {
    expect(told({ workspace: workspace({ forge: 'git', connection: null, repositoryId: null, repositoryName: null }) })).toEqual([])
  })

  it.each([
    ['a pull request that is over, as nothing that is missing', 'merged', null, 'success', 'No preview: pull request 7 was merged'],
    ['one that gave way to others, as not proven', 'open', 'evicted', 'failure', 'No preview: others needed its room'],
    ['one that a person cancelled, as that', 'open', null, undefined, undefined],
  ] as const)('of a preview that was not finished: %s', (_, state, held, shown, description) => {
    const pullRequest = { number: 7, state, held, heldReason: held === null ? null : 'others needed its room' }
    const canceled = release({ state: 'failed', errorCode: 'canceled' })
    expect(missedPreview(canceled, pullRequest)).toEqual(shown === undefined ? undefined : { state: shown, description })
    for (const other of [
      release({ state: 'failed', errorCode: 'build_failed' }),
      release({ state: 'failed', errorCode: 'canceled', options: { ofLive: true } }),
    ])
      expect(missedPreview(other, pullRequest)).toBeUndefined()
  })
})
