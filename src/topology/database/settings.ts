// A folder that holds the settings of a database and nothing to run.
import type { Sign } from '../claim.ts'
import { manifestNames } from '../folder-names.ts'
import { joinPath } from '../paths.ts'
import type { Folder } from '../repository.ts'

/** Whose settings a file is, by its name. */
const settings = new Map([
  ['redis.conf', 'redis'], ['valkey.conf', 'valkey'], ['my.cnf', 'mysql'], ['mysqld.cnf', 'mysql'], ['postgresql.conf', 'postgres'], ['pg_hba.conf', 'postgres'], ['mongod.conf', 'mongodb'],
  ['rabbitmq.conf', 'rabbitmq'], ['elasticsearch.yml', 'elasticsearch'], ['opensearch.yml', 'opensearch'], ['cassandra.yaml', 'cassandra'], ['nats-server.conf', 'nats'], ['mosquitto.conf', 'mosquitto'],
]) // biome-ignore format: a table

export const settingsMarks: readonly string[] = [...settings.keys()]

/** Nothing at a root and beside a program, which may only bring an example of them. */
export function settingsSigns({ path, files }: Folder): Sign[] {
  if (path === '.' || manifestNames.some((name) => files.has(name))) return []
  const name = [...files].sort().find((file) => settings.has(file))
  if (name === undefined) return []
  const fact = `configures ${settings.get(name)}, and nothing here says how that is run`
  return [{ path: joinPath(path, name), line: 1, fact, weight: -0.5, role: 'tooling' }]
}
