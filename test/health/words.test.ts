import { expect, test } from 'vitest'
import type { HealthFailure, HealthSubject } from '../../src/health/outcome.ts'
import { healthWords, tellingLine } from '../../src/health/words.ts'

const service: HealthSubject = { name: 'api', port: 80, health: { kind: 'tcp' }, healthDeadlineMs: 60_000, isOneShot: false }
const failure: HealthFailure = {
  kind: 'failed',
  reason: 'exited',
  container: 'c',
  exitCode: 1,
  wasOutOfMemory: false,
  lastProbe: null,
  afterMs: 1_234,
  logTail: [],
}

test('each way to fail has its sentence', () => {
  const sentences = [
    [{}, 'api crashed 1.2 s after its start (exit 1)'],
    [{ exitCode: 137, wasOutOfMemory: true, afterMs: 61_499 }, 'api crashed 61 s after its start (exit 137, out of memory)'],
    [{ exitCode: null }, 'api crashed 1.2 s after its start'],
    [{ exitCode: 0 }, 'api ended by itself instead of running on (exit 0)'],
    [{ reason: 'deadline', lastProbe: 'GET /healthz answered 503' }, 'api did not become healthy in 60 s (GET /healthz answered 503)'],
    [{ reason: 'deadline' }, 'api did not become healthy in 60 s'],
    [{ reason: 'unhealthy', lastProbe: 'its own health check failed' }, 'api did not become healthy (its own health check failed)'],
    [{ reason: 'gone' }, 'api was removed by somebody while it started'],
  ] as const
  for (const [more, words] of sentences) expect(healthWords(service, { ...failure, ...more })).toBe(words)
  expect(healthWords({ ...service, isOneShot: true }, failure)).toBe('api failed (exit 1)')
  expect(healthWords({ ...service, isOneShot: true }, { ...failure, reason: 'deadline' })).toBe('api did not end in 60 s')
})

test('a long finding is cut, so that the sentence fits a commit status', () => {
  const words = healthWords(service, { ...failure, reason: 'deadline', lastProbe: `GET /${'x'.repeat(300)} answered 503` })
  expect(words.length).toBeLessThanOrEqual(100)
  expect(words.endsWith('…)')).toBe(true)
})

test('of the last output the line that names an error is told, else the last one', () => {
  expect(tellingLine(['starting', 'Error: DATABASE_URL is not set', '    at main (server.js:3:9)', 'Node.js v24.1.0'])).toBe(
    'Error: DATABASE_URL is not set',
  )
  expect(tellingLine(['one', 'two', ''])).toBe('two')
  expect(tellingLine([])).toBeUndefined()
  expect(tellingLine([`error ${'x'.repeat(100)}`])).toHaveLength(60)
})
