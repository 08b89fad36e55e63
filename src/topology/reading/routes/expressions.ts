// What a path is written as: a string, or a name that a string is kept under.
import { matchesLimit } from '../../limits.ts'
import type { RouteText } from './program.ts'
import { joinRoutes } from './syntax.ts'

/** What an expression says of a path; nothing written is no path, and what nobody states is undefined. */
export type PathReader = (written: string | undefined) => string | undefined

/** Names that are looked up in one program; more are unknown. */
const constantsLimit = 40

export function pathReader(texts: readonly RouteText[]): PathReader {
  const known = new Map<string, string | undefined>()
  const constant = (name: string) => {
    if (!known.has(name) && known.size < constantsLimit) known.set(name, constantNamed(name, texts))
    return known.get(name)
  }
  return (written) => (written === undefined ? '/' : routeOf(written, constant))
}

function routeOf(written: string, constant: (name: string) => string | undefined): string | undefined {
  const plain = written.trim()
  const symbol = /^:(\w{1,60})$/.exec(plain)?.[1]
  if (symbol !== undefined) return joinRoutes(symbol)
  const literal = /^[fr$]?(["'`])(.{0,120})\1$/s.exec(plain)?.[2]
  if (literal === undefined) return constant(plain)
  let isKnown = true
  const filled = literal.replace(/\$?\{\s{0,4}([\w.]{1,80})\s{0,4}\}/g, (_, name: string) => {
    const value = constant(name)
    isKnown &&= value !== undefined
    return value ?? ''
  })
  return isKnown ? joinRoutes(filled) : undefined
}

/** A name of which every definition says the same. */
function constantNamed(chain: string, texts: readonly RouteText[]): string | undefined {
  const name = /([A-Za-z_$]\w{0,60})$/.exec(chain)?.[1]
  if (name === undefined || !/^[\w.:$]{1,80}$/.test(chain)) return undefined
  const pattern = new RegExp(`(?<![\\w.])${escaped(name)}\\s{0,4}(?::\\s{0,4}[\\w&' ]{1,30}?)?\\s{0,4}:?[=:]\\s{0,4}["'\`]([\\w/.-]{0,80})["'\`]`, 'g')
  const found = new Set(texts.flatMap(({ text }) => limited(text, pattern).map(([, value = '']) => value)))
  const [only] = found
  return found.size === 1 ? joinRoutes(only) : undefined
} // biome-ignore format: one pattern

/** A name as a part of a pattern. */
export function escaped(name: string): string {
  return name.replaceAll('$', '\\$')
}

/** Every match up to the limit. */
export function limited(text: string, pattern: RegExp): RegExpExecArray[] {
  const found: RegExpExecArray[] = []
  for (const match of text.matchAll(pattern)) {
    if (found.push(match) === matchesLimit) break
  }
  return found
}
