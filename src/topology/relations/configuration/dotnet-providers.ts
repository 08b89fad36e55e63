// Which database a program of .NET opens by which of its connection strings: UseNpgsql(configuration.GetConnectionString("Shop")) and its like.
import { joinPath } from '../../paths.ts'
import { lineAt } from '../../reading/lines.ts'
import type { BackingKind } from '../../topology.ts'
import type { Configured } from '../backing.ts'
import { dotnetConnection } from './appsettings.ts'
import { type ConfigurationReader, configurationLimit, factsLimit } from './configuration.ts'

/** Where services are configured by convention. */
const names = [
  'Program.cs', 'Startup.cs', 'DependencyInjection.cs', 'ConfigureServices.cs', 'ServiceCollectionExtensions.cs', 'ServiceExtensions.cs', 'InfrastructureServiceExtensions.cs',
  'Extensions/Extensions.cs', 'Extensions/ServiceCollectionExtensions.cs', 'Extensions/ServiceExtensions.cs', 'Program.fs', 'Startup.fs', 'Program.vb',
] // biome-ignore format: a list

/** The calls that open a database. */
const openings: readonly (readonly [RegExp, BackingKind])[] = [
  [/\b(?:UseNpgsql|AddNpgsql\w{0,30}|NpgsqlConnection|NpgsqlDataSource\w{0,20}|UsePostgreSqlStorage|AddMarten)\b/, 'postgres'],
  [/\b(?:UseSqlServer|AddSqlServer\w{0,30}|SqlConnection|UseSqlServerStorage)\b/, 'sqlserver'],
  [/\b(?:UseMySql|UseMySQL|AddMySql\w{0,30}|MySqlConnection)\b/, 'mysql'],
  [/\b(?:UseOracle|OracleConnection)\b/, 'oracle'],
  [/\b(?:MongoClient|UseMongoDB|AddMongoDB\w{0,30})\b/, 'mongodb'],
  [/\b(?:AddStackExchangeRedis\w{0,30}|ConnectionMultiplexer\.Connect\w{0,10}|AddRedis\w{0,30})\b/, 'redis'],
  [/\bAddRabbitMQ\w{0,30}\b/, 'rabbitmq'],
]

/** A connection string by its name, as it is asked for; or as Aspire's integrations are told it. */
const asked =
  /\bGetConnectionString\s{0,4}\(\s{0,4}"([\w.-]{1,60})"|\[\s{0,4}"ConnectionStrings:([\w.-]{1,60})"|\bAdd(?:Npgsql|SqlServer|MySql|MongoDB|Redis|RabbitMQ)\w{0,30}(?:<[\w.]{1,80}>)?\s{0,4}\(\s{0,4}"([\w.-]{1,60})"/g

export const readDotnetProviders: ConfigurationReader = ({ path }, repository) => {
  const present = names.map((name) => joinPath(path, name)).filter((file) => repository.tree.entries.has(file))
  return {
    configured: present.slice(0, 6).flatMap((file) => openedIn(file, (repository.read.text(file) ?? '').slice(0, configurationLimit))),
  }
}

function openedIn(path: string, text: string): Configured[] {
  const opened = openings.filter(([pattern]) => pattern.test(text)).map(([, kind]) => kind)
  return [...text.matchAll(asked)].slice(0, factsLimit).flatMap((match): Configured[] => {
    const name = match[1] ?? match[2] ?? match[3] ?? ''
    const statement = nearestOpening(text.slice(Math.max(0, match.index - 300), match.index + match[0].length))
    const kind = statement ?? (opened.length === 1 ? opened[0] : undefined)
    if (kind === undefined) return []
    const evidence = { path, line: lineAt(text, match.index), fact: `opens ${kind} by the connection string ${name}` }
    return [{ kind, connections: [dotnetConnection(`ConnectionStrings__${name}`, kind)], evidence }]
  })
}

/** What the same statement opens. */
function nearestOpening(before: string): BackingKind | undefined {
  const statement = before.slice(before.lastIndexOf(';') + 1)
  return openings.find(([pattern]) => pattern.test(statement))?.[1]
}
