import { describe, expect, it } from 'vitest'
import { KyozoError } from '../../src/errors.ts'
import {
  allOrFailures,
  failedVerdicts,
  failuresOf,
  liveVerdicts,
  ReleaseFailure,
  supersededVerdictsOf,
  touchedServices,
} from '../../src/pipeline/outcomes.ts'
import type { LiveService } from '../../src/pipeline/verdicts.ts'
import type { Operation } from '../../src/reconcile/plan.ts'
import type { ReleaseVerdict } from '../../src/store/releases.ts'
import { newer, older, service, stack } from './facts.ts'

const serves = (...services: readonly ReturnType<typeof service>[]): ReadonlyMap<string, LiveService> =>
  new Map(services.map((spec) => [spec.name, { spec, sha: older }]))
const say = (verdicts: readonly ReleaseVerdict[]) => verdicts.map(({ service: name, kind, words }) => `${name} ${kind}: ${words}`)
const failure = (name: string) => new KyozoError('build_failed', `${name} did not build`, { service: name })
const failed = (...failures: readonly KyozoError[]) => ({ failures, isBack: true })
const cause = 'x'

const replace: Operation = { kind: 'replace_beside', service: 'api', replicas: 1, retire: ['c1'], cause }
const keep: Operation = { kind: 'keep', service: 'web', containers: ['c2'], cause }
const build: Operation = { kind: 'build', service: 'api', image: 'kyozo/shop/api:2', cause }
const remove: Operation = { kind: 'remove', service: 'old', containers: ['c3'], cause }

it('a plan touches the services whose containers it changes, not those that it only builds', () => {
  const restart: Operation = { kind: 'restart', service: 'db', containers: ['c4'], cause }
  const network: Operation = { kind: 'create_network', network: 'default', cause }
  expect([...touchedServices({ operations: [build, { ...build, service: 'web' }, network, replace, keep, remove, restart] })]).toEqual([
    'api',
    'old',
    'db',
  ])
})

describe('a release that went live', () => {
  it('has a verdict for every service, those that it removed included', () => {
    const live = serves(service('api', { configHash: 'v1:old' }), service('web'), service('old', { volumes: ['old-data'] }))
    const verdicts = liveVerdicts(
      { live, release: { sha: newer } },
      {
        stack: stack(service('api'), service('web')),
        plan: { operations: [build, replace, keep, remove] },
        healthyAfterMs: new Map([['api', 2_000]]),
        urls: new Map([['api', 'http://api']]),
      },
    )
    expect(say(verdicts)).toEqual([
      'api live: live after 2.0 s',
      'web unchanged: unchanged since aaaaaaa',
      'old removed: removed; volume old-data is kept',
    ])
    expect(verdicts.map(({ sinceSha, url, folderPath }) => [sinceSha, url, folderPath])).toEqual([
      [newer, 'http://api', 'services/api'],
      [older, undefined, 'services/web'],
      [undefined, undefined, undefined],
    ])
  })

  it('says of a preview what another environment serves, and what nobody in it needs, however it was before', () => {
    const servedFrom = { environment: 'production', project: 'kyozo-shop-production' }
    const names = { web: 'run', api: 'shared', db: 'left_out' } as const
    const sharing = {
      ...servedFrom,
      services: Object.entries(names).map(([name, kind]) => ({
        name,
        folder: `services/${name}`,
        kind,
        because: 'nothing in this preview uses it',
      })),
    }
    const verdicts = liveVerdicts(
      { live: serves(service('api', { servedFrom }), service('db')), release: { sha: newer } },
      {
        stack: { ...stack(service('web'), service('api', { servedFrom })), sharing },
        plan: {
          operations: [
            { ...build, service: 'web' },
            { ...replace, service: 'web' },
            { ...remove, service: 'db' },
          ],
        },
        healthyAfterMs: new Map([['web', 1_000]]),
        urls: new Map([['api', 'http://api']]),
      },
    )
    expect(say(verdicts)).toEqual([
      'web live: live after 1.0 s',
      'api shared: served from production',
      'db left_out: not run: nothing in this preview uses it',
    ])
    expect(verdicts.map(({ url, folderPath }) => [url, folderPath])).toEqual([
      [undefined, 'services/web'],
      ['http://api', 'services/api'],
      [undefined, 'services/db'],
    ])
  })

  it('says of an image that it was built before', () => {
    const plan = { operations: [replace] }
    const facts = { stack: stack(service('api')), plan, healthyAfterMs: new Map([['api', 0]]), urls: new Map() }
    expect(say(liveVerdicts({ live: serves(service('api')), release: { sha: newer } }, facts))).toEqual([
      'api live: live after 0.0 s (image was built before)',
    ])
  })
})

describe('a release that failed', () => {
  const live = serves(service('api', { configHash: 'v1:old' }), service('web', { configHash: 'v1:old' }), service('db'))

  it('says who failed, who was held back by it, and who was not concerned', () => {
    expect(
      say(failedVerdicts({ live }, stack(service('api'), service('web'), service('db'), service('new')), failed(failure('api')))),
    ).toEqual([
      'api failed: api did not build. Previous release (aaaaaaa) still serving',
      'web rolled_back: not switched because api failed. Previous release (aaaaaaa) still serving',
      'db unchanged: unchanged since aaaaaaa',
      'new rolled_back: not switched because api failed. Nothing was serving before',
    ])
  })

  it('does not say of anything that it still serves when not all of it could be brought back', () => {
    const failing = { ...failed(failure('api')), isBack: false }
    const verdicts = failedVerdicts({ live }, stack(service('api'), service('web'), service('db'), service('new')), failing)
    expect(say(verdicts)).toEqual([
      'api failed: api did not build. Previous release (aaaaaaa) is not back yet',
      'web rolled_back: not switched because api failed',
      'db unchanged: unchanged since aaaaaaa',
      'new rolled_back: not switched because api failed. Nothing was serving before',
    ])
    expect(verdicts.map(({ sinceSha }) => sinceSha)).toEqual([undefined, undefined, older, undefined])
  })

  it('before anything was known of the commit still has a verdict for all that runs', () => {
    expect(
      say(failedVerdicts({ live: serves(service('api')) }, undefined, failed(new KyozoError('repository_not_found', 'gone')))),
    ).toEqual(['api unchanged: unchanged since aaaaaaa'])
  })
})

describe('what people want of services', () => {
  const wishes = { stopped: new Map([['api', 'ada stopped it: too loud']]), destroyed: new Map([['web', 'ada destroyed it']]) }
  const live = serves(service('api', { configHash: 'v1:old' }), service('web', { volumes: ['web-data'] }))

  it('is in the verdicts, and what was destroyed is named once', () => {
    const facts = { stack: stack(service('api'), service('web')), healthyAfterMs: new Map(), urls: new Map(), wishes }
    const gone: Operation = { kind: 'remove', service: 'web', containers: ['c2'], cause }
    expect(say(liveVerdicts({ live, release: { sha: newer } }, { ...facts, plan: { operations: [gone] } }))).toEqual([
      'api stopped: stopped, so nothing was deployed: ada stopped it: too loud',
      'web removed: removed; volume web-data is kept',
    ])
    expect(say(liveVerdicts({ live, release: { sha: newer } }, { ...facts, plan: { operations: [] } }))).toHaveLength(1)
  })

  it('is told by what this release did: it stopped one, and runs more copies of another', () => {
    const facts = { stack: stack(service('api'), service('db', { replicas: 3 })), healthyAfterMs: new Map(), urls: new Map(), wishes }
    const stop: Operation = { kind: 'stop', service: 'api', containers: ['c1'], cause }
    const scale: Operation = { kind: 'scale', service: 'db', replicas: 3, retire: [], cause }
    expect(
      say(liveVerdicts({ live: serves(service('db')), release: { sha: newer } }, { ...facts, plan: { operations: [stop, scale] } })),
    ).toEqual(['api stopped: stopped: ada stopped it: too loud', 'db live: live with 3 copies'])
  })

  it('holds in a release that failed', () => {
    expect(say(failedVerdicts({ live, wishes }, stack(service('api'), service('web'), service('db')), failed(failure('db'))))).toEqual([
      'api stopped: stopped, so nothing was deployed: ada stopped it: too loud',
      'db failed: db did not build. Nothing was serving before',
    ])
  })
})

it('a release that was overtaken has a verdict for what it holds and for what runs', () => {
  const live = serves(service('api'), service('old'))
  expect(say(supersededVerdictsOf({ live }, stack(service('api'), service('new')), newer))).toEqual([
    'api superseded: superseded by bbbbbbb',
    'new superseded: superseded by bbbbbbb',
    'old superseded: superseded by bbbbbbb',
  ])
})

describe('works side by side', () => {
  it('fail together with every failure, each once, after all have ended', async () => {
    const [api, web] = [failure('api'), failure('web')]
    const ended: string[] = []
    const slow = new Promise<void>((resolve) => setImmediate(resolve)).then(() => void ended.push('slow'))
    const works = [Promise.reject(api), Promise.reject(new ReleaseFailure([web, api])), slow]
    const thrown: unknown = await allOrFailures(works).catch((error: unknown) => error)
    expect(ended).toEqual(['slow'])
    expect(failuresOf(thrown)).toEqual([api, web])
    expect((thrown as Error).message).toBe('api did not build; web did not build')
  })

  it('succeed when all do', async () => {
    await expect(allOrFailures([Promise.resolve(1), Promise.resolve(2)])).resolves.toBeUndefined()
  })

  it('turn what is thrown unexpectedly into words', () => {
    expect(failuresOf(new Error('socket hang up'))).toMatchObject([{ code: 'internal', message: 'socket hang up' }])
  })
})

it.each([
  ['whose connection ended', new Error('Connection terminated unexpectedly')],
  ['that the server ended', Object.assign(new Error('terminating connection due to administrator command'), { code: '57P01' })],
  ['that lost against another', Object.assign(new Error('deadlock detected'), { code: '40P01' })],
])('a statement %s is no failure of the commit: it is tried again', (_, thrown) => {
  expect(failuresOf(thrown)).toMatchObject([{ code: 'store_unavailable', retryable: true }])
})

it('what nobody foresaw is a defect, and no trouble of the database', () => {
  expect(failuresOf(new TypeError('x is not a function'))).toMatchObject([{ code: 'internal', retryable: false }])
})
