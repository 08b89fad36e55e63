// Where a service of a compose file listens inside its container.
import { asPort } from '../../reading/data.ts'
import type { Located } from '../located.ts'
import type { ComposeServiceFacts } from './facts.ts'
import type { FactSource } from './service-facts.ts'

type Port = ComposeServiceFacts['ports'][number]

export interface PortContext {
  readonly environment: ComposeServiceFacts['environment']
  readonly labels: ComposeServiceFacts['labels']
}

/**
 * The port that a proxy is told to call, then what is published, then what is exposed; a debugger's port comes last. When the file names no
 * port at all, the variable that sets one.
 */
export function portsOf(source: FactSource, context: PortContext): Port[] {
  const called: ListedPort[] = calledPorts(source, context)
  const listed = [...called, ...listedPorts(source, 'ports'), ...listedPorts(source, 'expose')]
    .map((item, index) => ({ item, rank: item.isUdp === true ? 1 : 0, index }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map(({ item: { port, evidence } }) => ({ port, evidence }))
  const ordered = [...listed.filter(({ port }) => !debuggerPorts.has(port)), ...listed.filter(({ port }) => debuggerPorts.has(port))]
  const found = ordered.length > 0 ? ordered : settledPorts(context)
  return [...new Map([...found].reverse().map((item) => [item.port, item])).values()].reverse()
}

/** JDWP, Node, debugpy, Delve: published for a developer beside the port that serves. */
const debuggerPorts = new Set([5005, 9229, 5678, 2345, 40_000])

/** Labels and variables by which proxies (Traefik, nginx-proxy, Swarm's) find a container's port. */
const calledPattern = /^(?:traefik\.(?:http\.|tcp\.)?(?:services\.[\w.@-]{1,100}\.loadbalancer\.server\.)?port|com\.df\.port)$/

function calledPorts(source: FactSource, { labels, environment }: PortContext): Port[] {
  const virtual = environment.filter(({ name }) => name === 'VIRTUAL_PORT')
  return [...labels.filter(({ name }) => calledPattern.test(name)), ...virtual].flatMap(({ name, value }): Port[] => {
    const port = asPort(value)
    const evidence = virtual.find((item) => item.name === name)?.evidence ?? labelEvidence(source, name)
    return port === undefined ? [] : [{ port, evidence: { ...evidence, fact: `port ${port}` } }]
  })
}

function labelEvidence({ node }: FactSource, label: string): Port['evidence'] {
  const labels = node.entries.get('labels')
  const item =
    labels?.kind === 'map'
      ? labels.entries.get(label)
      : labels?.kind === 'list'
        ? labels.items.find((one) => one.kind === 'scalar' && String(one.value).startsWith(label))
        : undefined
  const { file, line } = (item ?? node).place
  return { path: file, line, fact: label }
}

/** Ports of one service that are looked at. */
const portsLimit = 50

/** A port for datagrams is the service's only when it has no other. */
type ListedPort = Port & { readonly isUdp?: boolean }

function listedPorts({ node, variables }: FactSource, key: 'ports' | 'expose'): ListedPort[] {
  const list = node.entries.get(key)
  if (list?.kind !== 'list') return []
  return list.items.slice(0, portsLimit).flatMap((item): ListedPort[] => {
    const written = item.kind === 'map' ? item.entries.get('target') : item
    const port = targetPort(written, variables.fill)
    const evidence = { path: item.place.file, line: item.place.line, fact: `port ${port}` }
    return port === undefined ? [] : [{ port, evidence, isUdp: isUdp(item) }]
  })
}

function isUdp(item: Located): boolean {
  const protocol = item.kind === 'map' ? item.entries.get('protocol') : item
  return protocol?.kind === 'scalar' && /(?:^|\/)udp$/i.test(String(protocol.value))
}

/** `127.0.0.1:8080:80/tcp` → 80; of a range the first. */
function targetPort(node: Located | undefined, fill: (text: string) => string): number | undefined {
  if (node?.kind !== 'scalar' || node.value === null) return undefined
  const last = fill(String(node.value)).split('/')[0]?.split(':').at(-1)
  return asPort(last?.split('-')[0])
}

/** Variables that set where a process listens. */
const settingNames = [
  'PORT',
  'HTTP_PORT',
  'APP_PORT',
  'SERVER_PORT',
  'LISTEN_PORT',
  'ASPNETCORE_HTTP_PORTS',
  'ASPNETCORE_URLS',
  'LISTEN_ADDR',
  'ADDR',
]

function settledPorts({ environment }: PortContext): Port[] {
  for (const wanted of settingNames) {
    const variable = environment.find(({ name }) => name === wanted)
    const digits = variable === undefined ? undefined : /(?:^|:)(\d{2,5})(?=$|[/;,])/.exec(variable.value.slice(0, 200))?.[1]
    const port = asPort(digits)
    if (variable !== undefined && port !== undefined) return [{ port, evidence: variable.evidence }]
  }
  return []
}
