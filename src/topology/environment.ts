// The variables a service reads, from its source and its example file.
import type { Facts, StatedAddress } from './claim.ts'
import { isFileAddress } from './file-address.ts'
import { environmentLimit } from './limits.ts'
import { joinPath, relativeTo } from './paths.ts'
import type { SourceFacts } from './reading/source.ts'
import type { Folder, Repository } from './repository.ts'
import type { EnvironmentVariable } from './topology.ts'

export const exampleFiles = [
  '.env.example', '.env.sample', '.env.template', '.env.dist', 'env.example', 'example.env', '.env.tpl', '.env-example', '.env-sample', '.env.example.local', '.env.local.example', '.env.production.example',
  '.env.example.production', 'env.sample', 'env.template', 'sample.env', 'template.env', '.example.env', 'dotenv.example', '.env.schema',
] // biome-ignore format: a list

/** Files that a program reads by itself, so that their values hold when nobody says otherwise. */
const defaultsFiles = ['.env.defaults', '.env.default']

/** Variables that the platform sets or that belong to the machine; naming them would ask people for nothing they can answer. */
export const platformVariables: ReadonlySet<string> = new Set(['PORT', 'HOST', 'NODE_ENV', 'PATH', 'HOME', 'USER', 'PWD', 'SHELL', 'TERM', 'TZ', 'LANG', 'CI', 'HOSTNAME', 'TMPDIR', 'PYTHONPATH', 'PYTHONUNBUFFERED', 'VIRTUAL_ENV', 'GOPATH', 'DEBUG', 'NO_COLOR', 'FORCE_COLOR']) // biome-ignore format: a list

export interface EnvironmentFacts {
  readonly environment: readonly EnvironmentVariable[]
  readonly addresses: readonly StatedAddress[]
}

/**
 * A variable is required when reading it fails without it, or when the example file lists it with no value that would do anywhere and the
 * source states no default. A value is only a default that the source states; an example's value is somebody's development machine.
 * A file as the default of a database is one too: the source falls back to it by itself.
 */
export function findEnvironment(folder: Folder, source: SourceFacts, repository: Repository): EnvironmentFacts {
  const examples = readLines(folder, exampleFiles, repository)
  const variables = new Map<string, EnvironmentVariable>()
  const defaulted = new Set(source.environment.flatMap(({ name, value }) => (value === undefined ? [] : [name])))
  for (const { name, required, value } of source.environment)
    variables.set(name, { name, required, ...(value === undefined || isFileAddress(value) ? {} : { value }) })
  for (const { name, value, isOptional } of examples) {
    const known = variables.get(name)
    if (!defaulted.has(name)) variables.set(name, { name, required: known?.required === true || !(isOptional || isUsable(name, value)) })
  }
  for (const { name, value } of readLines(folder, defaultsFiles, repository)) variables.set(name, { name, required: false, value })
  for (const name of platformVariables) variables.delete(name)
  return {
    environment: [...variables.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).slice(0, environmentLimit),
    addresses: [
      ...examples.map(({ name, value, path, line }) => ({
        variable: name,
        value,
        from: 'example' as const,
        evidence: { path, line, fact: `${name} in ${path.slice(path.lastIndexOf('/') + 1)}` },
      })),
      ...source.environment.map(({ name, value = '', path, line }) => ({
        variable: name,
        value,
        from: 'source' as const,
        evidence: { path, line, fact: `reads ${name}` },
      })),
    ],
  }
}

/** Names whose values are somebody's own, whatever an example says. */
const ownNames =
  /SECRET|PASSWORD|PASSWD|PASSPHRASE|TOKEN|CREDENTIAL|PRIVATE|SALT|CERT|(?:^|_)(?:PASS|KEY|APIKEY|ID|DSN|HOST|HOSTNAME|ADDR|ADDRESS|SERVERS?|BROKERS?|DATABASE|DB|BUCKET|DOMAIN|USER|USERNAME|EMAIL|FROM|PHONE)$/

/** What people write where a value belongs, and addresses of the machine that the example was written on. */
const placeholder =
  /change.?me|replace|your|todo|fixme|example|placeholder|insert|dummy|xxx|\.\.\.|^<|>$|\*\*|^\$\{?\w|\blocalhost\b|\b127\.0\.0\.1\b|\b0\.0\.0\.0\b|\[::1?\]|host\.docker\.internal/i

/** Whether an example's value would do anywhere: `info` as a log level, or a public address; no neighbour's, which is another in production. */
function isUsable(name: string, value: string): boolean {
  if (value === '' || ownNames.test(name) || placeholder.test(value)) return false
  if (!/(?:^|_)(?:URL|URI|ENDPOINT)$/.test(name)) return true
  return /^https?:\/\/(?:[\w-]{1,60}\.){1,6}[a-z]{2,20}(?:[/:?]|$)/.test(value) && !/\.(?:local|internal|test|lan)\b/.test(value)
}

/** Where the program begins, for templates. */
export function entryFacts(folder: string, entry: string | undefined): Facts {
  return entry === undefined ? {} : { entry: relativeTo(folder, entry) }
}

interface ExampleLine {
  readonly name: string
  readonly value: string
  readonly isOptional: boolean
  readonly path: string
  readonly line: number
}

/** The lines of the first of these files that is there. */
function readLines(folder: Folder, names: readonly string[], repository: Repository): ExampleLine[] {
  const name = names.find((candidate) => folder.files.has(candidate))
  if (name === undefined) return []
  const path = joinPath(folder.path, name)
  let isAfterOptional = false
  return (repository.read.text(path) ?? '').split('\n').flatMap((text, index): ExampleLine[] => {
    const [, commented, variable, value = ''] = /^\s{0,8}(#?)\s{0,4}(?:export\s{1,4})?([A-Z_][A-Z0-9_]{0,63})=(.{0,500})$/.exec(text) ?? []
    const isOptional = commented === '#' || isAfterOptional || /#.{0,100}\boptional\b/i.test(text)
    isAfterOptional = variable === undefined && /^\s{0,8}#.{0,200}\boptional\b/i.test(text)
    if (variable === undefined) return []
    const plain = value
      .replace(/\s#.*$/, '')
      .trim()
      .replace(/^(["'])(.*)\1$/, '$2')
    return [{ name: variable, value: plain, isOptional, path, line: index + 1 }]
  })
}
