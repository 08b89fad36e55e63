import { expect, it } from 'vitest'
import { type AlertRule, decideAlert, type Observation } from '../../src/release/alerts.ts'

const rule: AlertRule = { condition: 'service_stopped', metricType: null, threshold: null, forSeconds: 60 }
const seen: Observation = {
  about: 'api of shop production',
  holds: true,
  heldSeconds: 90,
  value: null,
  unit: null,
  reason: null,
  isKnown: true,
}

it('an alert opens when what it looks for has held for long enough, and resolves when it no longer holds', () => {
  const table: [Partial<Observation>, boolean, string][] = [
    [{}, false, 'open'],
    [{ heldSeconds: 59 }, false, 'keep'],
    [{ holds: false }, false, 'keep'],
    [{}, true, 'keep'],
    [{ heldSeconds: 1 }, true, 'keep'],
    [{ holds: false }, true, 'resolve'],
    [{ isKnown: false, holds: false }, true, 'keep'],
    [{ isKnown: false }, false, 'keep'],
  ]
  expect(table.map(([change, isOpen]) => decideAlert(rule, { ...seen, ...change }, isOpen).kind)).toEqual(table.map(([, , kind]) => kind))
})

it.each([
  [
    { condition: 'service_stopped' },
    { reason: 'exit 137' },
    'api of shop production does not run for 90 s: exit 137. Start it, or look at its newest deployment event',
  ],
  [
    { condition: 'service_unhealthy' },
    { heldSeconds: 600 },
    'api of shop production is unhealthy for 10 min. Look at its log and its health checks',
  ],
  [
    { condition: 'release_failed', forSeconds: 0 },
    { about: 'shop production', reason: 'api did not build' },
    'The newest release of shop production failed: api did not build',
  ],
  [
    { condition: 'metric_above', metricType: 'memory', threshold: 512 * 1024 ** 2 },
    { value: 600 * 1024 ** 2, unit: 'bytes' },
    'memory of api of shop production is 600 MiB, above 512 MiB for 60 s. Scale it, raise its limits, or find out why',
  ],
  [
    { condition: 'metric_below', metricType: 'requests', threshold: 1, forSeconds: 0 },
    { value: 0.5, unit: 'per_second' },
    'requests of api of shop production is 0.5/s, below 1/s. Find out why',
  ],
] as const)('an alert says what is wrong and what to do: %j', (changedRule, observed, words) => {
  expect(decideAlert({ ...rule, ...changedRule }, { ...seen, ...observed }, false)).toMatchObject({ kind: 'open', words })
})
