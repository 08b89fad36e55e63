// What source code says: where it listens, which routes answer health checks, which variables it reads, what it imports. A language is a
// table of patterns; every repetition in them is bounded, so that matching is linear in the text.
import { matchesLimit, sourceFilesLimit, sourceScanLimit } from '../limits.ts'
import { printable } from '../paths.ts'
import type { EnvironmentVariable, Evidence } from '../topology.ts'
import { asPort } from './data.ts'
import { findHealthRoute } from './health-route.ts'
import { lineAt } from './lines.ts'
import type { Reader } from './reader.ts'
import type { RouteSyntax } from './routes/syntax.ts'

export interface SourceLanguage {
  /** Lines that are only a comment: examples in them are nobody's code. */
  readonly comments: RegExp
  /** The text without what is no part of the program: tests in the same file, a listener for whoever debugs it. Keeps every line's number. */
  readonly withoutAside?: (text: string) => string
  /** Calls that accept connections. */
  readonly listens: readonly RegExp[]
  /** Calls that may accept connections, but have a name that much else has: they count in a file that imports a server. */
  readonly mayListen?: { readonly calls: readonly RegExp[]; readonly isServer: (module: string) => boolean }
  /** Group 1 is a port; the first pattern that finds one wins. */
  readonly ports: readonly RegExp[]
  /** What a process does that is meant to stay without listening. */
  readonly loops: readonly RegExp[]
  readonly environment: readonly EnvironmentPattern[]
  /** Group 1 is the imported module. */
  readonly imports: RegExp
  /** How its frameworks put a path in front of others. Default is that a path is whole as it is written. */
  readonly routes?: RouteSyntax
  /** Files of the same repository that an imported module is, nearest guess first; packages give none. */
  readonly resolve: (module: string, fromFile: string) => readonly string[]
}

export interface EnvironmentPattern {
  /** Named groups: `name`, and `fallback` for a stated default. */
  readonly pattern: RegExp
  /** Whether reading it this way fails when the variable is missing. */
  readonly isRequired: (match: RegExpMatchArray) => boolean
}

interface Found<T> {
  readonly value: T
  readonly path: string
  readonly line: number
}

export interface SourceFacts {
  readonly files: readonly string[]
  readonly listens: Evidence | undefined
  readonly loops: Evidence | undefined
  readonly port: Found<number> | undefined
  readonly health: Found<string> | undefined
  readonly environment: readonly (EnvironmentVariable & { readonly path: string; readonly line: number })[]
  /** Imported modules by name, each with the first place. */
  readonly imports: ReadonlyMap<string, Evidence>
}

/** Ports of databases, mail and other people's pages: a source that names one connects there, it does not listen. */
const foreignPorts = new Set([25, 443, 465, 587, 1025, 3306, 5432, 5672, 6379, 9092, 11211, 27017])

interface Scan {
  readonly reader: Reader
  readonly language: SourceLanguage
  readonly exists: (path: string) => boolean
}

/** Reads the entry files and what they import, breadth first, up to the limit. */
export function scanSources(entries: readonly string[], scan: Scan): SourceFacts {
  const queue = [...new Set(entries)]
  const limit = Math.max(sourceFilesLimit, entries.length)
  const imports = new Map<string, Evidence>()
  for (let at = 0; at < queue.length && at < limit; at++) {
    const path = queue[at] as string
    const text = sourceText(path, scan)
    if (text === undefined) continue
    for (const { value, line } of matches(text, [scan.language.imports])) {
      const file = scan.language.resolve(value, path).find(scan.exists)
      if (file !== undefined && !queue.includes(file)) queue.push(file)
      const module = value.split(/\s/, 1)[0] ?? value
      if (!imports.has(module)) imports.set(module, { path, line, fact: `imports ${printable(module)}` })
    }
  }
  return { imports, ...factsOf(queue.slice(0, limit), scan) }
}

/** The start of a file with its comment lines emptied, so that every line keeps its number. */
function sourceText(path: string, { reader, language }: Scan): string | undefined {
  const text = reader.text(path)?.slice(0, sourceScanLimit).replace(language.comments, '')
  return text === undefined ? undefined : (language.withoutAside?.(text) ?? text)
}

function factsOf(files: readonly string[], scan: Scan): Omit<SourceFacts, 'imports'> {
  const { language } = scan
  const texts = files.flatMap((path) => {
    const text = sourceText(path, scan)
    return text === undefined ? [] : [{ path, text }]
  })
  const first = (patterns: readonly RegExp[]) => {
    for (const { path, text } of texts) for (const found of matches(text, patterns)) return { ...found, path }
    return undefined
  }
  const listens = first(language.listens) ?? findCall(texts, language)
  const loops = first(language.loops)
  return {
    files,
    listens: listens && { path: listens.path, line: listens.line, fact: `listens: ${excerpt(listens.whole)}` },
    loops: loops && { path: loops.path, line: loops.line, fact: `keeps running: ${excerpt(loops.whole)}` },
    port: findPort(texts, language),
    health: findHealth(texts, scan),
    environment: findEnvironment(texts, language),
  }
}

/** A call with a usual name, in a file that imports what could make it accept connections. */
function findCall(texts: readonly SourceText[], { mayListen, imports }: SourceLanguage) {
  if (mayListen === undefined) return undefined
  for (const { path, text } of texts) {
    const [call] = matches(text, mayListen.calls)
    if (call === undefined) continue
    for (const { value } of matches(text, [imports])) if (mayListen.isServer(value)) return { ...call, path }
  }
  return undefined
}

interface SourceText {
  readonly path: string
  readonly text: string
}

/** Below the first protocols that people serve, a number next to the word is a count or a limit. */
const leastPort = 20

function findPort(texts: readonly SourceText[], language: SourceLanguage): Found<number> | undefined {
  for (const pattern of language.ports) {
    for (const { path, text } of texts) {
      for (const { value, line } of matches(text, [pattern])) {
        const port = asPort(value)
        if (port !== undefined && port >= leastPort && !foreignPorts.has(port)) return { value: port, path, line }
      }
    }
  }
  return undefined
}

/** What a language says of no frameworks' ways: a path is what is written. */
const plainRoutes: RouteSyntax = { scopes: [] }

function findHealth(texts: readonly SourceText[], { language, exists }: Scan): Found<string> | undefined {
  const fileOf = (module: string, from: string) => language.resolve(module, from).find(exists)
  return findHealthRoute({ texts, syntax: language.routes ?? plainRoutes, fileOf })
}

function findEnvironment(texts: readonly SourceText[], language: SourceLanguage): SourceFacts['environment'] {
  const found = new Map<string, SourceFacts['environment'][number]>()
  for (const { path, text } of texts) {
    for (const { pattern, isRequired } of language.environment) {
      for (const match of limited(text, pattern)) {
        const { name = '', fallback } = match.groups ?? {}
        const known = found.get(name)
        const value = known?.value ?? fallback
        const required = value === undefined && (isRequired(match) || known?.required === true)
        const place = known ?? { path, line: lineAt(text, match.index) }
        found.set(name, { name, required, ...(value === undefined ? {} : { value }), path: place.path, line: place.line })
      }
    }
  }
  return [...found.values()]
}

function* matches(text: string, patterns: readonly RegExp[]): Generator<{ value: string; whole: string; line: number; at: number }> {
  for (const pattern of patterns) {
    for (const match of limited(text, pattern))
      yield { value: match[1] ?? '', whole: match[0], line: lineAt(text, match.index), at: match.index }
  }
}

function* limited(text: string, pattern: RegExp): Generator<RegExpExecArray> {
  let left = matchesLimit
  for (const match of text.matchAll(pattern)) {
    if (left-- === 0) return
    yield match
  }
}

function excerpt(text: string): string {
  return printable(text.trim().replace(/\s{1,40}/g, ' ')).slice(0, 60)
}
