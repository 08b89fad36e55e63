// Laravel's .env.example, which a new installation is copied from: what it keeps its data, sessions and queues in.
import { joinPath } from '../../paths.ts'
import { lineAt } from '../../reading/lines.ts'
import type { BackingKind, Connection } from '../../topology.ts'
import type { Configured } from '../backing.ts'
import { type ConfigurationReader, configurationLimit } from './configuration.ts'

const connections: Readonly<Record<string, BackingKind>> = {
  mysql: 'mysql', pgsql: 'postgres', mariadb: 'mariadb', sqlsrv: 'sqlserver', mongodb: 'mongodb',
} // biome-ignore format: a table

const databaseParts: readonly Connection[] = [
  { variable: 'DB_HOST', template: '{host}' },
  { variable: 'DB_PORT', template: '{port}' },
  { variable: 'DB_DATABASE', template: '{database}' },
  { variable: 'DB_USERNAME', template: '{user}' },
  { variable: 'DB_PASSWORD', template: '{password}' },
]

const redisParts: readonly Connection[] = [
  { variable: 'REDIS_HOST', template: '{host}' },
  { variable: 'REDIS_PORT', template: '{port}' },
]

export const readLaravel: ConfigurationReader = ({ path: folder, files }, repository) => {
  const name = ['.env.example', '.env'].find((candidate) => files.has(candidate))
  if (!files.has('artisan') || name === undefined) return {}
  const path = joinPath(folder, name)
  const text = (repository.read.text(path) ?? '').slice(0, configurationLimit)
  const database = settingIn(text, 'DB_CONNECTION')
  const kind = database !== undefined && Object.hasOwn(connections, database.value) ? connections[database.value] : undefined
  const redis = ['QUEUE_CONNECTION', 'CACHE_STORE', 'CACHE_DRIVER', 'SESSION_DRIVER', 'BROADCAST_CONNECTION']
    .map((key) => settingIn(text, key))
    .find((setting) => setting?.value === 'redis')
  const configured: Configured[] = []
  if (kind !== undefined && database !== undefined)
    configured.push({ kind, connections: databaseParts, evidence: { path, line: database.line, fact: `DB_CONNECTION=${database.value}` } })
  if (redis !== undefined)
    configured.push({ kind: 'redis', connections: redisParts, evidence: { path, line: redis.line, fact: `${redis.key}=redis` } })
  if (database?.value !== 'sqlite') return { configured }
  return { configured, keepsOwn: true, dataFile: { evidence: { path, line: database.line, fact: 'DB_CONNECTION=sqlite' } } }
}

function settingIn(text: string, key: string): { key: string; value: string; line: number } | undefined {
  const match = new RegExp(`^${key}=["']?(\\w{1,30})`, 'm').exec(text)
  return match === null ? undefined : { key, value: match[1] ?? '', line: lineAt(text, match.index) }
}
