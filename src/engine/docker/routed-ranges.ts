// What this machine reaches by a route of its own: a stack on such a range would take it away. Linux only; a kyozo in a container sees the
// container's routes, and its operator chooses the pool.
import { readFile } from 'node:fs/promises'

/** IPv4 ranges such as `192.0.2.0/24`, without the default route. */
export async function routedRanges(): Promise<readonly string[]> {
  const table = await readFile('/proc/net/route', 'utf8').catch(() => '')
  return parseRoutes(table)
}

/** Columns are `Iface Destination Gateway Flags RefCnt Use Metric Mask …`, addresses in hexadecimal, the last byte first. */
export function parseRoutes(table: string): readonly string[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, destination, , , , , , mask] = line.split(/\s+/)
      if (destination === undefined || mask === undefined || /^0*$/.test(mask)) return []
      const bits = bytesOf(mask).reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0)
      return [`${bytesOf(destination).join('.')}/${bits}`]
    })
}

function bytesOf(hexadecimal: string): readonly number[] {
  return [...Buffer.from(hexadecimal, 'hex')].reverse()
}
