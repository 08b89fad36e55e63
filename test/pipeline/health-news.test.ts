import { expect, test } from 'vitest'
import { startedAgain } from '../../src/health/hysteresis.ts'
import { healthNews, type Seen } from '../../src/pipeline/health-news.ts'
import type { ObservedContainer } from '../../src/reconcile/plan.ts'

const now = new Date('2026-01-02T03:04:30Z')

function container(changes: Partial<ObservedContainer> = {}): ObservedContainer {
  return {
    id: 'one',
    name: 'web-1',
    service: 'web',
    image: 'web:1',
    state: 'running',
    health: 'none',
    exitCode: 0,
    wasOutOfMemory: false,
    restartCount: 0,
    startedAt: '2026-01-02T03:00:00Z',
    hasAlias: true,
    addressOnNetwork: null,
    publishedPorts: {},
    configHash: 'hash',
    release: 'release',
    revision: '',
    generation: 1,
    ...changes,
  }
}

const justStarted = container({ startedAt: '2026-01-02T03:04:28Z' })
const well = { healthStatus: 'healthy', status: 'running' } as const
const sick = { healthStatus: 'unhealthy', status: 'running' } as const
const unknown = { healthStatus: 'unknown', status: 'running' } as const

function sickness(words: string) {
  return { words, isUnproven: words === startedAgain.words }
}

function seen(containers: readonly ObservedContainer[], words?: string, spec = { isOneShot: false, replicas: containers.length }): Seen {
  return { spec, containers, sick: new Map(words === undefined ? [] : [['one', sickness(words)]]), now }
}

test('what stays as it was is no news', () => {
  expect(healthNews(well, seen([container()]))).toEqual({ trouble: undefined, news: 'none' })
  expect(healthNews(sick, seen([container()], 'GET / answered 503 (3 of 3)')).news).toBe('none')
})

test('what turned is told, with its reason', () => {
  expect(healthNews(well, seen([container()], 'GET / answered 503 (3 of 3)'))).toEqual({
    trouble: 'GET / answered 503 (3 of 3)',
    news: 'told',
  })
  const killed = container({ state: 'exited', exitCode: 137, wasOutOfMemory: true })
  expect(healthNews(well, seen([killed]))).toEqual({ trouble: 'its container ended with code 137, out of memory', news: 'told' })
  expect(healthNews(well, seen([])).trouble).toBe('its containers are gone')
  expect(healthNews(sick, seen([container()]))).toEqual({ trouble: undefined, news: 'told' })
})

test('what came up between two crashes is not well yet', () => {
  expect(healthNews(sick, seen([justStarted])).news).toBe('none')
  expect(healthNews({ ...sick, status: 'error' }, seen([justStarted])).news).toBe('none')
})

test('what was well and was started again is not called sick before a look at it failed', () => {
  expect(healthNews(well, seen([justStarted], startedAgain.words!))).toEqual({ trouble: undefined, news: 'none' })
  expect(healthNews(well, seen([container()], startedAgain.words!))).toEqual({ trouble: undefined, news: 'none' })
  const two = seen([container(), container({ id: 'two' })], startedAgain.words!)
  expect(healthNews(well, { ...two, sick: new Map([...two.sick, ['two', sickness('GET / answered 503 (3 of 3)')]]) }).trouble).toBe(
    '1 of 2 copies healthy: GET / answered 503 (3 of 3)',
  )
})

test('what was sick, and has not answered since it was started again, is sick', () => {
  expect(healthNews(sick, seen([container()], startedAgain.words!))).toEqual({ trouble: startedAgain.words, news: 'none' })
})

test('what nobody could look at for a while is known again without a word', () => {
  expect(healthNews(unknown, seen([container()]))).toEqual({ trouble: undefined, news: 'quiet' })
  expect(healthNews(unknown, seen([container()], 'GET / answered 503 (3 of 3)')).news).toBe('told')
})

test('what was started again while nobody could look is called neither sick nor well before it answered', () => {
  expect(healthNews(unknown, seen([container()], startedAgain.words!))).toEqual({ trouble: undefined, news: 'none' })
  const two = seen([container(), container({ id: 'two' })], startedAgain.words!)
  expect(healthNews(unknown, two)).toEqual({ trouble: undefined, news: 'none' })
})

test('what was meant to end is done when it ended with 0', () => {
  const once = { isOneShot: true, replicas: 1 }
  expect(healthNews(well, seen([container({ state: 'exited' })], undefined, once)).news).toBe('none')
  expect(healthNews(well, seen([container({ state: 'exited', exitCode: 2 })], undefined, once)).trouble).toBe(
    'it ended with code 2 where 0 is success',
  )
})
