// Env files as Compose reads them: `NAME=value` or `NAME: value`, comments, single quotes (literal), double quotes (escapes, variables) and values of
// several lines. With `format: raw` nothing but the first `=` means anything.
import { type Interpolation, interpolate } from './interpolate.ts'

/** Characters of all values of one file together: a value that names itself twice on every line doubles with each. */
const valuesLimit = 1024 ** 2

export interface EnvEntry {
  readonly name: string
  readonly value: string
  readonly line: number
}

export interface EnvFile {
  readonly entries: readonly EnvEntry[]
  readonly problems: readonly { readonly message: string; readonly line: number }[]
  /** Variables that a value refers to: every one, and those without a value. */
  readonly names: readonly string[]
  readonly missing: readonly { readonly name: string; readonly line: number }[]
}

/** `lookup` gives the variables' values; names that stand earlier in the file come first. */
export function parseEnvFile(text: string, options: { isRaw: boolean; lookup: (name: string) => string | undefined }): EnvFile {
  const result = {
    entries: [] as EnvEntry[],
    problems: [] as { message: string; line: number }[],
    names: [] as string[],
    missing: [] as { name: string; line: number }[],
  }
  const own = new Map<string, string>()
  const lookup = (name: string) => own.get(name) ?? options.lookup(name)
  const source = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n')
  let line = 1
  let length = 0
  for (let at = 0; at < source.length; ) {
    const start = line
    const parsed = options.isRaw ? readRawLine(source, at) : readEntry(source, at)
    line += newlinesIn(source, at, parsed.end)
    at = parsed.end
    if (parsed.problem !== undefined) result.problems.push({ message: parsed.problem, line: start })
    if (parsed.name === undefined) continue
    const filled = parsed.isLiteral ? literal(parsed.value) : interpolate(parsed.value ?? `\${${parsed.name}-}`, lookup)
    if (filled.problem !== undefined) result.problems.push({ message: filled.problem, line: start })
    result.names.push(...filled.names)
    result.missing.push(...filled.missing.map(({ name }) => ({ name, line: start })))
    if (parsed.value === undefined && filled.value === '') continue
    length += filled.value.length
    if (length > valuesLimit) {
      result.problems.push({ message: 'the values are larger than 1 MiB together', line: start })
      break
    }
    own.set(parsed.name, filled.value)
    result.entries.push({ name: parsed.name, value: filled.value, line: start })
  }
  return result
}

function literal(value = ''): Interpolation {
  return { value, names: [], missing: [] }
}

interface Parsed {
  readonly end: number
  readonly name?: string
  readonly value?: string
  readonly isLiteral?: boolean
  readonly problem?: string
}

const namePattern = /[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*([=:]?)[ \t]*/y

function readEntry(source: string, at: number): Parsed {
  const end = lineEnd(source, at)
  const whole = source.slice(at, end).trim()
  if (whole === '' || whole.startsWith('#')) return { end: end + 1 }
  namePattern.lastIndex = at
  const head = namePattern.exec(source)
  // What it says is not quoted: it may be a secret that lost its name.
  if (head === null) return { end: end + 1, problem: 'the line is not `NAME=value`' }
  const start = namePattern.lastIndex
  const name = head[1]!
  if (head[2] === '') return { end: end + 1, ...(start < end ? { problem: 'the line is not `NAME=value`' } : { name }) }
  const quote = source[start]
  if (start < end && (quote === '"' || quote === "'")) return { name, ...readQuoted(source, start, quote) }
  const value = source.slice(start, Math.max(start, end))
  const comment = value.search(/(?:^|[ \t])#/)
  return { end: end + 1, name, value: (comment < 0 ? value : value.slice(0, comment)).trim() }
}

function readQuoted(source: string, start: number, quote: string): Omit<Parsed, 'name'> {
  let close = start + 1
  while (close < source.length && source[close] !== quote) close += source[close] === '\\' ? 2 : 1
  if (close >= source.length) return { end: source.length, problem: 'a quote is not closed' }
  const end = lineEnd(source, close)
  const rest = source.slice(close + 1, end).trim()
  const problem = rest === '' || rest.startsWith('#') ? {} : { problem: 'something stands after the closing quote' }
  const inner = source.slice(start + 1, close)
  if (quote === "'") return { end: end + 1, value: inner.replaceAll("\\'", "'"), isLiteral: true, ...problem }
  return { end: end + 1, value: withoutEscapes(inner), ...problem }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', $: '$$' }

/** An escaped dollar sign becomes a doubled one, which the filling in takes for a literal one. */
function withoutEscapes(text: string): string {
  return text.replaceAll(/\\(.)/gs, (whole, char: string) => (Object.hasOwn(escapes, char) ? escapes[char]! : whole))
}

function readRawLine(source: string, at: number): Parsed {
  const end = lineEnd(source, at)
  const whole = source.slice(at, end)
  if (whole.trim() === '' || whole.trimStart().startsWith('#')) return { end: end + 1 }
  const equals = whole.indexOf('=')
  if (equals < 1) return { end: end + 1, problem: 'the line is not `NAME=value`' }
  return { end: end + 1, name: whole.slice(0, equals).trim(), value: whole.slice(equals + 1), isLiteral: true }
}

function lineEnd(source: string, at: number): number {
  const end = source.indexOf('\n', at)
  return end < 0 ? source.length : end
}

function newlinesIn(source: string, from: number, to: number): number {
  let count = 0
  for (let at = source.indexOf('\n', from); at >= 0 && at < to; at = source.indexOf('\n', at + 1)) count++
  return count
}
