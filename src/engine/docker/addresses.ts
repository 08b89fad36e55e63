// The addresses of a stack's network. The lower half of its subnet is the engine's, which gives addresses out by itself; the upper half is
// kyozo's, which gives every container one of its own for life. A container that is reconnected then keeps its address, so open connections
// survive, and no container takes the address of one that is stopped: both came from tries that failed after a restart of the engine.
import { KyozoError } from '../../errors.ts'

export interface AddressRange {
  readonly first: number
  readonly last: number
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
    throw new KyozoError('engine_refused', 'the network of this stack has no address left for another container')
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
