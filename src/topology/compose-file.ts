// The few facts of a user's compose file that detection needs, read without judging it: a file that the policy refuses is still a stack.
// compose/ reads the same file in full when the stack is generated.

import { perRepository } from './memo.ts'
import { parentOf, resolvePath } from './paths.ts'
import { asPort, field, isData, stringAt, stringsIn } from './reading/data.ts'
import { imageName } from './reading/dockerfile.ts'
import { type YamlFile, yamlLine } from './reading/yaml.ts'
import type { BackingKind, Evidence } from './topology.ts'

/** A user's compose file, the name that wins first. compose.kyozo.yaml is kyozo's own and never one of them; nor are files for development. */
export const composeNames = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'] as const

export interface ComposeFacts {
  readonly file: string
  readonly services: readonly ComposeServiceFacts[]
}

export interface ComposeServiceFacts {
  readonly name: string
  readonly evidence: Evidence
  readonly image: string | undefined
  readonly build:
    | {
        readonly context: string
        readonly dockerfile: string | undefined
        readonly target: string | undefined
        readonly args: Readonly<Record<string, string>>
        readonly evidence: Evidence
      }
    | undefined
  readonly command: string | undefined
  /** Whether it starts only when somebody asks for its profile. */
  readonly isProfiled: boolean
  readonly ports: readonly { readonly port: number; readonly evidence: Evidence }[]
  readonly dependsOn: readonly { readonly service: string; readonly evidence: Evidence }[]
  readonly environment: readonly { readonly name: string; readonly value: string; readonly evidence: Evidence }[]
}

export const readCompose = perRepository((file: string, repository): ComposeFacts | undefined => {
  const yaml = repository.read.yaml(file)
  if (yaml === undefined) return undefined
  const services = field(yaml.data, 'services')
  if (!isData(services)) return { file, services: [] }
  return {
    file,
    services: Object.entries(services).flatMap(([name, value]) => (isData(value) ? [readService({ file, yaml, name, value })] : [])),
  }
})

interface Place {
  readonly file: string
  readonly yaml: YamlFile
  readonly name: string
  readonly value: unknown
}

function readService(place: Place): ComposeServiceFacts {
  const { name, value } = place
  return {
    name,
    evidence: at(place, [], `service ${name}`),
    image: stringAt(value, 'image'),
    build: readBuild(place),
    command: commandOf(field(value, 'command')) ?? undefined,
    isProfiled: stringsIn(field(value, 'profiles')).length > 0,
    ports: readPorts(place),
    dependsOn: entriesOf(field(value, 'depends_on')).map(({ key, item }) => ({
      service: key,
      evidence: at(place, ['depends_on', item], `${name} depends on ${key}`),
    })),
    environment: readEnvironment(place),
  }
}

function readBuild(place: Place): ComposeServiceFacts['build'] {
  const build = field(place.value, 'build')
  const written = typeof build === 'string' ? build : isData(build) ? (stringAt(build, 'context') ?? '.') : undefined
  const context = written === undefined || /^\w{1,20}:\/\//.test(written) ? undefined : resolvePath(parentOf(place.file), written)
  if (context === undefined) return undefined
  const args = field(build, 'args')
  return {
    context,
    dockerfile: stringAt(build, 'dockerfile'),
    target: stringAt(build, 'target'),
    args: isData(args)
      ? Object.fromEntries(Object.entries(args).flatMap(([key, item]) => (isScalar(item) ? [[key, String(item)]] : [])))
      : {},
    evidence: at(place, ['build'], `builds ${context}`),
  }
}

function readPorts(place: Place): ComposeServiceFacts['ports'] {
  const listed = [...listOf(place.value, 'ports'), ...listOf(place.value, 'expose')]
  return listed.flatMap(({ key, index, item }) => {
    const text = isData(item) ? field(item, 'target') : withDefaults(String(item)).split('/')[0]?.split(':').at(-1)
    const port = asPort(text)
    return port === undefined ? [] : [{ port, evidence: at(place, [key, index], `port ${port}`) }]
  })
}

function listOf(value: unknown, key: string): { key: string; index: number; item: unknown }[] {
  const list = field(value, key)
  return Array.isArray(list) ? list.map((item: unknown, index) => ({ key, index, item })) : []
}

function readEnvironment(place: Place): ComposeServiceFacts['environment'] {
  const environment = field(place.value, 'environment')
  if (isData(environment)) {
    return Object.entries(environment).map(([name, value]) => ({
      name,
      value: isScalar(value) ? withDefaults(String(value)) : '',
      evidence: at(place, ['environment', name], `${name} of ${place.name}`),
    }))
  }
  return stringsIn(environment).map((line, index) => {
    const [name = '', ...rest] = line.split('=')
    return { name, value: withDefaults(rest.join('=')), evidence: at(place, ['environment', index], `${name} of ${place.name}`) }
  })
}

/** `${NAME:-value}` as its default; a variable without one is empty here. */
function withDefaults(text: string): string {
  return text.slice(0, 2_000).replace(/\$\{\w{1,64}(?::?-([^${}]{0,200}))?(?::?\?[^{}]{0,200})?\}/g, (_, value?: string) => value ?? '')
}

function commandOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  const words = stringsIn(value)
  return words.length === 0 ? undefined : words.join(' ')
}

function entriesOf(value: unknown): { key: string; item: string | number }[] {
  if (isData(value)) return Object.keys(value).map((key) => ({ key, item: key }))
  return stringsIn(value).map((key, index) => ({ key, item: index }))
}

function at({ file, yaml, name }: Place, path: readonly (string | number)[], fact: string): Evidence {
  const line = yamlLine(yaml, ['services', name, ...path])
  return line === undefined ? { path: file, fact } : { path: file, line, fact }
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

const backingImages: Readonly<Record<string, BackingKind>> = {
  postgres: 'postgres', postgresql: 'postgres', postgis: 'postgres', pgvector: 'postgres', timescaledb: 'postgres',
  redis: 'redis', valkey: 'redis', 'redis-stack': 'redis', 'redis-stack-server': 'redis', keydb: 'redis', dragonfly: 'redis',
  mysql: 'mysql', mariadb: 'mysql', mongo: 'mongodb', mongodb: 'mongodb', rabbitmq: 'rabbitmq',
} // biome-ignore format: a table

/** The backing service that an image runs, when it is one of the known kinds. */
export function backingOfImage(image: string | undefined): BackingKind | undefined {
  const name = image === undefined ? '' : imageName(image)
  return Object.hasOwn(backingImages, name) ? backingImages[name] : undefined
}
