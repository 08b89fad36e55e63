// Files of a commit as data, each parsed at most once in an analysis. A file that does not parse becomes one warning and no data; nothing
// here throws.
import { parse as parseTomlText } from 'smol-toml'
import type { SourceTree } from '../../git/source-tree.ts'
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

export function createReader(tree: SourceTree, warn: (sentence: string) => void): Reader {
  const text = (path: string) =>
    tree
      .text(path)
      ?.replace(/^\uFEFF/, '')
      .replaceAll('\r\n', '\n')
  const failed = (path: string, format: string, reason: string) => {
    warn(`${path} is not valid ${format} (${reason}); it is passed over.`)
    return undefined
  }
  const dockerfile = remember((key) => {
    const [path = '', target = ''] = key.split('\n')
    const content = text(path)
    return content === undefined ? undefined : readDockerfile(path, content, target === '' ? undefined : target)
  })
  return {
    text: remember(text),
    json: remember((path) => {
      const content = text(path)
      return content === undefined ? undefined : parseJson(path, content, failed)
    }),
    toml: remember((path) => {
      const content = text(path)
      return content === undefined ? undefined : parseToml(path, content, failed)
    }),
    yaml: remember((path) => {
      const content = text(path)
      if (content === undefined) return undefined
      const result = parseYaml(content)
      if ('file' in result) return result.file
      const [first] = result.problems
      return failed(path, 'YAML', `line ${first?.line ?? 1}: ${first?.message ?? 'unreadable'}`)
    }),
    xml: remember((path) => {
      const content = text(path)
      if (content === undefined) return undefined
      const result = parseXml(content)
      return 'root' in result ? { path, root: result.root } : failed(path, 'XML', reasonOf(result.reason))
    }),
    dockerfile: (path, target = '') => dockerfile(`${path}\n${target}`),
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

function remember<T>(read: (path: string) => T): (path: string) => T {
  const known = new Map<string, T>()
  return (path) => {
    const had = known.get(path)
    if (had !== undefined || known.has(path)) return had as T
    const value = read(path)
    known.set(path, value)
    return value
  }
}
