import { expect, test } from 'vitest'
import { healthConfig, provenConfig, runningCheck } from '../../src/pipeline/health-config.ts'
import { healthChangeWords } from '../../src/pipeline/report-health.ts'

const now = new Date('2026-03-01T14:02:59Z')

test('a change of health is told in words that fit a commit status', () => {
  const sick = { service: 'api', status: 'unhealthy', reason: 'GET /healthz answered 503 (3 of 3)' } as const
  expect(healthChangeWords(sick, now)).toBe('api is unhealthy since 14:02 UTC: GET /healthz answered 503 (3 of 3)')
  expect(healthChangeWords({ service: 'api', status: 'healthy', reason: null }, now)).toBe('api is healthy again since 14:02 UTC')
  const long = healthChangeWords({ ...sick, reason: `${'ü. '.repeat(200)}` }, now)
  expect(Array.from(long)).toHaveLength(140)
  expect(long.endsWith('…')).toBe(true)
})

test('a check is shown with its pace, and read back as it was', () => {
  const config = healthConfig({ health: { kind: 'http', path: '/up', port: 80, intervalMs: 10_000 }, healthDeadlineMs: 60_000 })
  expect(config).toEqual({ kind: 'http', path: '/up', port: 80, interval: '10s', timeout: '5s', retries: 3, deadlineMs: 60_000 })
  expect(runningCheck(config)).toEqual({
    spec: { kind: 'http', path: '/up', port: 80, timeoutMs: 5_000 },
    pace: { intervalMs: 10_000, timeoutMs: 5_000, retries: 3 },
    deadlineMs: 60_000,
    hasOwnPace: true,
  })
  expect(runningCheck({ kind: 'none', deadlineMs: 1 })).toBeUndefined()
  // As earlier versions stored it.
  expect(runningCheck({ kind: 'tcp', port: 80 })?.deadlineMs).toBe(60_000)
  expect(runningCheck({ kind: 'tcp', port: 80, deadlineMs: 60_000 })?.pace).toEqual({ intervalMs: 30_000, timeoutMs: 5_000, retries: 3 })
})

test('a check that nobody proved waits for the next start, and its pace does not', () => {
  const before = healthConfig({ health: { kind: 'http', path: '/old', port: 80 }, healthDeadlineMs: 60_000 })
  const now = healthConfig({ health: { kind: 'http', path: '/new', port: 80, intervalMs: 5_000 }, healthDeadlineMs: 60_000 })
  expect(provenConfig(before, now)).toEqual({ ...before, interval: '5s' })
  expect(provenConfig({}, now)).toEqual(now)
})
