// A dotenv file: names and values, quoted or not.
import { unreadable } from './unreadable.ts'

const linePattern = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/

/** Values in single quotes are literal; in double quotes `\n`, `\r`, `\t`, `\"`, `\\` and `\$` are read. Nothing is expanded. */
export function parseDotenv(text: string, file: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!.trim()
    if (line === '' || line.startsWith('#')) continue
    const [, name, start] = linePattern.exec(line) ?? []
    if (name === undefined || start === undefined) throw unreadable(file, `holds no NAME=value on line ${at + 1}`, 'correct the line')
    const quote = start[0]
    if (quote !== '"' && quote !== "'") {
      values.set(name, start.replace(/\s+#.*$/, ''))
      continue
    }
    let quoted = start.slice(1)
    const began = at
    while (closing(quoted, quote) < 0) {
      const next = lines[++at]
      if (next === undefined) throw unreadable(file, `does not close the quotes of line ${began + 1}`, 'close them')
      quoted += `\n${next}`
    }
    const value = quoted.slice(0, closing(quoted, quote))
    values.set(name, quote === "'" ? value : readEscapes(value))
  }
  return values
}

function closing(text: string, quote: string): number {
  for (let at = 0; at < text.length; at++) {
    if (quote === '"' && text[at] === '\\') at++
    else if (text[at] === quote) return at
  }
  return -1
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }

function readEscapes(text: string): string {
  return text.replace(/\\(.)/gs, (_, sign: string) => escapes[sign] ?? sign)
}
