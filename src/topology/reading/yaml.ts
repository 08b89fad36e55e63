// YAML as kyozo accepts it everywhere: one document, version 1.2, bounded in size, depth and aliases, and a warning is an error, because an
// unknown tag such as `!include` otherwise passes as a plain string.
import { type Document, isCollection, isPair, LineCounter, parseAllDocuments } from 'yaml'
import { findYamlRefusal } from '../compose/yaml-bounds.ts'
import { yamlLimits } from '../limits.ts'

export interface Problem {
  readonly message: string
  readonly line: number
  readonly column: number
}

export interface YamlFile {
  readonly document: Document.Parsed
  readonly data: unknown
  readonly lines: LineCounter
}

/** Problems told of one document; a broken line often brings many. */
const problemsLimit = 20

export type YamlResult = { readonly file: YamlFile } | { readonly problems: readonly Problem[] }

export function parseYaml(text: string): YamlResult {
  if (text.length > yamlLimits.characters) return refused(`the file is longer than ${yamlLimits.characters} characters`)
  if (nestsTooDeep(text)) return refused(`the document nests deeper than ${yamlLimits.depth} levels`)
  const refusal = findYamlRefusal(text)
  if (refusal !== undefined) return { problems: [{ message: refusal.message, ...placeIn(text, refusal.offset) }] }
  const lines = new LineCounter()
  const documents = parseAllDocuments(text.replace(/^\uFEFF/, ' '), {
    lineCounter: lines,
    uniqueKeys: true,
    strict: true,
    merge: true,
    version: '1.2',
    prettyErrors: false,
    // A key that is a map would otherwise be told to the process's own warnings.
    logLevel: 'error',
  })
  const [document, second] = Array.isArray(documents) ? documents : []
  if (document === undefined) return emptyFile(lines)
  if (second !== undefined) return { problems: [{ message: 'the file holds more than one document', ...place(lines, second.range[0]) }] }
  const problems = [...document.errors, ...document.warnings]
    .slice(0, problemsLimit)
    .map(({ message, pos }) => ({ message, ...place(lines, pos[0]) }))
  if (problems.length > 0) return { problems }
  return expand(document, lines)
}

/** One of several documents of a file, such as a manifest among manifests. */
export interface YamlPart {
  readonly data: unknown
  /** The line of a key or an item in the whole file. Default is the document's first line. */
  readonly line: (path: readonly (string | number)[]) => number
}

/** Documents read of one file; more are generated. */
const partsLimit = 200

/**
 * Every wanted document of a file, each within the bounds of `parseYaml`. A document that does not parse, such as a template, is left out: what others
 * say still holds.
 */
export function parseYamlParts(text: string, isWanted: (piece: string) => boolean = () => true): YamlPart[] {
  if (text.length > yamlLimits.characters * 8) return []
  const parts: YamlPart[] = []
  let firstLine = 1
  for (const piece of text.split(/^---(?=[\s#]|$)/m).slice(0, partsLimit)) {
    const start = firstLine
    firstLine += piece.split('\n').length - 1
    if (piece.trim() === '' || !isWanted(piece)) continue
    const result = parseYaml(piece)
    if ('problems' in result) continue
    const { file } = result
    const leading = piece.length - piece.trimStart().length
    const first = start + piece.slice(0, leading).split('\n').length - 1
    parts.push({ data: file.data, line: (path) => (path.length === 0 ? first : start - 1 + (yamlLine(file, path) ?? first - start + 1)) })
  }
  return parts
}

function expand(document: Document.Parsed, lines: LineCounter): YamlResult {
  try {
    const data: unknown = document.toJS({ maxAliasCount: yamlLimits.aliases })
    if (isBounded(data)) return { file: { document, data, lines } }
    return refused(`the document nests deeper than ${yamlLimits.depth} levels or expands to more than ${yamlLimits.nodes} values`)
  } catch (error) {
    return refused(error instanceof Error ? error.message : String(error))
  }
}

/** Before anything is parsed there are no lines counted yet. */
function placeIn(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}

export function place(lines: LineCounter, offset: number): { readonly line: number; readonly column: number } {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(line, 1), column: Math.max(col, 1) }
}

/** The line of a key or an item by its path, such as `['services', 'api', 'build']`. */
export function yamlLine(file: YamlFile, path: readonly (string | number)[]): number | undefined {
  const offset = offsetOf(file.document, path)
  return offset === undefined ? undefined : place(file.lines, offset).line
}

/** Where a key (of a map) or an item (of a list) begins. */
export function offsetOf(document: Document.Parsed, path: readonly (string | number)[]): number | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  if (!isCollection(parent)) return undefined
  const last = path.at(-1)
  for (const [index, item] of parent.items.entries()) {
    if (isPair(item) && String((item.key as { value?: unknown } | null)?.value) === String(last)) return rangeStart(item.key)
    if (!isPair(item) && index === last) return rangeStart(item)
  }
  return undefined
}

function rangeStart(node: unknown): number | undefined {
  return (node as { range?: readonly [number, number, number] | null } | null)?.range?.[0]
}

function refused(message: string): YamlResult {
  return { problems: [{ message, line: 1, column: 1 }] }
}

function emptyFile(lines: LineCounter): YamlResult {
  const [document] = parseAllDocuments('{}')
  return document === undefined || !('range' in document) ? refused('the file is empty') : { file: { document, data: {}, lines } }
}

/** Flow and block nesting bounded before the parser recurses: brackets by count, blocks by indentation steps and inline dashes. */
function nestsTooDeep(text: string): boolean {
  let brackets = 0
  for (const char of text) {
    if (char === '[' || char === '{') brackets++
    else if (char === ']' || char === '}') brackets = Math.max(0, brackets - 1)
    if (brackets > yamlLimits.depth * 8) return true
  }
  return /^[ \t]{0,200}(?:[-?:] {1,4}){33}/m.test(text)
}

/** Whether the expanded data is a tree of bounded size: aliases can make it enormous, or make it hold itself. */
function isBounded(data: unknown): boolean {
  let nodes = 0
  const visit = (value: unknown, depth: number): boolean => {
    nodes++
    if (depth > yamlLimits.depth || nodes > yamlLimits.nodes) return false
    if (typeof value !== 'object' || value === null) return true
    return Object.values(value).every((item) => visit(item, depth + 1))
  }
  return visit(data, 0)
}
