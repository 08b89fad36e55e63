// deno.json and deno.jsonc, which may hold comments and trailing commas in both.
import { perRepository } from '../memo.ts'
import { joinPath } from '../paths.ts'
import { type Data, isData } from '../reading/data.ts'
import { jsonLines } from '../reading/lines.ts'
import type { Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'

export interface DenoConfig {
  readonly data: Data
  readonly at: (key: string, fact: string) => Evidence
}

/** Beyond this a configuration is generated or hostile. */
const textLimit = 65_536

export const readDenoConfig = perRepository((folder: string, repository: Repository): DenoConfig | undefined => {
  for (const name of ['deno.json', 'deno.jsonc']) {
    const path = joinPath(folder, name)
    if (!repository.tree.entries.has(path)) continue
    const text = repository.read.text(path)
    const plain = text === undefined || text.length > textLimit ? undefined : withoutComments(text)
    const data = plain === undefined ? undefined : parse(plain)
    if (data === undefined || plain === undefined) {
      if (text !== undefined) repository.warn(`${path} is not valid JSON with comments; it is passed over.`)
      return undefined
    }
    let lines: ReadonlyMap<string, number> | undefined
    return {
      data,
      at: (key, fact) => {
        lines ??= jsonLines(plain)
        const line = lines.get(key)
        return line === undefined ? { path, fact } : { path, line, fact }
      },
    }
  }
  return undefined
})

function parse(text: string): Data | undefined {
  try {
    const data: unknown = JSON.parse(text)
    return isData(data) ? data : undefined
  } catch {
    return undefined
  }
}

/** The same text with comments and trailing commas as spaces, so that every line keeps its number. One pass. */
export function withoutComments(text: string): string {
  const kept: string[] = []
  let comma = -1
  for (let at = 0; at < text.length; ) {
    const end = endOfToken(text, at)
    const token = text.slice(at, end)
    if (token.startsWith('//') || token.startsWith('/*')) kept.push(token.replace(/[^\n]/g, ' '))
    else {
      if ((token === '}' || token === ']') && comma >= 0) kept[comma] = ' '
      if (token === ',') comma = kept.length
      else if (!/^\s/.test(token)) comma = -1
      kept.push(token)
    }
    at = end
  }
  return kept.join('')
}

function endOfToken(text: string, at: number): number {
  if (text.startsWith('//', at)) return orEnd(text.indexOf('\n', at), text)
  if (text.startsWith('/*', at)) return orEnd(text.indexOf('*/', at + 2), text, 2)
  if (text[at] !== '"') return at + 1
  for (let end = at + 1; end < text.length; end++) {
    if (text[end] === '\\') end++
    else if (text[end] === '"') return end + 1
  }
  return text.length
}

function orEnd(found: number, text: string, length = 0): number {
  return found < 0 ? text.length : found + length
}
