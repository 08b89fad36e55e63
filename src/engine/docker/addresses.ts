// The addresses of a stack's network. The lower half of its subnet is the engine's, which gives addresses out by itself; the upper half is
// kyozo's, which gives every container one of its own for life. A container that is reconnected then keeps its address, so open connections
// survive, and no container takes the address of one that is stopped: both came from tries that failed after a restart of the engine.
import { isIPv4 } from 'node:net'
import { KyozoError } from '../../errors.ts'

export interface AddressRange {
  readonly first: number
  readonly last: number
}

/**
 * Of a stack's network, the first that the pool has room for. A /23 has 255 addresses for the engine to give and 255 for kyozo: enough for the largest
 * stack while all of it is replaced. A pool that is nearly used up still has a /24 with 126 of each.
 */
const stackPrefixes = [23, 24]

/**
 * A range for another stack out of `pool`, such as `10.213.0.0/16`, that overlaps none of `taken`; undefined when there is none left. `start` says
 * where to begin to look: the same stack gets the same range again where it can, and two that ask at once seldom ask for one.
 */
export function freeSubnet(pool: string, taken: readonly string[], start: number): string | undefined {
  const whole = parseRange(pool)
  if (whole === undefined) return undefined
  const ranges = taken.map(parseRange).filter((range) => range !== undefined)
  for (const prefix of stackPrefixes) {
    const first = freeBlock(whole, ranges, { size: 2 ** (32 - prefix), start })
    if (first !== undefined) return `${formatAddress(first)}/${prefix}`
  }
  return undefined
}

function freeBlock(whole: AddressRange, taken: readonly AddressRange[], wanted: { size: number; start: number }): number | undefined {
  const count = Math.floor((whole.last - whole.first + 1) / wanted.size)
  for (let step = 0; step < count; step++) {
    const first = whole.first + ((wanted.start + step) % count) * wanted.size
    if (taken.every((range) => range.last < first || range.first >= first + wanted.size)) return first
  }
  return undefined
}

/** Undefined for what is no IPv4 range, which nothing of ours overlaps. */
function parseRange(subnet: string): AddressRange | undefined {
  const [address = '', bits = '32'] = subnet.split('/')
  if (!isIPv4(address)) return undefined
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number)
  const size = 2 ** (32 - Number(bits))
  const base = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d
  const first = base - (base % size)
  return { first, last: first + size - 1 }
}

/** Smaller subnets leave no room for two halves. */
const longestPrefix = 27

export function lowerHalf(subnet: string): string {
  const { base, prefix } = parseSubnet(subnet)
  return `${formatAddress(base)}/${prefix + 1}`
}

/** The upper half without the broadcast address. */
export function upperHalf(subnet: string): AddressRange {
  const { base, prefix } = parseSubnet(subnet)
  const size = 2 ** (32 - prefix)
  return { first: base + size / 2, last: base + size - 2 }
}

/** `count` addresses of the range that are not in `used`, beginning at `start` places into it and going around once. */
export function freeAddresses(range: AddressRange, used: ReadonlySet<string>, wanted: { count: number; start: number }): readonly string[] {
  const size = range.last - range.first + 1
  const free: string[] = []
  for (let step = 0; step < size && free.length < wanted.count; step++) {
    const address = formatAddress(range.first + ((wanted.start + step) % size))
    if (!used.has(address)) free.push(address)
  }
  if (free.length < wanted.count)
    throw new KyozoError('engine_refused', `the network of this stack has ${size} addresses and none left for another container`, {
      hint: 'run fewer copies of its services',
    })
  return free
}

function parseSubnet(subnet: string): { readonly base: number; readonly prefix: number } {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(subnet)
  const [a, b, c, d, prefix] = match?.slice(1).map(Number) ?? []
  if (a === undefined || b === undefined || c === undefined || d === undefined || prefix === undefined || prefix > longestPrefix)
    throw new KyozoError('engine_refused', `the engine gave the network the address range ${subnet}, which kyozo cannot use`, {
      hint: `set \`default-address-pools\` of the Docker engine to IPv4 ranges of at least /${longestPrefix}`,
    })
  return { base: a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d, prefix }
}

function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.')
}
