import { expect, it } from 'vitest'
import { differencesOf, expectedOf } from '../../src/reconcile/differences.ts'
import type { ContainerMake, ObservedContainer } from '../../src/reconcile/plan.ts'
import type { StackService, StackSpec } from '../../src/stack/stack.ts'

const spec = { name: 'chatty', image: 'kyozo/w/chatty:k', configHash: 'v1:1', build: undefined } as unknown as StackService
const stack = { document: { services: { chatty: { environment: { API_KEY: '', MODE: 'loud', URL: '${URL}' } } } } } as unknown as StackSpec

const some = {
  ...{ id: 'c1', name: 'kyozo-w-pr-1-chatty-1', service: 'chatty', image: 'kyozo/w/chatty:k', configHash: 'v1:1' },
  made: { number: 1, environment: { API_KEY: '', MODE: 'loud' }, memoryBytes: 0, nanoCpus: 0, restartPolicy: 'no' },
} as unknown as ObservedContainer & { readonly made: ContainerMake }

const environment = (given: readonly string[] | undefined) => expectedOf(spec, stack, { project: 'p', labels: {}, given }).environment

it('what a person set wins over what the stack says, so a container with it is no other than released', () => {
  expect(environment([])).toEqual({ API_KEY: '', MODE: 'loud' })
  expect(environment(['API_KEY'])).toEqual({ MODE: 'loud' })
})

it('nothing is expected of variables where it is not known what the release gave', () => {
  expect(environment(undefined)).toEqual({})
})

it('a relay is expected on the network of what it stands for, as long as that is there', () => {
  const relay = { ...spec, servedFrom: { environment: 'production', project: 'kyozo-w-production' } }
  const options = { project: 'kyozo-w-pr-1', labels: {}, given: [] }
  const expected = expectedOf(relay, stack, options)
  expect(expected).toMatchObject({ baseline: 'kyozo-w-production_default', labels: { 'kyozo.baseline': 'kyozo-w-production' } })
  expect(expectedOf(relay, stack, { ...options, hasBaseline: false }).baseline).toBeUndefined()
  const made = { ...some.made, labels: expected.labels, networks: ['kyozo-w-pr-1_default', 'kyozo-w-production_default'] }
  expect(differencesOf({ ...some, made }, expected)).toEqual([])
  expect(differencesOf({ ...some, made: { ...made, networks: ['kyozo-w-pr-1_default', 'other'] } }, expected)).toMatchObject([
    { field: 'networks.kyozo-w-production_default', weight: 'place', actual: 'not connected' },
    { field: 'networks.other', weight: 'choice' },
  ])
})
