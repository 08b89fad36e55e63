import { expect, it } from 'vitest'
import { reasonAgainst, serviceActions, serviceStatuses } from '../../src/release/service-states.ts'

it('says of every status and action whether it is allowed, and why not', () => {
  const table = serviceStatuses.map((status) => {
    const allowed = serviceActions.filter((action) => reasonAgainst(action, { status, desiredState: 'running' }) === undefined)
    return `${status}: ${allowed.join(' ')}`
  })
  expect(table).toEqual([
    'detecting: destroy',
    'deployable: deploy start stop scale update destroy',
    'deploying: deploy stop scale update destroy',
    'running: deploy stop restart scale update destroy',
    'stopped: start stop update destroy',
    'error: deploy start stop restart scale update destroy',
    'scaling: deploy stop scale update destroy',
  ])
})

it('takes what a person wants before what is reached', () => {
  const stopping = { status: 'running', desiredState: 'stopped' } as const
  expect(reasonAgainst('start', stopping)).toBeUndefined()
  expect(reasonAgainst('stop', { ...stopping, status: 'stopped' })).toBe('is stopped already')
  expect(reasonAgainst('restart', stopping)).toBe('is stopped; start it instead')
  expect(reasonAgainst('start', { status: 'stopped', desiredState: 'destroyed' })).toBe('was destroyed; create it again to bring it back')
})

it('lets a stop that failed be asked for again, and a start be taken back', () => {
  expect(reasonAgainst('stop', { status: 'running', desiredState: 'stopped' })).toBeUndefined()
  expect(reasonAgainst('stop', { status: 'stopped', desiredState: 'running' })).toBeUndefined()
})

it('names the states that allow it', () => {
  expect(reasonAgainst('start', { status: 'running', desiredState: 'running' })).toBe('runs already')
  expect(reasonAgainst('restart', { status: 'deploying', desiredState: 'running' })).toBe(
    'is deploying; restart is possible when it is running or error',
  )
})
