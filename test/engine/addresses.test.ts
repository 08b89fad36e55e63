import { expect, test } from 'vitest'
import { freeAddresses, freeSubnet, lowerHalf, upperHalf } from '../../src/engine/docker/addresses.ts'
import { parseRoutes } from '../../src/engine/docker/routed-ranges.ts'

test('the engine gives addresses of the lower half of a subnet, kyozo those of the upper', () => {
  expect(lowerHalf('172.18.0.0/16')).toBe('172.18.0.0/17')
  expect(lowerHalf('192.168.240.0/20')).toBe('192.168.240.0/21')
  const range = upperHalf('172.18.0.0/16')
  expect(freeAddresses(range, new Set(), { count: 2, start: 0 })).toEqual(['172.18.128.0', '172.18.128.1'])
  expect(freeAddresses(range, new Set(), { count: 1, start: range.last - range.first })).toEqual(['172.18.255.254'])
})

test('an address that is used is passed over, and the search goes around', () => {
  const range = upperHalf('10.0.0.0/27')
  const used = new Set(['10.0.0.30', '10.0.0.16'])
  expect(freeAddresses(range, used, { count: 2, start: 13 })).toEqual(['10.0.0.29', '10.0.0.17'])
  expect(() => freeAddresses(range, used, { count: 14, start: 0 })).toThrow(
    'the network of this stack has 15 addresses and none left for another container',
  )
})

test('a subnet without room for two halves is refused with what to do', () => {
  for (const subnet of ['10.0.0.0/28', 'fd00::/64', ''])
    expect(() => lowerHalf(subnet)).toThrow(`the engine gave the network the address range ${subnet}, which kyozo cannot use`)
})

test('a stack gets a range of the pool that overlaps nothing, wherever the search begins', () => {
  const pool = '10.213.0.0/16'
  expect(freeSubnet(pool, [], 0)).toBe('10.213.0.0/23')
  expect(freeSubnet(pool, [], 128 * 7 + 3)).toBe('10.213.6.0/23')
  expect(freeSubnet(pool, ['10.213.6.128/25', 'fd00::/64', '10.213.8.0/22', '172.17.0.0/16'], 3)).toBe('10.213.12.0/23')
  expect(freeSubnet(pool, ['10.213.255.9'], 127)).toBe('10.213.0.0/23')
})

test('a pool without room for another large range gives a smaller one', () => {
  expect(freeSubnet('10.1.2.0/24', [], 9)).toBe('10.1.2.0/24')
  expect(freeSubnet('10.213.0.0/22', ['10.213.0.0/24', '10.213.2.0/23'], 1)).toBe('10.213.1.0/24')
})

test('a pool that is used up gives nothing', () => {
  expect(freeSubnet('10.213.0.0/16', ['10.0.0.0/8'], 0)).toBeUndefined()
  expect(freeSubnet('10.213.0.0/23', ['10.213.0.0/24', '10.213.1.0/24'], 1)).toBeUndefined()
})

test('routes of the machine are read as ranges, without the default', () => {
  const table = [
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
    'eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0',
    'docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0',
    'eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
    '',
  ].join('\n')
  expect(parseRoutes(table)).toEqual(['172.17.0.0/16', '192.0.2.0/24'])
})
