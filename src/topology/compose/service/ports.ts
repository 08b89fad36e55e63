// `ports` and `expose`. kyozo publishes on the host itself: every container port that the file publishes gets a port of the loopback address that the
// engine picks, and HTTP services answer at their URL. So `3000:3000`, which nearly every file says, deploys, and the difference is listed. The same
// holds for `80:80` and `443:443`, because the edge stands in for them, and for `127.0.0.1:5432:5432`. What asks for more than that is refused
// rather than quietly not done: an address other than loopback, a range of host ports, `mode: host`, a port of the machine itself or one below
// 1024 (its number is its meaning), and an engine-picked port on a given address, which only a reader of the engine could find.
import { closedMap, refuseShape } from '../apply-policy.ts'
import { machinePorts, webPorts } from '../grants.ts'
import { portsLimit } from '../limits.ts'
import type { Located, LocatedMap, Place } from '../located.ts'
import type { ComposeModelPort } from '../model.ts'
import { differ, refuse, type Scope } from '../scope.ts'
import { itemsOf, textOf } from '../values.ts'
import { shown } from '../wording.ts'

interface AskedPort {
  readonly target: string
  readonly published: string
  readonly address: string | undefined
  readonly protocol: string
  readonly mode: string
  readonly place: Place
}

export function readPorts(scope: Scope, node: Located): ComposeModelPort[] {
  const asked = itemsOf(scope, node).flatMap((item) => (item.kind === 'map' ? longPort(scope, item) : shortPort(scope, item)) ?? [])
  const ports = asked.flatMap((port) => settle(scope, port))
  if (ports.length > portsLimit)
    refuse(scope, node.place, { rule: 'ports', message: `a service may publish ${portsLimit} ports; list fewer` })
  return unique(ports)
}

function shortPort(scope: Scope, node: Located): AskedPort | undefined {
  const text = textOf(scope, node)
  if (text === undefined) return undefined
  const match = /^(?:(?:(?<address>\[[^\]]*\]|[^:]*):)?(?<published>[^:]*):)?(?<target>[^:/]+)(?:\/(?<protocol>[a-z]+))?$/i.exec(text)
  if (match?.groups === undefined) return refusePort(scope, node.place, `${shown(text)} is not a port; write it as \`"8080:80"\``)
  const { address, published = '', target = '', protocol = 'tcp' } = match.groups
  return { target, published, address, protocol: protocol.toLowerCase(), mode: 'ingress', place: node.place }
}

function longPort(scope: Scope, node: LocatedMap): AskedPort | undefined {
  const keys = closedMap(scope, node, {
    what: 'a port',
    keys: ['target', 'published', 'host_ip', 'protocol', 'mode', 'name', 'app_protocol'],
  })
  const text = (key: string) => {
    const value = keys?.get(key)
    return value && textOf(scope, value)
  }
  const target = text('target')
  if (target === undefined) return refuseShape(scope, node.place, 'a port needs a `target`')
  const place = keys?.get('published')?.place ?? node.place
  return {
    target,
    published: text('published') ?? '',
    address: text('host_ip'),
    protocol: text('protocol') ?? 'tcp',
    mode: text('mode') ?? 'ingress',
    place,
  }
}

function settle(scope: Scope, port: AskedPort): ComposeModelPort[] {
  const targets = portRange(port.target)
  if (targets === undefined)
    return refusePort(scope, port.place, `${shown(port.target)} is not a port from 1 to 65535, nor a range of at most ${portsLimit}`) ?? []
  const { protocol } = port
  if (protocol !== 'tcp' && protocol !== 'udp')
    return refusePort(scope, port.place, `${shown(protocol)} is not a protocol that kyozo publishes; use tcp or udp`) ?? []
  const refusal = refusalOf(port)
  if (refusal !== undefined) return refusePort(scope, port.place, refusal) ?? []
  if (port.published === '') return targets.map((target) => ({ target, protocol }))
  differ(scope, port.place, {
    change: `port ${port.target} is published on a loopback port that the engine picks instead of ${port.published}`,
    reason: 'the old and the new container run side by side during a release; the service is reachable at its URL',
  })
  return targets.map((target) => ({ target, protocol, published: Number(port.published) }))
}

/** What the file asks for that kyozo does not do, with what to do instead. */
function refusalOf({ target, published, address, mode }: AskedPort): string | undefined {
  const instead = `write the container port only, ${shown(`"${target}"`)}; the service is reachable at its URL`
  if (mode !== 'ingress') return `${shown(mode)} publishes past the edge; remove \`mode\``
  if (address !== undefined && !loopback.has(address)) return `publishing on the address ${shown(address)} is not allowed; ${instead}`
  if (published === '')
    return address === undefined ? undefined : `an engine-picked port on ${shown(address)} is what kyozo does by itself; ${instead}`
  if (!/^\d{1,5}$/.test(published)) return `the host ports ${shown(published)} are not one port; ${instead}`
  const number = Number(published)
  if (number < 1 || number > 65_535) return `${published} is not a port from 1 to 65535`
  if (machinePorts.has(number) || (number < 1024 && !webPorts.has(number)))
    return `the host port ${published} belongs to the machine; ${instead}`
  return undefined
}

const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '::1', '[::1]', 'localhost'])

function refusePort(scope: Scope, place: Place, message: string): undefined {
  refuse(scope, place, { rule: 'ports', message })
}

export function readExpose(scope: Scope, node: Located): ComposeModelPort[] {
  return unique(
    itemsOf(scope, node).flatMap((item) => {
      const text = textOf(scope, item)
      const [target = '', protocol = 'tcp'] = (text ?? '').split('/')
      const targets = portRange(target)
      if (targets !== undefined && (protocol === 'tcp' || protocol === 'udp'))
        return targets.map((port) => ({ target: port, protocol }) as const)
      return (
        refuse(scope, item.place, { rule: 'ports', message: `${shown(text ?? '')} is not a port to expose; write it as \`"8080"\`` }) ?? []
      )
    }),
  )
}

function portRange(text: string): number[] | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text)
  if (match === null) return undefined
  const first = Number(match[1])
  const last = Number(match[2] ?? match[1])
  if (first < 1 || last > 65_535 || last < first || last - first >= portsLimit) return undefined
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

function unique(ports: readonly ComposeModelPort[]): ComposeModelPort[] {
  return [...new Map(ports.map((port) => [`${port.target}/${port.protocol}/${port.published}`, port])).values()]
}
