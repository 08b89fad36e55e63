// Build scripts that are programs (Gradle, sbt, Clojure): read by what they usually look like, with bounded patterns on bounded text.
import { sourceScanLimit } from '../limits.ts'
import { lineAt } from '../reading/lines.ts'
import type { Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'

/** Matches taken from one pattern in one script. */
const matchesLimit = 400

export interface Script {
  readonly path: string
  /** Without comments; every line keeps its number. */
  readonly text: string
}

export function readScript(path: string, repository: Repository, comments: 'slashes' | 'semicolons' = 'slashes'): Script | undefined {
  if (!repository.tree.entries.has(path)) return undefined
  const text = repository.read.text(path)?.slice(0, sourceScanLimit)
  if (text === undefined) return undefined
  return { path, text: comments === 'slashes' ? withoutComments(text) : text.replace(/^[^"\n;]{0,200};.{0,500}$/gm, '') }
}

export interface Found {
  readonly groups: readonly (string | undefined)[]
  readonly offset: number
}

export function allMatches(text: string, pattern: RegExp): Found[] {
  const found: Found[] = []
  for (const match of text.matchAll(pattern)) {
    found.push({ groups: match.slice(1), offset: match.index })
    if (found.length === matchesLimit) break
  }
  return found
}

export function evidenceAt({ path, text }: Script, offset: number, fact: string): Evidence {
  return { path, line: lineAt(text, offset), fact }
}

/** The insides of the blocks that begin with a word, such as `subprojects {`. */
export function blocksOf(text: string, word: RegExp): { readonly start: number; readonly end: number }[] {
  return allMatches(text, word)
    .slice(0, 10)
    .map(({ offset }) => {
      const start = text.indexOf('{', offset)
      return { start: start < 0 ? text.length : start + 1, end: endOfBlock(text, start) }
    })
}

function endOfBlock(text: string, start: number): number {
  let depth = 0
  for (let at = start; at >= 0 && at < text.length; at++) {
    if (text[at] === '{') depth++
    else if (text[at] === '}' && --depth === 0) return at
  }
  return text.length
}

/** One pass that knows strings, so that `"https://…"` stays. */
function withoutComments(text: string): string {
  const kept: string[] = []
  let from = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '"' || char === "'") at = endOfString(text, at)
    else if (char === '/' && (text[at + 1] === '/' || text[at + 1] === '*')) {
      const isBlock = text[at + 1] === '*'
      const found = text.indexOf(isBlock ? '*/' : '\n', at + 2)
      const end = found < 0 ? text.length : found + (isBlock ? 2 : 0)
      kept.push(text.slice(from, at), text.slice(at, end).replace(/[^\n]/g, ''))
      from = end
      at = end - 1
    }
  }
  return [...kept, text.slice(from)].join('')
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === text[start] || text[at] === '\n') return at
  }
  return text.length
}
