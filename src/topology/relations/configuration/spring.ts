// application.yml and application.properties: Spring Boot, and Quarkus and Micronaut, which read the same names.
import type { StatedAddress } from '../../claim.ts'
import { beforeFiltering } from '../../languages/java/flat.ts'
import { perRepository } from '../../memo.ts'
import { joinPath } from '../../paths.ts'
import { lineOf } from '../../reading/lines.ts'
import { parseYaml } from '../../reading/yaml.ts'
import type { Repository } from '../../repository.ts'
import type { BackingKind } from '../../topology.ts'
import type { Configured } from '../backing.ts'
import { type ConfigurationReader, configurationLimit } from './configuration.ts'
import { flatten } from './flatten.ts'
import { databasesIn } from './jdbc.ts'

export const readSpring: ConfigurationReader = (folder, repository) => {
  const settings = settingsOf(folder.path, repository)
  return {
    addresses: settings.flatMap(addressOf),
    configured: [...settings.flatMap(configuredBy), ...databasesIn(settings)],
  }
}

/** What the application calls itself, and registers as. */
export function springName(folder: string, repository: Repository): string | undefined {
  return settingsOf(folder, repository).find(({ key }) => /^(?:spring|quarkus|micronaut)\.application\.name$/.test(key))?.value
}

export interface SpringSetting {
  readonly key: string
  /** With `${NAME:default}` as its default. */
  readonly value: string
  /** As it is written. */
  readonly raw: string
  /** The variable of a value that is nothing but one. */
  readonly variable: string
  readonly path: string
  readonly line: number | undefined
}

const resourceFolders = ['src/main/resources', 'src/main/resources/config', 'config', '.']
const fileName =
  /^(?:application|bootstrap)(?:-(?:docker|prod|production|default|cloud|container|compose|kubernetes|k8s))?\.(?:ya?ml|properties)$/

const settingsOf = perRepository((path: string, repository): readonly SpringSetting[] => {
  return resourceFolders.flatMap((name) => {
    const place = name === '.' ? path : joinPath(path, name)
    const files = [...(repository.folders.get(place)?.files ?? [])].filter((file) => fileName.test(file)).sort()
    return files.flatMap((file) => readSettings(joinPath(place, file), repository))
  })
})

function readSettings(path: string, repository: Repository): SpringSetting[] {
  const text = (repository.read.text(path) ?? '').slice(0, configurationLimit)
  const pairs = path.endsWith('.properties') ? propertiesIn(text) : yamlSettings(text)
  return pairs.map(({ key, value }) => {
    const whole = /^\$\{([A-Za-z_][\w.-]{0,100})(?::([^}]{0,500}))?\}$/.exec(value)
    const variable = whole?.[1] !== undefined && /^\w{1,100}$/.test(whole[1]) ? whole[1] : variableFor(key)
    return { key, value: withDefaults(value), raw: value, variable, path, line: lineOf(text, value.slice(0, 80)) }
  })
}

/** `spring.datasource.url` can be set by SPRING_DATASOURCE_URL. */
export function variableFor(key: string): string {
  return key
    .replace(/[.[\]]+/g, '_')
    .replaceAll('-', '')
    .toUpperCase()
    .slice(0, 100)
}

function withDefaults(value: string): string {
  return value.replace(/\$\{[^:{}]{1,100}(?::([^{}]{0,300}))?\}/g, (_, fallback?: string) => fallback ?? '')
}

function propertiesIn(text: string): { key: string; value: string }[] {
  return text.split('\n').flatMap((line) => {
    const [, key, value = ''] = /^\s{0,20}(?!#|!)(?:%[\w-]{1,20}\.)?([\w.[\]-]{1,150})\s{0,10}[=:]\s{0,10}(.{0,500})$/.exec(line) ?? []
    return key === undefined ? [] : [{ key, value: value.trim() }]
  })
}

/** A document for a profile of its own is left out, unless the profile is the one of containers. */
function yamlSettings(text: string): { key: string; value: string }[] {
  return beforeFiltering(text)
    .split(/^---[^\n]{0,100}$/m)
    .slice(0, 20)
    .flatMap((part) => {
      const parsed = parseYaml(part)
      const settings = 'file' in parsed ? flatten(parsed.file.data, '.') : []
      const profile = settings.find(({ key }) => /^spring\.(?:profiles|config\.activate\.on-profile)(?:\.\d)?$/.test(key))?.value
      return profile === undefined || /docker|container|prod|k8s|kubernetes|compose|default/.test(profile) ? settings : []
    })
}

/** Settings that name others: addresses, and the services behind a gateway. */
function addressOf({ key, value, variable, path, line }: SpringSetting): StatedAddress[] {
  if (!/:\/\/|:\d{2,5}\b/.test(value) && !/(?:host|serviceId|service-id|hosts|addresses|nodes)$/i.test(key)) return []
  const place = { path, ...(line === undefined ? {} : { line }) }
  const shown = key.length > 80 ? `${key.slice(0, 77)}...` : key
  return [
    { variable: /service-?id$/i.test(key) ? `${variable}_HOST` : variable, value, from: 'example', evidence: { ...place, fact: shown } },
  ]
}

/** Keys that are only written for a backing service that is used. */
const keyed: readonly (readonly [RegExp, BackingKind])[] = [
  [/^spring\.(?:data\.)?mongodb\.(?:uri|host)$|^quarkus\.mongodb\.connection-string$/, 'mongodb'],
  [/^spring\.(?:data\.)?redis\.(?:host|url|cluster\.nodes)$|^quarkus\.redis\.hosts$|^redis\.uri$/, 'redis'],
  [/^spring\.rabbitmq\.(?:host|addresses)$|^rabbitmq\.uri$|^rabbitmq-host$/, 'rabbitmq'],
  [/^(?:spring\.)?kafka\.bootstrap[-.]?servers$|^spring\.cloud\.stream\.kafka\.binder\.brokers$/i, 'kafka'],
  [
    /^spring\.(?:elasticsearch\.uris|data\.elasticsearch\.cluster-nodes|elasticsearch\.rest\.uris)$|^quarkus\.elasticsearch\.hosts$/,
    'elasticsearch',
  ],
  [/^spring\.(?:data\.)?cassandra\.contact-?points$/, 'cassandra'],
  [/^spring\.(?:data\.)?neo4j\.uri$|^quarkus\.neo4j\.uri$/, 'neo4j'],
  [/^spring\.(?:activemq\.broker-url|artemis\.(?:host|broker-url))$/, 'activemq'],
]

function configuredBy({ key, path, line }: SpringSetting): Configured[] {
  const kind = keyed.find(([pattern]) => pattern.test(key))?.[1]
  if (kind === undefined) return []
  return [{ kind, connections: [], evidence: { path, ...(line === undefined ? {} : { line }), fact: key } }]
}
