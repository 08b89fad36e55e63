import { expect, it } from 'vitest'
import { dependencyFacts } from '../../src/pipeline/dependency-facts.ts'
import type { Dependency, Topology } from '../../src/topology/topology.ts'
import { service, stack } from './facts.ts'

const topology = (links: Readonly<Record<string, readonly Dependency[]>>) =>
  ({ services: Object.entries(links).map(([name, dependsOn]) => ({ name, dependsOn })) }) as unknown as Topology
const link = (to: string, kind: Dependency['kind'], variable?: string): Dependency => ({
  service: to,
  kind,
  evidence: [],
  ...(variable === undefined ? {} : { connection: { variable, template: 'postgres://{host}' } }),
})
const ids = new Map(['postgres', 'api', 'web'].map((name) => [name, `id of ${name}`]))
const say = (input: { topology: Topology | null; stack: ReturnType<typeof stack> }) =>
  dependencyFacts({ ...input, ids, teamId: 't' }).map(
    (one) => `${one.serviceInstanceId} ${one.dependencyType} ${one.dependsOnId} as ${one.environmentVariable}, ${one.startupOrder}`,
  )

it('says who needs whom, by which variable, and in which order they start', () => {
  const ordered = stack(
    service('postgres'),
    service('api', { dependsOn: [{ service: 'postgres', condition: 'healthy' }] }),
    service('web', { dependsOn: [{ service: 'api', condition: 'started' }] }),
  )
  const found = topology({
    api: [link('postgres', 'requires', 'DATABASE_URL')],
    web: [link('api', 'optional'), link('elsewhere', 'requires')],
  })
  expect(say({ topology: found, stack: ordered })).toEqual([
    'id of api requires id of postgres as DATABASE_URL, 1',
    'id of web optional id of api as null, 2',
  ])
  expect(say({ topology: null, stack: ordered })).toEqual([
    'id of api requires id of postgres as null, 1',
    'id of web requires id of api as null, 2',
  ])
})

it('never closes a circle: what starts later cannot be required', () => {
  const found = topology({ api: [link('web', 'requires')], web: [link('api', 'requires')] })
  expect(say({ topology: found, stack: stack(service('api'), service('web')) })).toEqual([
    'id of api optional id of web as null, 0',
    'id of web requires id of api as null, 1',
  ])
})
