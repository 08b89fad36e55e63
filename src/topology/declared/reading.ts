// Small readings that the formats of declarations share.
import { resolvePath } from '../paths.ts'
import { asPort, type Data, dataAt, field, isData, stringAt } from '../reading/data.ts'
import { lineOf } from '../reading/lines.ts'
import { parseYamlParts, type YamlPart } from '../reading/yaml.ts'
import type { Repository } from '../repository.ts'
import type { Because, EnvironmentVariable, Evidence, HealthSpec, ReasonedValue } from '../topology.ts'
import type { OnceCommand } from './statement.ts'

/** The first document of a YAML file, or undefined; nothing is said of one that does not parse, because others read the same names. */
export function yamlPart(path: string, repository: Repository): YamlPart | undefined {
  return yamlParts(path, repository)[0]
}

export function yamlParts(path: string, repository: Repository): YamlPart[] {
  const text = repository.read.text(path)
  return text === undefined ? [] : parseYamlParts(text)
}

export function evidenceAt(path: string, line: number | undefined, fact: string): Evidence {
  return line === undefined ? { path, fact } : { path, line, fact }
}

/** Evidence at the first line with these words. */
export function evidenceOf(path: string, { words, fact }: { words: string; fact: string }, repository: Repository): Evidence {
  return evidenceAt(path, lineOf(repository.read.text(path) ?? '', words) ?? 1, fact)
}

/** Keys of a file from its top, each with what it says; the first that is there counts. */
export type ValueKeys = Readonly<Partial<Record<ReasonedValue, readonly (readonly (string | number)[])[]>>>

interface KeyedFile {
  readonly path: string
  readonly data: unknown
  readonly line: (keys: readonly (string | number)[]) => number | undefined
}

/** Where a file says single values. */
export function placesIn({ path, data, line }: KeyedFile, values: ValueKeys): Because {
  const found = Object.entries(values).flatMap(([value, candidates]) => {
    const keys = candidates.find((one) => isThere(data, one))
    const fact = keys?.filter((key) => typeof key === 'string').join('.') ?? ''
    return keys === undefined ? [] : [[value, evidenceAt(path, line(keys), fact)] as const]
  })
  return Object.fromEntries(found)
}

function isThere(data: unknown, keys: readonly (string | number)[]): boolean {
  let value = data
  for (const key of keys) value = typeof key === 'number' ? (Array.isArray(value) ? value[key] : undefined) : field(value, key)
  return value !== undefined && value !== null
}

/** Lines of keys in JSON by path, in TOML by the key's own line after its table's. */
export function keyLines(path: string, repository: Repository): KeyedFile['line'] {
  const json = path.endsWith('.toml') ? undefined : repository.read.json(path)
  if (json !== undefined) return (keys) => json.line(keys.join('/'))
  const lines = (repository.read.text(path) ?? '').split('\n').map((line) => line.trim())
  return (keys) => {
    const names = keys.filter((key) => typeof key === 'string')
    const tables = [names.slice(0, -1).join('.')].map((table) =>
      lines.findIndex((line) => line === `[${table}]` || line === `[[${table}]]`),
    )
    const from = Math.max(0, tables[0] ?? 0)
    const at = lines.findIndex((line, index) => index >= from && line.split(/[\s=]/, 1)[0] === names.at(-1))
    return at < 0 ? undefined : at + 1
  }
}

interface OncePlace {
  readonly name: string
  readonly command: string | undefined
  readonly path: string
  readonly line: number | undefined
}

/** A command that is run once, where a file names one. */
export function onceCommand(kind: OnceCommand['kind'], { name, command, path, line }: OncePlace): OnceCommand[] {
  if (command === undefined || command.trim() === '') return []
  const fact = kind === 'release' ? 'is run before a release' : 'is run by the clock'
  return [{ kind, name: name.slice(0, 60), command: command.slice(0, 500), evidence: evidenceAt(path, line, fact) }]
}

/** A folder that a file names relative to its own; undefined when it is not in the repository. */
export function folderAt(base: string, written: string | undefined, repository: Repository): string | undefined {
  const path = written === undefined ? base : resolvePath(base, written.replace(/^\/+/, ''))
  if (path === undefined) return undefined
  return path === '.' || repository.tree.folders.has(path) ? path : undefined
}

/** A file that a file names relative to its own; undefined when it is not in the repository. */
export function fileAt(base: string, written: string | undefined, repository: Repository): string | undefined {
  const path = written === undefined ? undefined : resolvePath(base, written.replace(/^\/+/, ''))
  return path !== undefined && repository.tree.entries.has(path) ? path : undefined
}

export function healthAt(path: string | undefined): HealthSpec | undefined {
  return path?.startsWith('/') ? { kind: 'http', path: path.slice(0, 200) } : undefined
}

/** Variables of a plain map of names and values. */
export function variablesIn(data: unknown): EnvironmentVariable[] {
  if (!isData(data)) return []
  return Object.entries(data).flatMap(([name, value]) => {
    if (!variableName.test(name)) return []
    const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    return [isPlain ? { name, required: false, value: String(value).slice(0, 2000) } : { name, required: true }]
  })
}

/** Variables of a list such as `[{key, value}]`; one without a value is for somebody to fill in. */
export function variablesInList(list: unknown, nameKey: 'key' | 'name'): EnvironmentVariable[] {
  if (!Array.isArray(list)) return []
  return list.slice(0, 200).flatMap((item: unknown) => {
    const name = stringAt(item, nameKey)
    const value = field(item, 'value')
    if (name === undefined || !variableName.test(name)) return []
    const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    if (isPlain) return [{ name, required: false, value: String(value).slice(0, 2000) }]
    if (field(item, 'generateValue') === true) return [{ name, required: true, made: 'text' as const }]
    const isGiven = ['fromDatabase', 'fromService', 'fromGroup', 'valueFrom'].some((key) => field(item, key) !== undefined)
    return [{ name, required: !isGiven }]
  })
}

const variableName = /^[A-Za-z_]\w{0,63}$/

export function portOf(variables: readonly EnvironmentVariable[]): number | undefined {
  return asPort(variables.find(({ name }) => name === 'PORT')?.value)
}

/** An image's name without registry, owner, tag and digest. */
export function plainImage(image: string | undefined): string | undefined {
  const name = (image?.split('@')[0] ?? '').split('/').at(-1)?.split(':')[0]
  return name === undefined || name === '' ? undefined : name
}

/** How many of it run; undefined for anything but a plain small number. */
export function countAt(data: unknown, ...keys: readonly string[]): number | undefined {
  const value = field(dataAt(data, ...keys.slice(0, -1)), keys.at(-1) ?? '')
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= countLimit ? value : undefined
}

/** More of one service are a mistake. */
const countLimit = 100

/** Services read of one file. */
export const listLimit = 100

/** The items of a list with their numbers. */
export function itemsAt(data: unknown, key: string): { item: unknown; index: number }[] {
  const list = field(data, key)
  return Array.isArray(list) ? list.slice(0, listLimit).map((item: unknown, index) => ({ item, index })) : []
}

/** JSON or TOML, by the file's ending; captain-definition is JSON. */
export function dataOf(path: string, repository: Repository): Data | undefined {
  const data = path.endsWith('.toml') ? repository.read.toml(path)?.data : repository.read.json(path)?.data
  return isData(data) ? data : undefined
}
