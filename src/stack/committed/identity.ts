// Lists of a compose file whose items are known by something of theirs, so that two people may each add one: a port by the container's port, a mount
// by its target, a capability by itself. Every other list (a command, say) is one value.
import type { Located, LocatedList } from '../../topology/compose/located.ts'
import type { Path } from './values.ts'

/** The items by what they are known by, in their order; undefined for a list that is one value. */
export function itemsByIdentity(path: Path, list: LocatedList): ReadonlyMap<string, Located> | undefined {
  const identify = identityIn(path)
  if (identify === undefined) return undefined
  const items = new Map<string, Located>()
  for (const item of list.items) {
    const identity = identify(item)
    if (identity === undefined || items.has(identity)) return undefined
    items.set(identity, item)
  }
  return items
}

type Identify = (item: Located) => string | undefined

function identityIn([top, , key, ...rest]: Path): Identify | undefined {
  if (top !== 'services' || key === undefined) return undefined
  if (key === 'networks') return rest.length === 2 && rest[1] === 'aliases' ? textOf : undefined
  return rest.length === 0 && Object.hasOwn(identities, key) ? identities[key] : undefined
}

const identities: Readonly<Record<string, Identify>> = {
  ports: portOf,
  volumes: targetOf,
  tmpfs: (item) => textOf(item)?.split(':')[0],
  expose: textOf,
  cap_add: textOf,
  cap_drop: textOf,
  group_add: textOf,
}

function textOf(item: Located | undefined): string | undefined {
  return item?.kind === 'scalar' && item.value !== null ? String(item.value) : undefined
}

/** `127.0.0.1::8080/udp`, or the long form. */
function portOf(item: Located): string | undefined {
  if (item.kind === 'map') return joined(textOf(item.entries.get('target')), textOf(item.entries.get('protocol')))
  const [, port, protocol] = /(?:^|:)(\d+)(?:\/([a-z]+))?$/.exec(textOf(item) ?? '') ?? []
  return joined(port, protocol)
}

function joined(port: string | undefined, protocol = 'tcp'): string | undefined {
  return port === undefined ? undefined : `${port}/${protocol}`
}

function targetOf(item: Located): string | undefined {
  if (item.kind === 'map') return textOf(item.entries.get('target'))
  const parts = (textOf(item) ?? '').split(':')
  return parts.length === 1 ? parts[0] : parts[1]
}
