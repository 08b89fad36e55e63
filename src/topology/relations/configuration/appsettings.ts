// appsettings.json of .NET: connection strings, the addresses of neighbours, and the routes of the gateways YARP and Ocelot.
import type { StatedAddress } from '../../claim.ts'
import { joinPath } from '../../paths.ts'
import { lineOf } from '../../reading/lines.ts'
import type { BackingKind } from '../../topology.ts'
import { type Configured, schemeOf } from '../backing.ts'
import { kindRules } from '../kinds.ts'
import { type ConfigurationReader, configurationLimit, factsLimit } from './configuration.ts'
import { flatten, type Setting } from './flatten.ts'

const fileName =
  /^(?:appsettings(?:\.(?:Production|Docker|Container|Release|Kubernetes))?|ocelot(?:\.[\w-]{1,30})?|yarp(?:\.[\w-]{1,30})?)\.json$/i

export const readAppsettings: ConfigurationReader = ({ path, files }, repository) => {
  const names = [...files].filter((name) => fileName.test(name) && !/\.(?:Development|Local|Test)\./i.test(name)).sort()
  const read = names.slice(0, 6).map((name) => {
    const file = joinPath(path, name)
    const text = (repository.read.text(file) ?? '').slice(0, configurationLimit)
    return { file, text, settings: flatten(parseLenient(text), '__') }
  })
  return {
    addresses: read.flatMap((one) => one.settings.flatMap((setting) => addressOf(setting, one)).slice(0, factsLimit)),
    configured: read.flatMap((one) => one.settings.flatMap((setting) => configuredBy(setting, one)).slice(0, factsLimit)),
  }
}

/** .NET reads comments and trailing commas in it. */
function parseLenient(text: string): unknown {
  const plain = text
    .split('\n')
    .map((line) => (/^\s{0,200}\/\//.test(line) ? '' : line))
    .join('\n')
    .replace(/,(\s{0,200}[}\]])/g, '$1')
  try {
    return JSON.parse(plain)
  } catch {
    return undefined
  }
}

interface SettingsFile {
  readonly file: string
  readonly text: string
}

function addressOf({ key, value }: Setting, { file, text }: SettingsFile): StatedAddress[] {
  const isAddress =
    /:\/\/|:\d{2,5}$|^(?:server|host|data source|endpoint|address)\s{0,3}=/i.test(value) || /(?:^|_)(?:Host|HostName|Server)$/i.test(key)
  if (!isAddress || /(?:^|__)(?:AllowedHosts|Logging|Serilog)/.test(key)) return []
  return [{ variable: key, value, from: 'example', evidence: at(key, { file, text }) }]
}

function configuredBy({ key, value }: Setting, place: SettingsFile): Configured[] {
  const isString = /^ConnectionStrings?(?:__|$)/i.test(key) || /ConnectionString$/i.test(key)
  const kind = isString ? kindOfConnection(value) : /rabbit.{0,30}__Host(?:Name)?$/i.test(key) ? ('rabbitmq' as const) : undefined
  return kind === undefined ? [] : [{ kind, connections: isString ? [dotnetConnection(key, kind)] : [], evidence: at(key, place) }]
}

/** The product that a connection string is written for, where its keywords are one's own. */
export function kindOfConnection(value: string): BackingKind | undefined {
  const scheme = schemeOf(value)
  if (scheme !== undefined) return kindRules.find(({ schemes }) => schemes.includes(scheme))?.kind
  if (/(?:^|;)\s{0,3}host\s{0,3}=/i.test(value) && /(?:^|;)\s{0,3}(?:username|user id|userid|user|database)\s{0,3}=/i.test(value))
    return 'postgres'
  if (!/(?:^|;)\s{0,3}(?:server|data source)\s{0,3}=/i.test(value)) return /^[\w.-]{1,100}:6379\b/.test(value) ? 'redis' : undefined
  if (/(?:^|;)\s{0,3}port\s{0,3}=\s{0,3}5432/i.test(value)) return 'postgres'
  if (/(?:^|;)\s{0,3}(?:port\s{0,3}=\s{0,3}3306|uid\s{0,3}=|sslmode\s{0,3}=)/i.test(value)) return 'mysql'
  if (
    /(?:^|;)\s{0,3}(?:initial catalog|trusted_connection|integrated security|trustservercertificate|multipleactiveresultsets|encrypt)\s{0,3}=/i.test(
      value,
    )
  )
    return 'sqlserver'
  return /(?:^|;)\s{0,3}user id\s{0,3}=\s{0,3}sa\b/i.test(value) ? 'sqlserver' : undefined
}

const connectionTemplates: Readonly<Partial<Record<BackingKind, string>>> = {
  postgres: 'Host={host};Port={port};Database={database};Username={user};Password={password}',
  mysql: 'Server={host};Port={port};Database={database};User={user};Password={password}',
  sqlserver: 'Server={host},{port};Database={database};User Id={user};Password={password};TrustServerCertificate=true',
  redis: '{host}:{port}',
  mongodb: 'mongodb://{host}:{port}',
  rabbitmq: 'amqp://{user}:{password}@{host}:{port}',
}

/** The variable of a connection string, in the form that the kind's client reads. */
export function dotnetConnection(variable: string, kind: BackingKind) {
  return { variable, template: connectionTemplates[kind] ?? '{host}:{port}' }
}

function at(key: string, { file, text }: SettingsFile) {
  const line = lineOf(text, `"${key.split('__').at(-1) ?? key}"`)
  return { path: file, ...(line === undefined ? {} : { line }), fact: key.replaceAll('__', ':').slice(0, 80) }
}
