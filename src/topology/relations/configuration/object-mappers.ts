// The configuration of JavaScript's object mappers and query builders: TypeORM, Drizzle, Knex, Sequelize, MikroORM.
import { joinPath } from '../../paths.ts'
import { lineAt } from '../../reading/lines.ts'
import type { BackingKind } from '../../topology.ts'
import { type ConfigurationReader, configurationLimit } from './configuration.ts'
import { variablesIn } from './found-variables.ts'

const names = [
  'ormconfig.json', 'ormconfig.js', 'ormconfig.ts', 'drizzle.config.ts', 'drizzle.config.js', 'drizzle.config.mjs', 'knexfile.js', 'knexfile.ts',
  'knexfile.cjs', 'config/config.json', 'config/database.js', 'config/database.ts', 'mikro-orm.config.ts', 'src/mikro-orm.config.ts',
  'src/data-source.ts', 'src/config/data-source.ts', 'data-source.ts', 'src/database/data-source.ts', 'src/db/data-source.ts', 'src/ormconfig.ts',
] // biome-ignore format: a list

const dialects: Readonly<Record<string, BackingKind>> = {
  postgres: 'postgres', postgresql: 'postgres', pg: 'postgres', mysql: 'mysql', mysql2: 'mysql', mariadb: 'mariadb', mssql: 'sqlserver',
  mongodb: 'mongodb', cockroachdb: 'cockroachdb', oracle: 'oracle', oracledb: 'oracle',
} // biome-ignore format: a table

const chosen =
  /\b["']?(?:type|dialect|client|provider)["']?\s{0,10}[:=]\s{0,10}["'](postgres(?:ql)?|pg|mysql2?|mariadb|mssql|mongodb|cockroachdb|oracle(?:db)?)["']/

export const readObjectMappers: ConfigurationReader = ({ path: folder }, repository) => {
  const present = names.map((name) => joinPath(folder, name)).filter((path) => repository.tree.entries.has(path))
  const read = present.slice(0, 4).map((path) => {
    const text = (repository.read.text(path) ?? '').slice(0, configurationLimit)
    const match = chosen.exec(text)
    const kind = match === null ? undefined : dialects[match[1] ?? '']
    if (match === null || kind === undefined) return { addresses: [], configured: [] }
    const evidence = { path, line: lineAt(text, match.index), fact: `database is ${match[1]}` }
    return {
      addresses: variablesIn(text, /process\.env\.(\w{1,100})(?:\s{0,4}(?:\?\?|\|\|)\s{0,4}["']([^"'\n]{0,300})["'])?/g, path),
      configured: [{ kind, connections: [], evidence }],
    }
  })
  return { addresses: read.flatMap(({ addresses }) => addresses), configured: read.flatMap(({ configured }) => configured) }
}
