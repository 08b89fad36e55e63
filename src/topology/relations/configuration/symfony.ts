// config/packages of Symfony: which variable each bundle reads an address from. The committed .env says what it is usually of.
import { joinPath } from '../../paths.ts'
import type { Repository } from '../../repository.ts'
import type { BackingKind, Evidence } from '../../topology.ts'
import { type Configured, schemeOf } from '../backing.ts'
import { kindRules } from '../kinds.ts'
import { type ConfigurationReader, configurationLimit } from './configuration.ts'

/** Files of bundles, and what an address in them is of when nothing says more. */
const files: readonly (readonly [string, BackingKind | undefined])[] = [
  ['doctrine', undefined], ['messenger', undefined], ['cache', 'redis'], ['snc_redis', 'redis'], ['doctrine_mongodb', 'mongodb'], ['lock', undefined],
  ['fos_elastica', 'elasticsearch'], ['old_sound_rabbit_mq', 'rabbitmq'],
] // biome-ignore format: a table

/** Without an address: what Doctrine is told to open. */
const drivers: Readonly<Record<string, BackingKind>> = { pdo_pgsql: 'postgres', pgsql: 'postgres', pdo_mysql: 'mysql', mysqli: 'mysql', pdo_sqlsrv: 'sqlserver', sqlsrv: 'sqlserver', oci8: 'oracle', pdo_oci: 'oracle' } // biome-ignore format: a table

export const readSymfony: ConfigurationReader = ({ path, files: own }, repository) => {
  if (!own.has('composer.json')) return {}
  const stated = variablesOf(path, repository)
  return {
    configured: files.flatMap(([name, usual]) => {
      const file = joinPath(path, `config/packages/${name}.yaml`)
      if (!repository.tree.entries.has(file)) return []
      const lines = (repository.read.text(file) ?? '').slice(0, configurationLimit).split('\n')
      const driver = lines.flatMap((line) => /^\s{1,40}driver:\s{0,8}["']?(\w{1,20})/.exec(line)?.[1] ?? [])[0] ?? ''
      return lines.flatMap((line, at) =>
        readLine(line, { file, at, stated, usual: usual ?? drivers[driver], isDatabase: name === 'doctrine' }),
      )
    }),
  }
}

interface Place {
  readonly file: string
  readonly at: number
  /** Values of the variables in .env. */
  readonly stated: ReadonlyMap<string, string>
  readonly usual: BackingKind | undefined
  readonly isDatabase: boolean
}

/** `url: '%env(resolve:DATABASE_URL)%'`: the address itself is in the variable. */
function readLine(line: string, { file, at, stated, usual, isDatabase }: Place): Configured[] {
  const [, key, variable = ''] =
    /^\s{1,60}(?:- )?["']?([\w.-]{1,60})["']?:\s{0,8}["']?%env\((?:[a-z_]{1,30}:){0,4}([A-Z][A-Z0-9_]{0,99})\)%["']?\s{0,8}(?:#.*)?$/.exec(
      line,
    ) ?? []
  if (key === undefined || !/^(?:url|dsn|\w{0,30}provider|server|uri|hosts?|lock|default|a\w{0,20}|\w{0,30}transport|dsns)$/.test(key))
    return []
  const value = stated.get(variable) ?? ''
  const scheme = schemeOf(value)
  const rule = kindRules.find(({ kind, schemes }) => (scheme === undefined ? kind === usual : schemes.includes(scheme)))
  const evidence: Evidence = { path: file, line: at + 1, fact: `${key} is ${variable}` }
  const isOther = value !== '' && scheme === undefined
  if (isOther || (rule === undefined && !isDatabase)) return []
  if (rule === undefined) return [{ connections: [], address: { style: 'url', variable }, evidence }]
  return [{ kind: rule.kind, connections: [], address: { style: 'url', variable, value }, evidence }]
}

/** What the first of the files states that Symfony reads variables from. */
function variablesOf(path: string, repository: Repository): ReadonlyMap<string, string> {
  const names = ['.env', '.env.dist', '.env.example', '.env.prod']
  const texts = names.map((name) => joinPath(path, name)).filter((file) => repository.tree.entries.has(file))
  const found = new Map<string, string>()
  for (const file of texts)
    for (const [, name = '', value = ''] of (repository.read.text(file) ?? '')
      .slice(0, configurationLimit)
      .matchAll(/^([A-Z][A-Z0-9_]{0,99})=["']?([^"'\n]{0,500})/gm))
      if (!found.has(name)) found.set(name, value)
  return found
}
