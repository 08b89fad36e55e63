import { expect, test } from 'vitest'
import { freeAddresses, lowerHalf, upperHalf } from '../../src/engine/docker/addresses.ts'

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
  expect(() => freeAddresses(range, used, { count: 14, start: 0 })).toThrow('the network of this stack has no address left')
})

test('a subnet without room for two halves is refused with what to do', () => {
  for (const subnet of ['10.0.0.0/28', 'fd00::/64', ''])
    expect(() => lowerHalf(subnet)).toThrow(`the engine gave the network the address range ${subnet}, which kyozo cannot use`)
})
