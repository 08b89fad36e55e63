// What a file says about a program, kept with the line that says it, so that the line can be named as the reason.
import { stringAt } from '../reading/data.ts'
import { asQuote, lineAt } from '../reading/lines.ts'
import { type YamlFile, yamlLine } from '../reading/yaml.ts'
import { quoted, type Said, said } from '../reasons.ts'
import type { TextFile } from './manifest.ts'

/** What the first group of a pattern finds in a file. */
export function statedIn(file: TextFile | undefined, pattern: RegExp): Said<string> | undefined {
  const match = file === undefined ? null : pattern.exec(file.text)
  const value = match?.[1]
  if (file === undefined || match === null || value === undefined || value === '') return undefined
  return statedAt(file, match.index + match[0].lastIndexOf(value), value)
}

/** A value that stands at a place in a file. */
export function statedAt<T>({ path, text }: TextFile, offset: number, value: T): Said<T> {
  const line = lineAt(text, offset)
  return { value, evidence: { path, line, fact: asQuote(text, line) ?? 'says so' } }
}

/** The text that stands under a key of a YAML file. */
export function statedUnder(file: TextFile & { readonly yaml: YamlFile }, key: readonly string[]): Said<string> | undefined {
  const line = yamlLine(file.yaml, key)
  const place = { path: file.path, fact: key.join('.') }
  return said(stringAt(file.yaml.data, ...key), line === undefined ? place : quoted(file.path, line, { text: () => file.text }))
}

/** The same place with what its value means; nothing where it means nothing. */
export function readAs<S, T>(stated: Said<S> | undefined, read: (value: S) => T | undefined): Said<T> | undefined {
  return stated === undefined ? undefined : said(read(stated.value), stated.evidence)
}
