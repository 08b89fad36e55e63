import { expect, it } from 'vitest'
import { expectedOf } from '../../src/reconcile/differences.ts'
import type { StackService, StackSpec } from '../../src/stack/stack.ts'

const spec = { name: 'chatty', image: 'kyozo/w/chatty:k', configHash: 'v1:1', build: undefined } as unknown as StackService
const stack = { document: { services: { chatty: { environment: { API_KEY: '', MODE: 'loud', URL: '${URL}' } } } } } as unknown as StackSpec

const environment = (given: readonly string[] | undefined) => expectedOf(spec, stack, { project: 'p', labels: {}, given }).environment

it('what a person set wins over what the stack says, so a container with it is no other than released', () => {
  expect(environment([])).toEqual({ API_KEY: '', MODE: 'loud' })
  expect(environment(['API_KEY'])).toEqual({ MODE: 'loud' })
})

it('nothing is expected of variables where it is not known what the release gave', () => {
  expect(environment(undefined)).toEqual({})
})
