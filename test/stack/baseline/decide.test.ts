// Which services of a preview run in it, which another environment serves, and which nobody in it needs.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decideShares, type ShareableService } from '../../../src/stack/baseline/decide.ts'

type Facts = Partial<Omit<ShareableService, 'name'>>

function decided(services: Readonly<Record<string, Facts>>): readonly string[] {
  const facts = Object.entries(services).map(
    ([name, one]): ShareableService => ({ name, uses: [], shape: 'reachable', there: 'same', ...one }),
  )
  return [...decideShares(facts, 'production')].map(([name, { kind, because }]) => `${name} ${kind}: ${because}`)
}

const left = 'left_out: nothing in this preview uses it'
const shared = 'shared: it is what production runs'

describe('in a preview', () => {
  it('of web alone, its api is served from production, and the database behind that is not run', () => {
    expect(decided({ web: { uses: ['api'], there: 'other' }, api: { uses: ['postgres'] }, postgres: { shape: 'data' } })).toEqual([
      'web run: it is not what production runs',
      `api ${shared}`,
      `postgres ${left}`,
    ])
  })

  it('of api, its web shows it, and it has a database of its own', () => {
    expect(decided({ web: { uses: ['api'] }, api: { uses: ['postgres'], there: 'other' }, postgres: { shape: 'data' } })).toEqual([
      'web run: it uses api, which this preview runs',
      'api run: it is not what production runs',
      'postgres run: api uses it, and data is never shared',
    ])
  })

  it('of one service, those that meet it in its cache come along, with the data that they keep', () => {
    const services = {
      web: { uses: ['redis'], there: 'other' },
      redis: { shape: 'data' },
      worker: { uses: ['redis', 'postgres'], shape: 'no port' },
    } as const
    expect(decided({ ...services, postgres: { shape: 'data' }, docs: {} })).toEqual([
      'web run: it is not what production runs',
      'redis run: web uses it, and data is never shared',
      'worker run: it uses redis, which this preview runs',
      'postgres run: worker uses it, and data is never shared',
      `docs ${shared}`,
    ])
  })

  it('the job that prepares a database runs when the database does, and rests when it does not', () => {
    const services = { migrate: { uses: ['postgres'], shape: 'job' }, postgres: { shape: 'data' } } as const
    expect(decided({ api: { uses: ['postgres', 'migrate'], there: 'other' }, ...services })).toEqual([
      'api run: it is not what production runs',
      'migrate run: api uses it, and nothing could pass that on',
      'postgres run: api uses it, and data is never shared',
    ])
    expect(decided({ api: { uses: ['postgres', 'migrate'] }, ...services, web: { there: 'other' } })).toEqual([
      `api ${shared}`,
      `migrate ${left}`,
      `postgres ${left}`,
      'web run: it is not what production runs',
    ])
  })

  it('a service that production has not, or does not serve at the moment, is run', () => {
    expect(decided({ api: { there: 'nothing' }, web: { there: 'unwell' }, worker: { there: 'unwell', shape: 'no port' } })).toEqual([
      'api run: production has no such service',
      'web run: production does not serve it at the moment',
      `worker ${left}`,
    ])
  })

  it('what answers on several ports is run, and what shares a namespace goes together', () => {
    expect(decided({ mail: { shape: 'several ports' }, vpn: { there: 'other' }, app: { shape: 'no port', livesIn: 'vpn' } })).toEqual([
      'mail run: it has more than the one port that could be passed on',
      'vpn run: it is not what production runs',
      'app run: it shares a namespace with vpn, which this preview runs',
    ])
    expect(decided({ vpn: { shape: 'no port' }, app: { shape: 'no port', livesIn: 'vpn', there: 'other' } })[0]).toBe(
      'vpn run: it shares a namespace with app, which this preview runs',
    )
  })

  it('that changes no service all is served from production, and its data is left alone', () => {
    expect(decided({ web: { uses: ['api'] }, api: { uses: ['postgres'] }, postgres: { shape: 'data' } })).toEqual([
      `web ${shared}`,
      `api ${shared}`,
      `postgres ${left}`,
    ])
  })
})

describe('whatever uses whatever', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  const service = fc.record({
    uses: fc.subarray(names),
    shape: fc.constantFrom('reachable', 'reachable', 'several ports', 'no port', 'data', 'job') as fc.Arbitrary<ShareableService['shape']>,
    there: fc.constantFrom('same', 'same', 'same', 'other', 'nothing', 'unwell') as fc.Arbitrary<ShareableService['there']>,
    host: fc.option(fc.constantFrom(...names), { freq: 6, nil: undefined }),
  })
  const stacks = fc.array(service, { minLength: 1, maxLength: names.length }).map((all) =>
    all.map(({ host, ...one }, at): ShareableService => {
      const name = names[at]!
      return { name, ...one, ...(host === undefined || host === name ? {} : { livesIn: host }) }
    }),
  )
  const check = (holds: (all: readonly ShareableService[], kindOf: (name: string) => string | undefined) => void) =>
    fc.assert(
      fc.property(stacks, (all) => {
        const shares = decideShares(all, 'production')
        holds(all, (name) => shares.get(name)?.kind)
      }),
    )

  it('what is served from production uses nothing that the preview runs', () => {
    check((all, kindOf) => {
      for (const { name, uses } of all) if (kindOf(name) === 'shared') expect(uses.map(kindOf)).not.toContain('run')
    })
  })

  it('no data is shared, and nothing that production does not serve as it is in the commit', () => {
    check((all, kindOf) => {
      for (const one of all) if (kindOf(one.name) === 'shared') expect(one).toMatchObject({ shape: 'reachable', there: 'same' })
    })
  })

  it('nothing that the preview runs misses what it uses, and nothing that differs is left out', () => {
    check((all, kindOf) => {
      for (const { name, uses, there } of all) {
        if (kindOf(name) === 'run') expect(uses.map(kindOf)).not.toContain('left_out')
        if (there === 'other' || there === 'nothing') expect(kindOf(name)).toBe('run')
      }
    })
  })
})
