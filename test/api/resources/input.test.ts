// What a request sends, against what the description takes.
import { expect, it } from 'vitest'
import { z } from 'zod'
import { checkInput } from '../../../src/api/resources/input.ts'
import { KyozoError } from '../../../src/errors.ts'

const described = {
  attributes: {
    name: z.string().max(5),
    replicas: z.int().min(0).optional(),
    limits: z.strictObject({ memory: z.string() }).optional(),
    value: z.string().max(3).optional(),
  },
  relationships: { workspace: { type: 'workspaces', isRequired: true } },
}

function problemsOf(attributes: Record<string, unknown>, related: Record<string, string | null> = { workspace: 'w' }) {
  try {
    checkInput(described, { attributes, related, pointer: '/data/attributes' })
    return []
  } catch (error) {
    if (!(error instanceof KyozoError)) throw error
    expect(error.code).toBe('invalid')
    return error.problems.map(({ source, message }) => `${'pointer' in source ? source.pointer : ''} ${message}`)
  }
}

it('what fits is read by its shapes', () => {
  expect(checkInput(described, { attributes: { name: 'api' }, related: { workspace: 'w' }, pointer: '/data/attributes' })).toEqual({
    name: 'api',
  })
})

it('everything that is wrong is told at once, with field, value and rule', () => {
  expect(problemsOf({ name: 'much too long', replicas: -1, limits: { memory: 5 }, role: 'owner' }, {})).toEqual([
    '/data/attributes/role "role" is no attribute that can be sent here; what is taken is name, replicas, limits, value',
    '/data/attributes/name name is "much too long": too big: expected string to have <=5 characters',
    '/data/attributes/replicas replicas is -1: too small: expected number to be >=0',
    '/data/attributes/limits/memory limits.memory is 5: invalid input: expected string, received number',
    '/data/relationships/workspace workspace is missing',
  ])
})

it('what is missing is told as missing, and a name from the prototype is no attribute', () => {
  expect(problemsOf({ constructor: 1 })).toEqual([
    '/data/attributes/constructor "constructor" is no attribute that can be sent here; what is taken is name, replicas, limits, value',
    '/data/attributes/name name is missing',
  ])
})

it('a relationship that cannot be sent is refused by name', () => {
  expect(problemsOf({ name: 'a' }, { workspace: 'w', team: 't' })).toEqual([
    '/data/relationships/team "team" is no relationship that can be sent here; what is taken is workspace',
  ])
})

it('what may be a secret is never repeated', () => {
  expect(problemsOf({ name: 'a', value: 'hunter2' })).toEqual([
    '/data/attributes/value value is as it is: too big: expected string to have <=3 characters',
  ])
})
