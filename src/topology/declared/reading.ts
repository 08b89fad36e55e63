// Small readings that the formats of declarations share.
import { resolvePath } from '../paths.ts'
import { asPort, field, isData, stringAt } from '../reading/data.ts'
import { lineOf } from '../reading/lines.ts'
import { parseYamlParts, type YamlPart } from '../reading/yaml.ts'
import type { Repository } from '../repository.ts'
import type { EnvironmentVariable, Evidence, HealthSpec } from '../topology.ts'

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
    const isGiven = ['generateValue', 'fromDatabase', 'fromService', 'fromGroup', 'valueFrom'].some((key) => field(item, key) !== undefined)
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
