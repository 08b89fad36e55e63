// The ports of the machine that a service of a compose file takes. What the engine chooses freely is none of them.
import { asPort } from '../../reading/data.ts'
import type { Located } from '../located.ts'
import type { PublishedPort } from './facts.ts'
import type { FactSource } from './service-facts.ts'

export function publishedPorts({ node, variables, name }: FactSource): PublishedPort[] {
  const list = node.entries.get('ports')
  if (list?.kind !== 'list') return []
  return list.items.slice(0, portsLimit).flatMap((item): PublishedPort[] => {
    const written = item.kind === 'map' ? longForm(item.entries, variables.fill) : shortForm(textOf(item, variables.fill))
    const range = written === undefined ? undefined : rangeOf(written.published)
    if (written === undefined || range === undefined) return []
    const { address, protocol } = written
    const evidence = { path: item.place.file, line: item.place.line, fact: `${name} publishes ${written.published}` }
    return [{ ...range, address: everywhere.has(address) ? undefined : address, protocol: protocol === 'udp' ? 'udp' : 'tcp', evidence }]
  })
}

/** Ports of one service that are looked at. */
const portsLimit = 50

/** Ways to write every address of the machine. */
const everywhere: ReadonlySet<string> = new Set(['', '0.0.0.0', '::', '[::]', '*'])

type Fill = (text: string) => string

interface Written {
  readonly address: string
  readonly published: string
  readonly protocol: string
}

function longForm(entries: ReadonlyMap<string, Located>, fill: Fill): Written | undefined {
  const [published, address, protocol] = ['published', 'host_ip', 'protocol'].map((key) => textOf(entries.get(key), fill))
  return published === undefined ? undefined : { published, address: address ?? '', protocol: protocol ?? '' }
}

/** `8080:80` and `127.0.0.1:8000-8010:8000-8010/udp`; `80` alone leaves the choice to the engine. */
function shortForm(text: string | undefined): Written | undefined {
  const [, address = '', published, protocol = ''] =
    /^(?:(\[[0-9a-f:]{2,45}\]|[\w.]{1,100}|\*):)?([\d-]{1,11}):[\d-]{1,11}(?:\/(\w{1,8}))?$/i.exec(text ?? '') ?? []
  return published === undefined ? undefined : { published, address, protocol: protocol.toLowerCase() }
}

function textOf(node: Located | undefined, fill: Fill): string | undefined {
  return node?.kind === 'scalar' && node.value !== null ? fill(String(node.value)).trim() : undefined
}

function rangeOf(published: string): { first: number; last: number } | undefined {
  const [from, to = from] = published.split('-')
  const [first, last] = [asPort(from), asPort(to)]
  return first === undefined || last === undefined || last < first ? undefined : { first, last }
}
