// Values with the places that say them, kept together until the end, so that a value and its reason can never disagree.

import { believed, bindingOf, guessBinding, type Source } from './precedence.ts'
import { asQuote } from './reading/lines.ts'
import type { Reader } from './reading/reader.ts'
import type { Because, Evidence, ReasonedValue } from './topology.ts'

export interface Said<T> {
  readonly value: T
  /** Its weight, where it has one, is how binding a guess is. */
  readonly evidence: Evidence
}

/** A value that was read at a place; the weight that the place has as a sign for a claim says nothing about the value. */
export function said<T>(value: T | undefined, evidence: Evidence | undefined): Said<T> | undefined {
  return value === undefined || evidence === undefined ? undefined : { value, evidence: placeOnly(evidence) }
}

/** A value that nobody states: what is usual for something that was seen at a place. */
export function usual<T>(value: T | undefined, evidence: Evidence | undefined, fact: string): Said<T> | undefined {
  if (value === undefined || evidence === undefined) return undefined
  return { value, evidence: { ...placeOnly(evidence), fact, weight: guessBinding.usual } }
}

function placeOnly({ path, line, fact }: Evidence): Evidence {
  return line === undefined ? { path, fact } : { path, line, fact }
}

/** What the most believed of several sources says, with how binding that is. */
export function decide<T>(sources: Partial<Record<Source, Said<T> | undefined>>): Said<T> | undefined {
  const found = believed(sources)
  if (found === undefined) return undefined
  const { source, value: { value, evidence } } = found // biome-ignore format: one reading
  const weight = source === 'guess' ? (evidence.weight ?? guessBinding.read) : bindingOf(source)
  return { value, evidence: { ...evidence, weight } }
}

type SaidValues = Readonly<Partial<Record<ReasonedValue, Said<unknown> | undefined>>>

/** Values as a spec has them, and their places as its `because` has them. */
export function apart<T extends SaidValues>(values: T): Apart<T> {
  const known = Object.entries(values).flatMap(([name, item]) => (item === undefined ? [] : [[name, item] as const]))
  const plain = Object.fromEntries(known.map(([name, { value }]) => [name, value]))
  const because: Because = Object.fromEntries(known.map(([name, { evidence }]) => [name, evidence]))
  return { ...plain, because } as Apart<T>
}

type ValueOf<S> = S extends Said<infer V> ? V : never

type Apart<T extends SaidValues> = { readonly [K in keyof T]?: ValueOf<T[K]> } & { readonly because: Because }

/** A line of a file in its own words. */
export function quoted(path: string, line: number, { text }: Pick<Reader, 'text'>): Evidence {
  return { path, line, fact: asQuote(text(path), line) ?? 'says so' }
}

interface DockerfileLine {
  readonly at: { readonly line: number } | undefined
  readonly read: Pick<Reader, 'text'>
}

/** What a line of a Dockerfile says. */
export function saidInDockerfile<T>(
  { path }: { readonly path: string },
  value: T | undefined,
  { at, read }: DockerfileLine,
): Said<T> | undefined {
  return at === undefined ? undefined : said(value, quoted(path, at.line, read))
}
