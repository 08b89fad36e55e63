// The database of an application on the JVM: its address and who opens it, by the variables that its configuration takes them from.
import type { BackingKind, Connection } from '../../topology.ts'
import { type Configured, schemeOf } from '../backing.ts'
import type { WrittenAddress } from '../connections.ts'
import { kindRules } from '../kinds.ts'
import { type SpringSetting, variableFor } from './spring.ts'

/** Keys of an address, with the part that user and password share with it. */
const addressKey =
  /^(?<home>spring\.(?:datasource|r2dbc)(?:\.hikari)?|quarkus\.datasource|(?:r2dbc\.)?datasources\.default)\.(?<last>url|jdbc-?url|jdbc\.url|reactive\.url|db-kind)$/i

export function databasesIn(settings: readonly SpringSetting[]): Configured[] {
  const found = settings.flatMap((setting) => {
    const { home = '', last = '' } = addressKey.exec(setting.key)?.groups ?? {}
    return home === '' ? [] : [{ setting, home, isKind: last === 'db-kind' }]
  })
  const isStated = (home: string) => found.some((one) => one.home === home && !one.isKind)
  return found.flatMap(({ setting, home, isKind }): Configured[] => {
    if (isKind && isStated(home)) return []
    const kinds = settings.filter(({ key }) => key === `${home}.db-kind`).map(({ value }) => value)
    const scheme = schemeOf(setting.value) ?? kinds[0]
    // An address that nothing is known of is one that only its variable holds; one of a database in memory is none.
    if (scheme === undefined && setting.value.trim() !== '') return []
    const kind = scheme === undefined ? undefined : kindOfScheme(scheme, setting.value)
    if (scheme !== undefined && kind === undefined) return []
    const { key, path, line } = setting
    return [
      {
        ...(kind === undefined ? {} : { kind }),
        ...variablesOf(setting, { home, isKind, settings }),
        evidence: { path, ...(line === undefined ? {} : { line }), fact: key },
      },
    ]
  })
}

interface Database {
  readonly home: string
  readonly isKind: boolean
  readonly settings: readonly SpringSetting[]
}

/** Each part by the variable that its value names, else by the one that its key is bound to. */
function variablesOf(setting: SpringSetting, { home, isKind, settings }: Database): Pick<Configured, 'address' | 'connections'> {
  const of = (name: string) => settings.find(({ key }) => key === `${home}.${name}`)?.variable ?? variableFor(`${home}.${name}`)
  const user: Connection[] = [
    { variable: of('username'), template: '{user}' },
    { variable: of('password'), template: '{password}' },
  ]
  const parts = partsOf(setting.raw)
  if (parts.length > 0) return { connections: [...parts, ...user] }
  const style: WrittenAddress['style'] = /reactive/.test(setting.key) ? 'url' : /r2dbc/.test(setting.key) ? 'r2dbc' : 'jdbc'
  const variable = isKind ? variableFor(`${home}.jdbc.url`) : setting.variable
  return { address: { style, variable }, connections: user }
}

/** `jdbc:postgresql://${DB_HOST:localhost}:5432/${DB_NAME}` takes host and name from variables of their own. */
function partsOf(raw: string): Connection[] {
  const variable = (text: string | undefined) => /^\$\{(\w{1,100})(?::[^}]{0,200})?\}$/.exec(text ?? '')?.[1]
  const [, host, port, database] =
    /^[a-z0-9:+-]{1,40}:\/\/(\$\{[^}]{1,200}\})(?::(\$\{[^}]{1,200}\}|\d{1,5}))?\/(\$\{[^}]{1,200}\})?/.exec(raw) ?? []
  const known = [
    { variable: variable(host), template: port === undefined ? '{host}:{port}' : '{host}' },
    { variable: variable(port), template: '{port}' },
    { variable: variable(database), template: '{database}' },
  ]
  return variable(host) === undefined
    ? []
    : known.flatMap((part) => (part.variable === undefined ? [] : [{ ...part, variable: part.variable }]))
}

function kindOfScheme(scheme: string, value: string): BackingKind | undefined {
  if (/^(?:jdbc:|r2dbc:)?mariadb/.test(value)) return 'mariadb'
  return kindRules.find(({ kind, schemes }) => schemes.includes(scheme) || kind === scheme)?.kind
}
