// Where a team may say that its Git host answers. kyozo itself asks there, from inside its own network, so that is no way to whatever else is in it.
import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'

const inside = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  inside.addSubnet(network, bits, 'ipv4')
for (const [network, bits] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  inside.addSubnet(network, bits, 'ipv6')

const lengthLimit = 300

/** Why it may not be asked there, as the end of a sentence; undefined when it may. */
export async function apiUrlProblem(text: string, { allowsPrivate }: { readonly allowsPrivate: boolean }): Promise<string | undefined> {
  const url = text.length > lengthLimit ? null : URL.parse(text)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return 'must be an address such as https://api.github.com'
  if (url.username !== '' || url.password !== '') return 'must hold no user name and no password'
  if (url.search !== '' || url.hash !== '') return 'must hold no ? and no #'
  if (allowsPrivate) return undefined
  if (url.protocol !== 'https:') return 'must begin with https://, since a token is sent there'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const addresses = isIP(host) === 0 ? await addressesOf(host) : [host]
  if (addresses.length === 0) return `must be a host that is known; ${host} is not`
  return addresses.some(isInside)
    ? "must not lead into the operator's own networks; the operator can allow it with KYOZO_ALLOW_PRIVATE_FORGES"
    : undefined
}

async function addressesOf(host: string): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address)
  } catch {
    return []
  }
}

export function isInside(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return inside.check(mapped, 'ipv4')
  return inside.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}
