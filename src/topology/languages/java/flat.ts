// Nested configuration as flat keys with their lines: `server: {port: 8080}` is `server.port`.
import { field, isData } from '../../reading/data.ts'
import { lineOf } from '../../reading/lines.ts'
import { type Problem, parseYaml, type YamlFile, yamlLine } from '../../reading/yaml.ts'
import type { Repository } from '../../repository.ts'

export interface Setting {
  readonly key: string
  readonly value: string
  readonly path: string
  readonly line: number
  /** The profile that a document of its file is for. */
  readonly profile?: string
}

/** Settings kept of one file, and documents read of one YAML file. */
const settingsLimit = 500
const documentsLimit = 20

/** `key = value` and `key: value` lines; in HOCON, blocks give their name to the keys inside. */
export function flattenProperties(path: string, text: string): Setting[] {
  const settings: Setting[] = []
  const open: string[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (settings.length === settingsLimit) break
    const trimmed = line.trim()
    const block = /^([\w.-]{1,100})\s{0,4}[=:]?\s{0,4}\{$/.exec(trimmed)?.[1]
    const [, key, value] = /^(%?[\w.\-[\]"/]{1,200}?)\s{0,20}[=:]\s{0,20}(.{0,1000})$/.exec(trimmed) ?? []
    if (block !== undefined) open.push(block)
    else if (trimmed === '}') open.pop()
    else if (key !== undefined && value !== undefined)
      settings.push({ key: [...open, key].join('.').slice(0, 300), value: unquote(value), path, line: index + 1 })
  }
  // In HOCON a variable overrides what stands above it when it is there: `port = ${?PORT}`.
  return settings.filter(
    ({ value, key }, index) => !value.startsWith('${?') || !settings.slice(0, index).some((other) => other.key === key),
  )
}

function unquote(value: string): string {
  return value.trim().replace(/^"(.{0,1000})"$/, '$1')
}

/** Documents for every profile, then those for production; documents for other profiles are somebody's machine. */
export function flattenYaml(path: string, text: string, failed: (problem: Problem) => void = () => undefined): Setting[] {
  const documents = splitDocuments(beforeFiltering(text)).flatMap(({ piece, firstLine }) => {
    const result = parseYaml(piece)
    if (!('file' in result)) {
      const [problem] = result.problems
      if (problem !== undefined) failed({ ...problem, line: problem.line + firstLine - 1 })
      return []
    }
    const settings: Setting[] = []
    collect(result.file.data, [], { file: result.file, path, firstLine, settings })
    return [settings]
  })
  const production = documents.flatMap((settings) => {
    const profile = /^(?:production|prod)\b/.exec(profileOf(settings) ?? '')?.[0]
    return profile === undefined ? [] : [settings.map((setting) => ({ ...setting, profile }))]
  })
  return [...documents.filter((settings) => profileOf(settings) === undefined), ...production].flat()
}

/**
 * What Maven and Gradle fill in when they copy a file is no YAML before: `\${x}` is a dollar sign that they leave alone, `@x@` a value of
 * theirs. No line moves.
 */
export function beforeFiltering(text: string): string {
  return text.replace(/\\(?=\$\{)/g, '').replace(/(?<=:[ \t]{1,4})@([\w.-]{1,100})@[ \t]{0,4}$/gm, '"$1"')
}

function profileOf(settings: readonly Setting[]): string | undefined {
  return settings.find(({ key }) => key === 'spring.config.activate.on-profile' || key === 'spring.profiles' || key === 'spring.profiles.0')
    ?.value
}

function splitDocuments(text: string): { readonly piece: string; readonly firstLine: number }[] {
  const pieces: { piece: string; firstLine: number }[] = []
  let lines: string[] = []
  let firstLine = 1
  for (const [index, line] of text.split('\n').entries()) {
    if (/^---(?:\s|$)/.test(line)) {
      pieces.push({ piece: lines.join('\n'), firstLine })
      lines = []
      firstLine = index + 2
    } else lines.push(line)
  }
  return [...pieces, { piece: lines.join('\n'), firstLine }].filter(({ piece }) => piece.trim() !== '').slice(0, documentsLimit)
}

interface Collecting {
  readonly file: YamlFile
  readonly path: string
  readonly firstLine: number
  readonly settings: Setting[]
}

function collect(value: unknown, keys: readonly (string | number)[], into: Collecting): void {
  if (into.settings.length >= settingsLimit) return
  if (Array.isArray(value)) for (const [index, item] of value.entries()) collect(item, [...keys, index], into)
  else if (isData(value)) for (const key of Object.keys(value)) collect(field(value, key), [...keys, key], into)
  else if (value !== null && value !== undefined && keys.length > 0) {
    const line = (yamlLine(into.file, keys) ?? 1) + into.firstLine - 1
    into.settings.push({ key: keys.join('.'), value: String(value), path: into.path, line })
  }
}

/** A JSON object whose own keys may hold dots already. */
export function flattenJson(path: string, repository: Repository): Setting[] {
  const file = repository.read.json(path)
  const text = repository.read.text(path) ?? ''
  const settings: Setting[] = []
  const visit = (value: unknown, keys: readonly string[]): void => {
    if (settings.length >= settingsLimit || keys.length > 8) return
    if (isData(value)) for (const key of Object.keys(value)) visit(field(value, key), [...keys, key])
    else if (typeof value === 'string' || typeof value === 'number')
      settings.push({ key: keys.join('.'), value: String(value), path, line: lineOf(text, `"${keys.at(-1)}"`) ?? 1 })
  }
  visit(file?.data, [])
  return settings
}
