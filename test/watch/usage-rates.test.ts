import { expect, it } from 'vitest'
import type { ContainerUsage } from '../../src/engine/engine.ts'
import { type Look, usageRates } from '../../src/watch/usage-rates.ts'

function look(atMs: number, ...containers: (Partial<ContainerUsage> & { container: string })[]): Look {
  const whole = containers.map((given) => ({
    project: 'kyozo-shop-production',
    service: 'api',
    cpuNanoseconds: 0,
    memoryBytes: 0,
    networkBytes: 0,
    diskBytes: 0,
    ...given,
  }))
  return { atMs, containers: new Map(whole.map((usage) => [usage.container, usage])) }
}

it('a first look knows memory and no rates', () => {
  expect(usageRates(look(0, { container: 'a', memoryBytes: 100 }), undefined)).toEqual([
    { project: 'kyozo-shop-production', service: 'api', memoryBytes: 100 },
  ])
})

it('a service uses what its copies use together', () => {
  const before = look(
    1_000,
    { container: 'a', cpuNanoseconds: 1e9, networkBytes: 100 },
    { container: 'b', cpuNanoseconds: 5e9, diskBytes: 50 },
  )
  const now = look(
    11_000,
    { container: 'a', cpuNanoseconds: 6e9, networkBytes: 1_100, memoryBytes: 10 },
    { container: 'b', cpuNanoseconds: 15e9, diskBytes: 2_050, memoryBytes: 20 },
  )
  expect(usageRates(now, before)).toEqual([
    {
      project: 'kyozo-shop-production',
      service: 'api',
      cpuPercent: 150,
      memoryBytes: 30,
      networkBytesPerSecond: 100,
      diskBytesPerSecond: 200,
    },
  ])
})

it('a copy that is new or began anew adds its memory and no rate, and one that is gone adds nothing', () => {
  const before = look(0, { container: 'old', cpuNanoseconds: 9e9 }, { container: 'again', cpuNanoseconds: 9e9 })
  const now = look(
    10_000,
    { container: 'new', cpuNanoseconds: 9e9, memoryBytes: 5 },
    { container: 'again', cpuNanoseconds: 1e9, memoryBytes: 6 },
  )
  expect(usageRates(now, before)).toEqual([{ project: 'kyozo-shop-production', service: 'api', memoryBytes: 11 }])
})
