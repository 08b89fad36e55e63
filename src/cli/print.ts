// What commands print on standard output: one JSON document, columns, and colours where a person looks.
import { styleText } from 'node:util'

export function printDocument(document: object): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
}

/** Escape sequences that set colours stay, and a terminal obeys nothing else of what services, builds and repositories say. */
export function printable(text: string): string {
  return text.replace(controls, (found) => (sgr.test(found) && mayColour() ? found : ''))
}

function mayColour(): boolean {
  return process.stdout.isTTY && !process.env.NO_COLOR
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one
const sgr = /^\u001b\[[\d;]*m$/
/** CSI and OSC sequences as a whole, then every other control character but the tab; also what turns the direction of text. */
const controls =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
  /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[@-Z\\-_]?|[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g

/** Columns side by side, each as wide as its widest cell; the last one is not padded. */
export function table(rows: readonly (readonly string[])[], { indent = 0 }: { readonly indent?: number } = {}): string {
  const widths = rows.reduce<number[]>((widest, row) => row.map((cell, at) => Math.max(widest[at] ?? 0, cell.length)), [])
  const line = (row: readonly string[]) =>
    `${' '.repeat(indent)}${row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at]!))).join('  ')}`.trimEnd()
  return rows.map((row) => `${line(row)}\n`).join('')
}

const good = /\b(ok|live|unchanged|running|healthy|succeeded)\b/g
const bad = /\b(NOT OK|failed|rolled back|unhealthy|error)\b/g

/** Colours the words that say how it went; nothing where output is no terminal, or NO_COLOR is set. */
export function coloured(text: string): string {
  if (!mayColour()) return text
  return text
    .replace(bad, (word) => styleText('red', word, { stream: process.stdout }))
    .replace(good, (word) => styleText('green', word, { stream: process.stdout }))
}
