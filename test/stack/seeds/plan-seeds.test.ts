// Which databases of a preview are seeded, from what, and what is said where one cannot be.
import { expect, it } from 'vitest'
import { planSeeds, type SeedFacts } from '../../../src/stack/seeds/plan-seeds.ts'
import type { StackService } from '../../../src/stack/stack.ts'
import { service, stack } from '../../pipeline/facts.ts'

function database(name: string, image: string, volumes: readonly string[]): StackService {
  const { build: _, folder: __, ...spec } = service(name, { type: 'backing', image, volumes })
  return spec
}

const postgres = database('postgres', 'postgres:17', ['postgres-data'])
const mongo = database('mongo', 'mongo:8', ['mongo-data'])

function plan(seeds: SeedFacts['seeds'], more: Partial<SeedFacts> = {}) {
  return planSeeds({
    ...{ seeds, branch: 'main', stack: stack(postgres, mongo, service('web')), isFork: false, live: new Set(), ofBranch: new Set() },
    ...{ missing: new Set(['postgres-data', 'mongo-data']), hasFile: (path) => !path.includes('nowhere') },
    ...more,
  })
}

const messages = (seeds: SeedFacts['seeds'], more: Partial<SeedFacts> = {}) => plan(seeds, more).problems.map(({ message }) => message)

it('a database whose volume is to be made is seeded from a file of the branch that rules it, or from another environment', () => {
  const seeds = { postgres: { dump: 'db/seed.sql.gz' }, mongo: { template: 'staging' } }
  expect(plan(seeds)).toEqual({
    problems: [],
    remarks: [],
    seeds: [
      { service: 'postgres', kind: 'postgres', volume: 'postgres-data', from: seeds.postgres, source: 'db/seed.sql.gz of main' },
      { service: 'mongo', kind: 'mongodb', volume: 'mongo-data', from: seeds.mongo, source: 'staging' },
    ],
  })
})

it('a volume that is there is never touched, whatever that branch says by now', () => {
  const nothing = { seeds: [], problems: [], remarks: [] }
  expect(plan({ postgres: { dump: 'db/nowhere.sql' } }, { missing: new Set(['mongo-data']) })).toEqual(nothing)
  expect(plan({ web: { dump: 'db/seed.sql' } }, { live: new Set(['web']) })).toEqual(nothing)
})

it('a fork gets a dump, which lies in the repository that it forked, and never a copy of what runs', () => {
  const { seeds, remarks } = plan({ postgres: { dump: 'db/seed.sql' }, mongo: { template: 'production' } }, { isFork: true })
  expect(seeds.map((seed) => seed.service)).toEqual(['postgres'])
  expect(remarks).toEqual(['mongo begins empty: a fork gets no copy of production'])
})

it('what a preview does not run itself needs no seed, and nothing is wrong with that', () => {
  const because = 'nothing in this preview uses it'
  const services = [
    { name: 'postgres', kind: 'left_out', because },
    { name: 'mongo', kind: 'run', because },
  ] as const
  const sharing = { environment: 'production', project: 'kyozo-shop-production', services }
  const { seeds, ...said } = plan(
    { postgres: { dump: 'db/seed.sql' }, mongo: { template: 'staging' } },
    { stack: { ...stack(mongo, service('web')), sharing } },
  )
  expect(seeds.map((seed) => seed.service)).toEqual(['mongo'])
  expect(said).toEqual({ problems: [], remarks: [] })
})

it('a seed of nobody is an error in a new preview, unless the pull request is what does without the service', () => {
  const seeds = { postgress: { dump: 'db/seed.sql' } }
  expect(messages(seeds)).toEqual(['previews.seed of main names postgress, and there is no such service'])
  expect(plan(seeds, { ofBranch: new Set(['postgress']) })).toMatchObject({
    problems: [],
    remarks: ['postgress is not seeded: this commit does without it'],
  })
  expect(plan(seeds, { live: new Set(['web']) })).toMatchObject({
    problems: [],
    remarks: ['postgress is not seeded: there is no such service'],
  })
})

it('each thing that is wrong has words of its own', () => {
  expect(messages({ web: { dump: 'db/seed.sql' } })).toEqual([
    'web cannot be seeded: it is no PostgreSQL, MySQL, MariaDB or MongoDB that kyozo knows, it is built on no image of one',
  ])
  expect(messages({ postgres: { dump: 'db/seed.dump' } })).toEqual([
    'postgres cannot be seeded from db/seed.dump of main: PostgreSQL is seeded from .sql and .sql.gz files',
  ])
  expect(messages({ mongo: { dump: 'db/seed.sql' } })).toEqual([
    'mongo cannot be seeded from db/seed.sql of main: MongoDB is seeded from .js files',
  ])
  expect(messages({ postgres: { dump: 'db/nowhere.sql' } })).toEqual(['postgres cannot be seeded: main has no file db/nowhere.sql'])
  expect(messages({ bare: { dump: 'db/seed.sql' } }, { stack: stack(database('bare', 'postgres:17', [])) })).toEqual([
    'bare cannot be seeded: it keeps its data in no volume, so each new container would begin empty',
  ])
})

it('of several volumes the one counts that is mounted where the image keeps its data', () => {
  const both = database('db', 'mysql:8.4', ['dumps', 'data'])
  const volumes = [
    { type: 'volume', source: 'dumps', target: '/dumps' },
    { type: 'volume', source: 'data', target: '/var/lib/mysql' },
  ]
  const spec = { ...stack(both), document: { services: { db: { volumes } } } }
  const found = plan({ db: { dump: 'seed.sql' } }, { stack: spec, missing: new Set(['data', 'dumps']) })
  expect(found.seeds).toMatchObject([{ service: 'db', volume: 'data' }])
  expect(plan({ db: { dump: 'seed.sql' } }, { stack: spec, missing: new Set(['dumps']) }).seeds).toEqual([])
})
