// Files of a commit as data, each parsed at most once in an analysis. A file that does not parse becomes one warning and no data; nothing
// here throws.
import { parse as parseTomlText } from 'smol-toml'
import type { Computation, Engine } from '../incremental/engine.ts'
import type { Data } from './data.ts'
import { isData } from './data.ts'
import { type DockerfileFacts, readDockerfile } from './dockerfile.ts'
import { jsonLines } from './lines.ts'
import { parseXml, type XmlFile } from './xml.ts'
import { parseYaml, type YamlFile } from './yaml.ts'

/** A parsed file whose keys' lines are known. */
export interface JsonFile {
  readonly path: string
  readonly data: Data
  /** The line of a key by its path, such as `scripts/start`. */
  readonly line: (key: string) => number | undefined
}

export interface TomlFile {
  readonly path: string
  readonly data: Data
  readonly text: string
}

export interface Reader {
  /** The text without a byte order mark and with plain line ends. */
  readonly text: (path: string) => string | undefined
  readonly json: (path: string) => JsonFile | undefined
  readonly toml: (path: string) => TomlFile | undefined
  readonly yaml: (path: string) => YamlFile | undefined
  readonly xml: (path: string) => XmlFile | undefined
  /** As far as a stage; the last one when none is named. */
  readonly dockerfile: (path: string, target?: string) => DockerfileFacts | undefined
}

export function createReader({ recall }: Pick<Engine, 'recall'>): Reader {
  return {
    text: (path) => recall(readText, path),
    json: (path) => recall(readJson, path),
    toml: (path) => recall(readToml, path),
    yaml: (path) => recall(readYaml, path),
    xml: (path) => recall(readXml, path),
    dockerfile: (path, target = '') => recall(readStage, `${path}\n${target}`),
  }
}

const readText: Computation<string | undefined> = (path, { tree }) =>
  tree
    .text(path)
    ?.replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n')

const readJson = parsedBy((path, text, failed) => parseJson(path, text, failed))
const readToml = parsedBy((path, text, failed) => parseToml(path, text, failed))

const readYaml = parsedBy((path, text, failed) => {
  const result = parseYaml(text)
  if ('file' in result) return result.file
  const [first] = result.problems
  return failed(path, 'YAML', `line ${first?.line ?? 1}: ${first?.message ?? 'unreadable'}`)
})

const readXml = parsedBy((path, text, failed) => {
  const result = parseXml(text)
  return 'root' in result ? { path, root: result.root } : failed(path, 'XML', reasonOf(result.reason))
})

const readStage: Computation<DockerfileFacts | undefined> = (key, { read }) => {
  const [path = '', target = ''] = key.split('\n')
  const text = read.text(path)
  return text === undefined ? undefined : readDockerfile(path, text, target === '' ? undefined : target)
}

type Parse<T> = (path: string, text: string, failed: Failed) => T | undefined

function parsedBy<T>(parse: Parse<T>): Computation<T | undefined> {
  return (path, { read, warn }) => {
    const text = read.text(path)
    if (text === undefined) return undefined
    return parse(path, text, (at, format, reason) => {
      warn(`${at} is not valid ${format} (${reason}); it is passed over.`)
      return undefined
    })
  }
}

type Failed = (path: string, format: string, reason: string) => undefined

function parseJson(path: string, text: string, failed: Failed): JsonFile | undefined {
  try {
    const data: unknown = JSON.parse(text)
    if (!isData(data)) return failed(path, 'JSON', 'it is not an object')
    let lines: ReadonlyMap<string, number> | undefined
    return {
      path,
      data,
      line: (key) => {
        lines ??= jsonLines(text)
        return lines.get(key)
      },
    }
  } catch (error) {
    return failed(path, 'JSON', reasonOf(error))
  }
}

function parseToml(path: string, text: string, failed: Failed): TomlFile | undefined {
  try {
    return { path, data: parseTomlText(text, { maxDepth: 64 }) as Data, text }
  } catch (error) {
    return failed(path, 'TOML', reasonOf(error))
  }
}

/** The first line of a parser's words; the rest quotes the file, which may hold anything. */
function reasonOf(error: unknown): string {
  const [first] = (error instanceof Error ? error.message : String(error)).split('\n')
  return (first ?? '').replace(/[\p{C}]/gu, ' ').slice(0, 100)
}
