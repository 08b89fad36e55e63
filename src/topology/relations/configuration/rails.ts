// config/database.yml, cable.yml, sidekiq.yml and mongoid.yml of Rails and its neighbours, and the queues in its Gemfile. They hold ERB, so they are read as lines.
import { joinPath } from '../../paths.ts'
import { lineAt, lineOf } from '../../reading/lines.ts'
import type { Repository } from '../../repository.ts'
import type { BackingKind } from '../../topology.ts'
import type { Configured } from '../backing.ts'
import { type ConfigurationReader, configurationLimit, type DataFile } from './configuration.ts'
import { variablesIn } from './found-variables.ts'

export const readRails: ConfigurationReader = ({ path: folder }, repository) => {
  const database = textOf(joinPath(folder, 'config/database.yml'), repository)
  const cable = textOf(joinPath(folder, 'config/cable.yml'), repository)
  const variables = [database, cable].flatMap(({ text, path }) =>
    variablesIn(text, /ENV(?:\.fetch\(\s{0,4}|\[)["'](\w{1,100})["'](?:\)?\s{0,4}(?:,|\|\||\{)\s{0,4}["']([^"'\n]{0,300})["'])?/g, path),
  )
  return {
    addresses: variables,
    ...(adapterOf(database)?.startsWith('sqlite') === true ? { keepsOwn: true, dataFile: dataFileOf(database) } : {}),
    configured: [
      ...databaseOf(database),
      ...(/^\s{1,8}adapter:\s{0,8}redis\b/m.test(blockOf(cable.text, 'production')) ? [fact(cable, 'redis', 'adapter: redis')] : []),
      ...present(joinPath(folder, 'config/sidekiq.yml'), { kind: 'redis', said: 'Sidekiq keeps its queues in Redis', repository }),
      ...queuesOf(textOf(joinPath(folder, 'Gemfile'), repository)),
      ...present(joinPath(folder, 'config/mongoid.yml'), { kind: 'mongodb', said: 'Mongoid', repository }),
    ],
  }
}

/** Job queues that work with Redis alone: whoever lists one needs it, whatever the source says. */
function queuesOf(gemfile: TextFile): Configured[] {
  const match = /^[ \t]{0,8}gem\s{1,4}["'](sidekiq(?:-pro|-ent)?|resque)["']/m.exec(gemfile.text)
  if (match === null) return []
  const evidence = { path: gemfile.path, line: lineAt(gemfile.text, match.index), fact: `${match[1]} keeps its queues in Redis` }
  return [{ kind: 'redis', connections: [], evidence }]
}

const adapters: Readonly<Record<string, BackingKind>> = {
  postgresql: 'postgres', postgis: 'postgres', postgres: 'postgres', mysql2: 'mysql', trilogy: 'mysql', sqlserver: 'sqlserver', oracle_enhanced: 'oracle',
  cockroachdb: 'cockroachdb', jdbcpostgresql: 'postgres', jdbcmysql: 'mysql',
} // biome-ignore format: a table

interface TextFile {
  readonly path: string
  readonly text: string
}

function textOf(path: string, repository: Repository): TextFile {
  return { path, text: repository.tree.entries.has(path) ? (repository.read.text(path) ?? '').slice(0, configurationLimit) : '' }
}

/** Production's adapter, or the one that it inherits. */
function databaseOf(file: TextFile): Configured[] {
  const adapter = adapterOf(file)
  const kind = adapter !== undefined && Object.hasOwn(adapters, adapter) ? adapters[adapter] : undefined
  return kind === undefined || adapter === undefined ? [] : [fact(file, kind, `adapter: ${adapter}`)]
}

function adapterOf(file: TextFile): string | undefined {
  const production = blockOf(file.text, 'production')
  const pattern = /^\s{1,12}adapter:\s{0,8}["']?(\w{1,30})/m
  const own = pattern.exec(production)?.[1]
  const inherited = /<<:\s{0,4}\*/.test(production) || production === '' ? pattern.exec(file.text)?.[1] : undefined
  return own ?? inherited
}

/** Rails keeps what is written in `storage/`; its `db/` holds migrations as well. */
function dataFileOf({ path, text }: TextFile): DataFile {
  const line = lineOf(text, 'sqlite')
  const folder = /^\s{1,12}database:\s{0,8}["']?((?:storage|data)(?:\/[\w-]{1,40}){0,4})\/[\w.-]{1,80}["']?\s{0,4}$/m.exec(
    blockOf(text, 'production'),
  )?.[1]
  return {
    evidence: { path, ...(line === undefined ? {} : { line }), fact: 'adapter: sqlite3' },
    ...(folder === undefined ? {} : { folder }),
  }
}

/** The lines below a key at the margin. */
function blockOf(text: string, key: string): string {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => line.startsWith(`${key}:`))
  if (start < 0) return ''
  const length = lines.slice(start + 1).findIndex((line) => /^\w/.test(line))
  return lines.slice(start, length < 0 ? undefined : start + 1 + length).join('\n')
}

function fact({ path, text }: TextFile, kind: BackingKind, said: string): Configured {
  const line = lineOf(text, said)
  return { kind, connections: [], evidence: { path, ...(line === undefined ? {} : { line }), fact: said } }
}

function present(path: string, { kind, said, repository }: { kind: BackingKind; said: string; repository: Repository }): Configured[] {
  return repository.tree.entries.has(path) ? [{ kind, connections: [], evidence: { path, line: 1, fact: said } }] : []
}
