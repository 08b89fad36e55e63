// Databases that a compose file opens to everybody who reaches the machine.
import type { PublishedPort } from '../compose/facts/facts.ts'
import { readCompose } from '../compose-file.ts'
import type { Repository } from '../repository.ts'
import type { BackingService, Recommendation } from '../topology.ts'
import type { Rule } from './rule.ts'

export const advisePublishedDatabase: Rule = ({ backing, repository }) => {
  const files = Map.groupBy(backing, ({ compose }) => compose?.file ?? '')
  return [...files].flatMap(([file, services]) => (file === '' ? [] : adviseFile(file, services, repository)))
}

/** Kinds that hold data and trust whoever reaches them. */
const storing = new Set([
  'postgres',
  'mysql',
  'mariadb',
  'mongodb',
  'redis',
  'valkey',
  'memcached',
  'sqlserver',
  'elasticsearch',
  'opensearch',
  'cassandra',
  'couchdb',
  'clickhouse',
  'influxdb',
  'etcd',
])

function adviseFile(file: string, services: readonly BackingService[], repository: Repository): Recommendation[] {
  const stated = new Map(readCompose(file, repository)?.services.map((service) => [service.name, service]))
  const open = services.flatMap(({ name, kind, compose }) => {
    const port = stated.get(compose?.service ?? '')?.published.find(isOpen)
    return port !== undefined && storing.has(kind) ? [{ name, service: compose?.service ?? '', port }] : []
  })
  if (open.length === 0) return []
  return [
    {
      code: 'database_published',
      message: `${file} publishes ${open.map(({ name }) => name).join(', ')} on every address of the machine.`,
      fix: 'Leave `ports` out: services of one stack reach each other by name. For a developer’s tools, publish on 127.0.0.1.',
      evidence: open.map(({ service, port }) => ({ ...port.evidence, fact: `${service} publishes its port` })),
    },
  ]
}

/** `5432:5432` is on every address, `127.0.0.1:5432:5432` on the machine's own. */
function isOpen({ address }: PublishedPort): boolean {
  return address === undefined || !/^(?:127\.|localhost$|\[?::1\]?$)/.test(address)
}
