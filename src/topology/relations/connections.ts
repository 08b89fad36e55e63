// How the address of a backing service reaches a service: the variables that the repository names, else the ones that are usual.
import type { StatedAddress } from '../claim.ts'
import type { BackingKind, Connection, ServiceType } from '../topology.ts'
import { schemeOf } from './backing.ts'
import type { KindRule } from './kinds.ts'
import { upperCase } from './variable-names.ts'

export interface Reader {
  readonly type: ServiceType
  readonly framework?: string | undefined
  /** Whether it opens databases by JDBC, whose addresses are its own. Default is false. */
  readonly usesJdbc?: boolean
}

/** An address that a configuration takes whole from a variable. */
export interface WrittenAddress {
  readonly style: 'jdbc' | 'r2dbc' | 'url'
  readonly variable: string
  /** What the repository states for it. Default is nothing. */
  readonly value?: string
}

/** What a configuration file writes about an address: the whole, in the kind's form, and the parts beside it. */
export function writtenConnections(
  { address, connections }: { readonly address?: WrittenAddress; readonly connections: readonly Connection[] },
  rule: KindRule,
  { type }: Reader,
): Connection[] {
  if (address === undefined) return [...connections]
  const { style, variable, value = '' } = address
  const jdbc = springConnections[rule.kind]?.[0]?.template ?? `jdbc:${rule.kind}://{host}:{port}/{database}`
  const template = style === 'url' ? templateOf(rule, value, type) : style === 'jdbc' ? jdbc : jdbc.replace(/^jdbc:/, 'r2dbc:')
  return [{ variable, template }, ...connections]
}

const partTemplates: Readonly<Record<string, string>> = {
  HOST: '{host}', HOSTNAME: '{host}', PORT: '{port}', USER: '{user}', USERNAME: '{user}', PASSWORD: '{password}', PASS: '{password}',
  DATABASE: '{database}', NAME: '{database}', DB: '{database}', ADDR: '{host}:{port}', ADDRESS: '{host}:{port}',
} // biome-ignore format: a table

export function connectionsOf(rule: KindRule, stated: readonly StatedAddress[], reader: Reader): Connection[] {
  const named = stated.flatMap(({ variable, value, handedTo }) =>
    variable === undefined || !isVariable(variable) ? [] : [{ variable, value, handedTo }],
  )
  const whole = named.filter(({ variable, value, handedTo }) =>
    handedTo === undefined
      ? rule.urls.test(upperCase(variable)) || schemeOf(value) !== undefined
      : handedTo.part === undefined && !rule.parts.test(upperCase(variable)),
  )
  const values = new Map<string, string>()
  for (const { variable, value } of whole) values.set(variable, values.get(variable) || value)
  const parts = named.flatMap(({ variable, handedTo }) => {
    const template = partTemplates[handedTo?.part ?? rule.parts.exec(upperCase(variable))?.groups?.part ?? '']
    return template === undefined ? [] : [{ variable, template }]
  })
  // A login beside a whole address may outweigh the one that stands in it.
  if (values.size > 0)
    return [
      ...[...values].map(([variable, value]) => ({ variable, template: wholeOf(rule, value, reader) })),
      ...parts.filter(({ variable, template }) => !values.has(variable) && /^\{(?:user|password)\}$/.test(template)),
    ]
  const unique = [...new Map(parts.map((part) => [part.variable, part])).values()]
  const hostFirst = unique.sort((a, b) => Number(b.template.startsWith('{host}')) - Number(a.template.startsWith('{host}')))
  return hostFirst.length > 0 ? hostFirst : usualConnections(rule, reader)
}

/** A key of a configuration file is none that a container can be given. */
function isVariable(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(name)
}

/** The variables that carry such an address when nothing in the repository names one. */
export function usualConnections(rule: KindRule, { type, framework = '', usesJdbc = false }: Reader = { type: 'nodejs' }): Connection[] {
  const conventional =
    type === 'dotnet' ? dotnetConnections[rule.kind] : framework.startsWith('spring') ? springConnections[rule.kind] : undefined
  return conventional ?? [{ variable: rule.usual, template: wholeOf(rule, '', { type, framework, usesJdbc }) }]
}

/** JDBC has the login behind the address; a program that takes its address apart writes another form, with a login before the host. */
function wholeOf(rule: KindRule, value: string, { type, usesJdbc = false }: Reader): string {
  const jdbc = usesJdbc ? springConnections[rule.kind]?.[0]?.template : undefined
  const isOther = /^(?!jdbc:)(?:postgres:|[a-z][a-z0-9+]{1,30}:\/\/[^@/]{1,200}@)/.test(value)
  if (jdbc === undefined || isOther || !/^jdbc:(?:postgresql|mysql|mariadb|sqlserver):/.test(jdbc)) return templateOf(rule, value, type)
  return rule.kind === 'sqlserver' ? `${jdbc};user={user};password={password}` : `${jdbc}?user={user}&password={password}`
}

/** The scheme that the repository writes, since SQLAlchemy chooses its driver by it; a Redis database number is kept. */
function templateOf(rule: KindRule, value: string, type: ServiceType): string {
  const [first] = rule.schemes
  if (first === undefined || !rule.template.startsWith('://')) return rule.template
  const usual = rule.kind === 'postgres' && type === 'python' ? 'postgresql' : first
  const written = schemeOf(value) === undefined ? undefined : /^([a-z0-9:+.-]{1,60}?):(?:\/\/|@|thin:)/.exec(value)?.[1]
  const scheme = (written ?? usual).replace(/^(?:rediss|amqps)$/, (secure) => secure.slice(0, -1))
  const database = rule.kind === 'redis' ? (/^[^?#]{1,300}:\d{1,5}(\/\d{1,2})$/.exec(value)?.[1] ?? '') : ''
  // Go's driver of MySQL takes no address but a name of its own kind.
  if (written === undefined && type === 'golang' && rule.kind === 'mysql') return '{user}:{password}@tcp({host}:{port})/{database}'
  if (/^(?:jdbc|r2dbc):/.test(scheme)) return `${scheme}://{host}:{port}/{database}`
  return `${scheme}${rule.template}${database}`
}

type Conventions = Readonly<Partial<Record<BackingKind, readonly Connection[]>>>

/** Names that Spring Boot binds by itself. */
const springConnections: { [K in keyof Conventions]: Connection[] } = {
  postgres: datasource('jdbc:postgresql://{host}:{port}/{database}'),
  mysql: datasource('jdbc:mysql://{host}:{port}/{database}'),
  mariadb: datasource('jdbc:mariadb://{host}:{port}/{database}'),
  sqlserver: datasource('jdbc:sqlserver://{host}:{port};databaseName={database}'),
  oracle: datasource('jdbc:oracle:thin:@{host}:{port}/{database}'),
  mongodb: [{ variable: 'SPRING_DATA_MONGODB_URI', template: 'mongodb://{user}:{password}@{host}:{port}/{database}?authSource=admin' }],
  redis: pairs('SPRING_DATA_REDIS', ['HOST', 'PORT']),
  rabbitmq: pairs('SPRING_RABBITMQ', ['HOST', 'PORT', 'USERNAME', 'PASSWORD']),
  kafka: [{ variable: 'SPRING_KAFKA_BOOTSTRAP_SERVERS', template: '{host}:{port}' }],
  elasticsearch: [{ variable: 'SPRING_ELASTICSEARCH_URIS', template: 'http://{host}:{port}' }],
  cassandra: pairs('SPRING_CASSANDRA', ['CONTACT_POINTS', 'PORT']),
  neo4j: [{ variable: 'SPRING_NEO4J_URI', template: 'bolt://{host}:{port}' }],
  activemq: [{ variable: 'SPRING_ACTIVEMQ_BROKER_URL', template: 'tcp://{host}:{port}' }],
}

/** ADO.NET's form, under the name that ASP.NET's own templates give the connection. */
const dotnetConnections: { [K in keyof Conventions]: Connection[] } = {
  postgres: connectionString('Host={host};Port={port};Database={database};Username={user};Password={password}'),
  mysql: connectionString('Server={host};Port={port};Database={database};User={user};Password={password}'),
  mariadb: connectionString('Server={host};Port={port};Database={database};User={user};Password={password}'),
  sqlserver: connectionString('Server={host},{port};Database={database};User Id={user};Password={password};TrustServerCertificate=true'),
  redis: [{ variable: 'ConnectionStrings__Redis', template: '{host}:{port}' }],
}

function datasource(url: string): Connection[] {
  return [{ variable: 'SPRING_DATASOURCE_URL', template: url }, ...pairs('SPRING_DATASOURCE', ['USERNAME', 'PASSWORD'])]
}

function pairs(prefix: string, parts: readonly string[]): Connection[] {
  return parts.map((part) => ({ variable: `${prefix}_${part}`, template: partTemplates[part] ?? '{host}' }))
}

function connectionString(template: string): Connection[] {
  return [{ variable: 'ConnectionStrings__DefaultConnection', template }]
}
