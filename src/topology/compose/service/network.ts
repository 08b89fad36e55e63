// Networks and namespaces of a service: its own stack's networks, none, or those of another service of the file.
import { closedMap } from '../apply-policy.ts'
import { addReference, type ServiceDraft } from '../draft.ts'
import type { Located } from '../located.ts'
import { differ, refuse, type Scope } from '../scope.ts'
import { itemsOf, textOf, textsOf } from '../values.ts'
import { shown } from '../wording.ts'

export const namePattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/

export function readNetworkMode(scope: Scope, node: Located, draft: ServiceDraft): void {
  const mode = textOf(scope, node)
  if (mode === undefined || mode === 'default') return
  if (mode === 'none') draft.networkMode = { kind: 'none' }
  else if (mode.startsWith('service:')) draft.networkMode = { kind: 'service', service: referTo(node, { draft, name: mode.slice(8) }) }
  else
    refuse(scope, node.place, {
      rule: 'network',
      message: `the network mode ${shown(mode)} leaves the stack’s own network; use \`none\`, \`service:<name>\` or \`networks\``,
    })
}

/** `pid` and `ipc`: another service of the file, or nothing. */
export function readNamespace(scope: Scope, node: Located, target: { draft: ServiceDraft; key: 'pidService' | 'ipcService' }): void {
  const text = textOf(scope, node)
  if (text === undefined || text === 'private' || text === '') return
  if (text.startsWith('service:')) target.draft[target.key] = referTo(node, { draft: target.draft, name: text.slice(8) })
  else
    refuse(scope, node.place, {
      rule: 'namespace',
      message: `${shown(text)} shares a namespace with the host or another project; remove it`,
    })
}

function referTo(node: Located, { draft, name }: { draft: ServiceDraft; name: string }): string {
  addReference(draft, { kind: 'service', text: name, place: node.place, isRequired: true })
  return name
}

export function readServiceNetworks(scope: Scope, node: Located, draft: ServiceDraft): Record<string, { aliases: readonly string[] }> {
  const joined = joinedNetworks(scope, node)
  for (const { name, at } of joined) addReference(draft, { kind: 'network', text: name, place: at.place, isRequired: true })
  return Object.fromEntries(joined.map(({ name, aliases }) => [name, { aliases }]))
}

interface JoinedNetwork {
  readonly name: string
  readonly at: Located
  readonly aliases: readonly string[]
}

function joinedNetworks(scope: Scope, node: Located): JoinedNetwork[] {
  if (node.kind === 'map') return [...node.entries].map(([name, at]) => ({ name, at, aliases: readMembership(scope, at) }))
  return itemsOf(scope, node).flatMap((at) => {
    const name = textOf(scope, at)
    return name === undefined ? [] : [{ name, at, aliases: [] }]
  })
}

const membershipKeys = [
  'aliases',
  'priority',
  'gw_priority',
  'ipv4_address',
  'ipv6_address',
  'link_local_ips',
  'mac_address',
  'driver_opts',
  'interface_name',
]

function readMembership(scope: Scope, node: Located): string[] {
  if (node.kind === 'scalar' && node.value === null) return []
  const keys = closedMap(scope, node, { what: 'a network of a service', keys: membershipKeys })
  let aliases: string[] = []
  for (const [key, value] of keys ?? []) {
    if (key === 'aliases') aliases = readAliases(scope, value)
    else if (key === 'priority' || key === 'gw_priority' || key === 'interface_name') {
      differ(scope, value.place, { change: `\`${key}\` is left out`, reason: 'the engine orders the networks of a container' })
    } else
      refuse(scope, value.place, {
        rule: 'network',
        message: `\`${key}\` takes an address that may belong to others; remove it, services reach one another by their names`,
      })
  }
  return aliases
}

function readAliases(scope: Scope, node: Located): string[] {
  return textsOf(scope, node).flatMap(({ text, place }) => {
    if (namePattern.test(text)) return [text]
    return refuse(scope, place, { rule: 'network', message: `${shown(text)} is not a host name` }) ?? []
  })
}

/** `service` or `service:alias`. */
export function readLinks(scope: Scope, node: Located, draft: ServiceDraft): { service: string; alias: string }[] {
  return textsOf(scope, node).flatMap(({ text, place }) => {
    const [service = '', alias = service, ...rest] = text.split(':')
    if (!namePattern.test(service) || !namePattern.test(alias) || rest.length > 0)
      return refuse(scope, place, { rule: 'links', message: `${shown(text)} is not a link; write \`service\` or \`service:alias\`` }) ?? []
    addReference(draft, { kind: 'service', text: service, place, isRequired: true })
    return [{ service, alias }]
  })
}
