// Databases that a compose file opens to everybody who reaches the machine.
import { field } from '../reading/data.ts'
import { yamlLine } from '../reading/yaml.ts'
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
  const yaml = repository.read.yaml(file)
  const open = services.filter(({ kind, compose }) => {
    const ports = field(field(field(yaml?.data, 'services'), compose?.service ?? ''), 'ports')
    return storing.has(kind) && Array.isArray(ports) && ports.slice(0, 20).some(isOpen)
  })
  if (yaml === undefined || open.length === 0) return []
  const evidence = open.map(({ compose }) => {
    const line = yamlLine(yaml, ['services', compose?.service ?? '', 'ports'])
    return { path: file, ...(line === undefined ? {} : { line }), fact: `${compose?.service} publishes its port` }
  })
  return [
    {
      code: 'database_published',
      message: `${file} publishes ${open.map(({ name }) => name).join(', ')} on every address of the machine.`,
      fix: 'Leave `ports` out: services of one stack reach each other by name. For a developer’s tools, publish on 127.0.0.1.',
      evidence,
    },
  ]
}

/** `5432:5432` is on every address, `127.0.0.1:5432:5432` on the machine's own. */
function isOpen(port: unknown): boolean {
  if (typeof port === 'number') return true
  if (typeof port === 'string') return !/^(?:127\.|localhost|\[::1\])/.test(port) && port.includes(':')
  const address = field(port, 'host_ip')
  return field(port, 'published') !== undefined && (typeof address !== 'string' || !address.startsWith('127.'))
}
