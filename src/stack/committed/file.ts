// compose.kyozo.yaml as a file of the repository: its name, and the line in it by which kyozo finds again what it had generated.
import { createHash } from 'node:crypto'
import { sha256 } from '../canonical.ts'

export const committedFile = 'compose.kyozo.yaml'

/** A larger one could not be read back: contents of a commit are read up to this size. */
export const committedLimitBytes = 256 * 1024

const markWords = 'What you change in this file stays. By this line kyozo tells its own words from yours: generated'
const markLine = /^# .*: generated ([0-9a-f]{32})[ \t]*\r?$/m

/** A generated document with its mark, below the comment at its head. */
export function withMark(document: string): string {
  const end = document.search(/^(?!#)/m)
  const line = `# ${markWords} ${sha256(document).slice(0, 32)}\n`
  return document.slice(0, end) + line + document.slice(end)
}

/** What a file says that it was generated as; undefined for one that kyozo did not write. */
export function markOf(text: string): string | undefined {
  return markLine.exec(text)?.[1]
}

export function isMark(line: string): boolean {
  return markLine.test(line)
}

/** The text as if it had no mark. Lines may end in either way. */
export function withoutMark(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(new RegExp(`${markLine.source}\n?`, 'm'), '')
}

/** Whether nobody has changed it since a kyozo generated it, this one or another. */
export function isUntouched(text: string): boolean {
  const mark = markOf(text)
  return mark !== undefined && sha256(withoutMark(text)).startsWith(mark)
}

/** By what the file is remembered: its mark, or what it holds where it has none. */
export function keyOf(text: string): string {
  return markOf(text) ?? sha256(text).slice(0, 32)
}

/** The id that Git gives the text as a file. */
export function blobIdOf(text: string): string {
  const content = Buffer.from(text, 'utf8')
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex')
}
