// What an Aspire host says of the others: which projects it starts under which names, and which resources they need.
import { sourceScanLimit } from '../../limits.ts'
import type { Repository } from '../../repository.ts'
import { allMatches } from '../script.ts'

export interface AspireFacts {
  /** `name=Project_Name` for each project that it starts. */
  readonly aspireProjects: readonly string[]
  /** `kind:name` for each resource, such as `postgres:db`. */
  readonly aspireResources: readonly string[]
  /** `from->to` for each reference between them. */
  readonly aspireReferences: readonly string[]
}

const resources: Readonly<Record<string, string>> = {
  Postgres: 'postgres', SqlServer: 'sqlserver', MySql: 'mysql', Redis: 'redis', Valkey: 'valkey', Garnet: 'redis', MongoDB: 'mongodb', RabbitMQ: 'rabbitmq',
  Kafka: 'kafka', Nats: 'nats', Elasticsearch: 'elasticsearch', Qdrant: 'qdrant', Keycloak: 'keycloak', Seq: 'seq', Oracle: 'oracle', Milvus: 'milvus',
} // biome-ignore format: a table

export function readAspire(entries: readonly string[], repository: Repository): AspireFacts {
  const text = entries.map((path) => repository.read.text(path)?.slice(0, sourceScanLimit) ?? '').join('\n')
  const variables = new Map<string, string>()
  for (const {
    groups: [variable = '', name = ''],
  } of allMatches(text, /\bvar\s{1,4}(\w{1,60})\s{0,4}=[^;"]{0,300}?"([\w-]{1,60})"/g))
    variables.set(variable, name)
  const projects = allMatches(text, /\bAddProject<Projects\.(\w{1,120})>\s{0,4}\(\s{0,4}"([\w-]{1,60})"/g)
  const added = allMatches(text, /\bAdd(?:Azure)?([A-Z]\w{1,30}?)(?:FlexibleServer|Server|Container)?\s{0,4}\(\s{0,4}"([\w-]{1,60})"/g)
  return {
    aspireProjects: projects.map(({ groups: [project, name] }) => `${name}=${project}`),
    aspireResources: added.flatMap(({ groups: [kind = '', name] }) => (Object.hasOwn(resources, kind) ? `${resources[kind]}:${name}` : [])),
    aspireReferences: allMatches(
      text,
      /\bAdd(?:Project<[\w.]{1,120}>|NpmApp|Container|PythonApp|Executable)\s{0,4}\(\s{0,4}"([\w-]{1,60})"([^;]{0,1500});/g,
    ).flatMap(({ groups: [from, rest = ''] }) =>
      allMatches(rest, /\bWithReference\s{0,4}\(\s{0,4}(\w{1,60})/g).map(({ groups: [to = ''] }) => `${from}->${variables.get(to) ?? to}`),
    ),
  }
}
