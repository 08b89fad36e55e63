// Django's settings: DATABASES and CACHES name what they are kept in.
import type { StatedAddress } from '../../claim.ts'
import { baseName, joinPath } from '../../paths.ts'
import { lineAt } from '../../reading/lines.ts'
import type { Folder, Repository } from '../../repository.ts'
import type { BackingKind } from '../../topology.ts'
import { type ConfigurationReader, configurationLimit } from './configuration.ts'
import { variablesIn } from './found-variables.ts'

export const readDjango: ConfigurationReader = (folder, repository) => {
  if (!folder.files.has('manage.py')) return {}
  const read = settingsFiles(folder, repository).map((path) => readSettings(path, repository))
  const isOwn = read.some(({ keepsOwn }) => keepsOwn) && read.every(({ configured }) => configured.length === 0)
  const place = read.find(({ keepsOwn }) => keepsOwn)?.file
  return {
    addresses: read.flatMap(({ addresses }) => addresses),
    configured: read.flatMap(({ configured }) => configured),
    keepsOwn: isOwn,
    ...(isOwn && place !== undefined ? { dataFile: { evidence: place } } : {}),
  }
}

/** The settings of production, where the folder has a Django project. */
export function djangoSettings(path: string, repository: Repository): string[] {
  const folder = repository.folders.get(path)
  return folder?.files.has('manage.py') === true ? settingsFiles(folder, repository) : []
}

/** The variables that the settings take their SECRET_KEY from. */
export function djangoKeyVariables(path: string, repository: Repository): string[] {
  return djangoSettings(path, repository).flatMap((file) => {
    const text = (repository.read.text(file) ?? '').slice(0, configurationLimit)
    const read =
      /^[ \t]{0,8}SECRET_KEY\s{0,4}(?::[^=\n]{1,40})?=[^\n#]{0,80}?(?:environ|getenv|config|env)\b[^\n"']{0,40}["'](\w{1,64})["']/m.exec(
        text,
      )
    return read?.[1] === undefined ? [] : [read[1]]
  })
}

const engines: readonly (readonly [RegExp, BackingKind])[] = [
  [
    /["'](?:django\.db\.backends\.postgresql(?:_psycopg2)?|django\.contrib\.gis\.db\.backends\.postgis|psqlextra\.backend|django_tenants\.postgresql_backend)["']/,
    'postgres',
  ],
  // The default that an address is read with: `dj_database_url.config(default="postgres://…")`.
  [/["'](?:postgres(?:ql)?|postgis|psql):(?=\/\/)/, 'postgres'],
  [/["'](?:mysql|mysqlgis):(?=\/\/)/, 'mysql'],
  [/["']django\.(?:db|contrib\.gis\.db)\.backends\.mysql["']/, 'mysql'],
  [/["']django\.db\.backends\.oracle["']/, 'oracle'],
  [/["'](?:mssql|sql_server\.pyodbc)["']/, 'sqlserver'],
  [/["'](?:djongo|django_mongodb_backend)["']/, 'mongodb'],
  [/["']django_cockroachdb["']/, 'cockroachdb'],
  [
    /["'](?:django_redis\.cache\.RedisCache|django\.core\.cache\.backends\.redis\.RedisCache|channels_redis\.core\.RedisChannelLayer)["']/,
    'redis',
  ],
  [/["']django\.core\.cache\.backends\.memcached\.\w{1,40}["']/, 'memcached'],
]

/** Settings for a developer's machine or for tests say nothing about production. */
const settingsNames = ['settings.py', 'base.py', 'common.py', 'production.py', 'prod.py', '__init__.py', 'defaults.py']

function settingsFiles(folder: Folder, repository: Repository): string[] {
  const homes = [folder.path, ...[...folder.folders].sort().map((name) => joinPath(folder.path, name))].slice(0, 40)
  return homes
    .flatMap((home) => [joinPath(home, 'settings.py'), ...settingsNames.map((name) => joinPath(joinPath(home, 'settings'), name))])
    .filter((path) => repository.tree.entries.has(path))
    .slice(0, 6)
}

function readSettings(path: string, repository: Repository) {
  const text = (repository.read.text(path) ?? '')
    .slice(0, configurationLimit)
    .split('\n')
    .map((line) => (/^\s{0,80}#/.test(line) ? '' : line))
    .join('\n')
  const found = engines.flatMap(([pattern, kind]) => {
    const match = pattern.exec(text)
    return match === null
      ? []
      : [{ kind, connections: [], evidence: { path, line: lineAt(text, match.index), fact: match[0].slice(1, -1) } }]
  })
  const own = /django\.db\.backends\.sqlite3|["']sqlite:\/\//.exec(text)
  const hasFile = own !== null
  // With SQLite beside it, which of the two is used depends on variables: the driver and they decide.
  const configured = found.filter(({ kind }) => !hasFile || kind === 'redis' || kind === 'memcached')
  return {
    addresses: [
      ...variablesIn(
        text,
        /(?:environ(?:\.get)?|getenv|config|env(?:\.\w{1,20})?)\s{0,4}[([]\s{0,4}(?:env\s{0,4}=\s{0,4})?["'](\w{1,100})["'](?:,\s{0,4}(?:default\s{0,4}=\s{0,4})?["']([^"'\n]{0,300})["'])?/g,
        path,
      ),
      ...unnamedAddress(text, path),
    ],
    configured,
    ...(own === null ? {} : { file: { path, line: lineAt(text, own.index), fact: 'SQLite' } }),
    keepsOwn: hasFile && found.every(({ kind }) => kind === 'redis' || kind === 'memcached'),
  }
}

/** `dj_database_url.config(…)` and `env.db(…)` read DATABASE_URL where they name no variable. */
function unnamedAddress(text: string, path: string): StatedAddress[] {
  const match = /\b(?:dj_database_url\.config|env\.db(?:_url)?)\s{0,4}\(([^()]{0,300})/.exec(text)
  if (match === null || /^\s{0,20}(?:env\s{0,4}=\s{0,4})?["']\w|\benv\s{0,4}=/.test(match[1] ?? '')) return []
  const value = /\bdefault\s{0,4}=\s{0,4}f?["']([^"'\n]{0,300})/.exec(match[1] ?? '')?.[1] ?? ''
  return [
    {
      variable: 'DATABASE_URL',
      value,
      from: 'source',
      evidence: { path, line: lineAt(text, match.index), fact: `DATABASE_URL in ${baseName(path)}` },
    },
  ]
}
