// Where a fact stands: lines count from 1.
import { printable } from '../paths.ts'

/** The first line that contains the words, from a line on. */
export function lineOf(text: string, words: string, fromLine = 1): number | undefined {
  let start = 0
  for (let line = 1; line < fromLine; line++) {
    const end = text.indexOf('\n', start)
    if (end < 0) return undefined
    start = end + 1
  }
  const at = text.indexOf(words, start)
  return at < 0 ? undefined : lineAt(text, at)
}

export function lineAt(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++
  return line
}

/** The lines of a JSON object's keys down to the third level, by path such as `scripts/start`. One pass; the text is known to be JSON. */
export function jsonLines(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>()
  // The keys of the objects and lists that are open around the place, the root's empty one first.
  const open: string[] = []
  let line = 1
  let key = ''
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '\n':
        line++
        break
      case '"': {
        const end = endOfString(text, at)
        key = text.slice(at + 1, end)
        at = end
        break
      }
      case ':':
        if (open.length <= 3) noteLine(lines, [...open.slice(1), key].join('/'), line)
        break
      case '{':
      case '[':
        open.push(open.length === 0 ? '' : key)
        break
      case '}':
      case ']':
        open.pop()
        break
    }
  }
  return lines
}

function noteLine(lines: Map<string, number>, key: string, line: number): void {
  if (!lines.has(key)) lines.set(key, line)
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at
  }
  return text.length
}

/** Characters of a line that are quoted. */
const quoteLimit = 80

/** A line's own words, without what is around them. */
export function asQuote(text: string | undefined, line: number): string | undefined {
  let start = 0
  for (let at = 1; at < line && text !== undefined; at++) {
    start = text.indexOf('\n', start) + 1
    if (start === 0) return undefined
  }
  const end = text?.indexOf('\n', start) ?? -1
  const words = text?.slice(start, Math.min(end < 0 ? text.length : end, start + 400)).trim().replace(/\s{1,40}/g, ' ') // biome-ignore format: one chain
  return words === undefined || words === '' ? undefined : printable(words).slice(0, quoteLimit)
}
