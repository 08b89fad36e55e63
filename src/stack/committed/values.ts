// The values of a committed file as they are compared: one form for what Compose lets be written in several, each value with its line.

import { asKyozoError } from '../../errors.ts'
import type { Located, LocatedMap } from '../../topology/compose/located.ts'
import { invalid, parseComposeYaml } from '../../topology/compose/parse.ts'
import { committedFile, committedLimitBytes } from './file.ts'

export type Path = readonly string[]

/** Throws `compose_invalid`, with lines, for what is no YAML of the accepted kind or too large. */
export function readValues(text: string): LocatedMap {
  const root = parseComposeYaml(committedFile, text.replace(/^\uFEFF/, ''))
  if (root.kind !== 'map') throw invalid([{ ...root.place, rule: 'schema', message: 'the file must be a map with `services`' }])
  return inOneForm(root, []) as LocatedMap
}

/** Whether a text could be read back from a commit. */
export function isReadable(text: string): boolean {
  return Buffer.byteLength(text) <= committedLimitBytes && valuesIn(text) !== undefined
}

/** Undefined for what cannot be read. */
export function valuesIn(text: string): LocatedMap | undefined {
  try {
    return readValues(text)
  } catch (error) {
    if (asKyozoError(error).code !== 'compose_invalid') throw error
    return undefined
  }
}

function inOneForm(node: Located, path: Path): Located {
  if (node.merge !== undefined)
    throw invalid([{ ...node.place, rule: 'yaml_tag', message: 'YAML tags are not allowed; write the value without one' }])
  const form = formOf(path)
  if (form === 'variables') return asVariables(node)
  if (form === 'dependencies' && node.kind === 'list') return asDependencies(node)
  if (node.kind === 'map')
    return { ...node, entries: new Map([...node.entries].map(([key, value]) => [key, inOneForm(value, [...path, key])])) }
  return node.kind === 'list' ? { ...node, items: node.items.map((item, at) => inOneForm(item, [...path, String(at)])) } : node
}

function formOf([top, , key, inner, ...rest]: Path): 'variables' | 'dependencies' | undefined {
  if (top !== 'services' || key === undefined || rest.length > 0) return undefined
  if (inner === undefined && (key === 'environment' || key === 'labels')) return 'variables'
  if (key === 'build' && inner === 'args') return 'variables'
  return key === 'depends_on' && inner === undefined ? 'dependencies' : undefined
}

/** `[A=1]` and `{A: 1}` are the same, and every value is a text. */
function asVariables(node: Located): Located {
  if (node.kind === 'scalar') return node
  const pairs = node.kind === 'map' ? [...node.entries] : node.items.map(splitPair)
  return {
    kind: 'map',
    place: node.place,
    entries: new Map(pairs.map(([name, value]) => [name, value.kind === 'scalar' && value.value !== null ? asText(value) : value])),
  }
}

function splitPair(item: Located): [string, Located] {
  if (item.kind !== 'scalar') return ['', item]
  const text = String(item.value)
  const at = text.indexOf('=')
  const value = at < 0 ? null : text.slice(at + 1)
  return [at < 0 ? text : text.slice(0, at), { kind: 'scalar', value, source: value ?? '', place: item.place }]
}

function asText(node: Extract<Located, { kind: 'scalar' }>): Located {
  return { ...node, value: typeof node.value === 'string' ? node.value : node.source }
}

function asDependencies(node: Extract<Located, { kind: 'list' }>): Located {
  const started = (place: Located['place']): Located => ({
    kind: 'map',
    place,
    entries: new Map([['condition', { kind: 'scalar', value: 'service_started', source: 'service_started', place }]]),
  })
  const names = node.items.map((item) => [item.kind === 'scalar' ? String(item.value) : '', started(item.place)] as const)
  return { kind: 'map', place: node.place, entries: new Map(names) }
}

/** As plain data; maps are Maps, so that no key can be the prototype of anything. */
export function plain(node: Located): unknown {
  switch (node.kind) {
    case 'scalar':
      return typeof node.value === 'bigint' && Number.isSafeInteger(Number(node.value)) ? Number(node.value) : node.value
    case 'list':
      return node.items.map(plain)
    case 'map':
      return new Map([...node.entries].map(([key, value]) => [key, plain(value)]))
  }
}

/** The same as JSON has it. */
export function asJson(node: Located): unknown {
  switch (node.kind) {
    case 'scalar':
      return typeof node.value === 'bigint' ? Number(node.value) : node.value
    case 'list':
      return node.items.map(asJson)
    case 'map':
      return Object.fromEntries([...node.entries].map(([key, value]) => [key, asJson(value)]))
  }
}

export function isSame(one: Located | undefined, other: Located | undefined): boolean {
  if (one === undefined || other === undefined) return one === other
  return spelled(one) === spelled(other)
}

/** Two values are the same when they are spelled so here, whatever the order of their keys. */
function spelled(node: Located): string {
  switch (node.kind) {
    case 'scalar':
      return typeof node.value === 'bigint' ? String(node.value) : JSON.stringify(node.value)
    case 'list':
      return `[${node.items.map(spelled).join(',')}]`
    case 'map':
      return `{${[...node.entries]
        .map(([key, value]) => `${JSON.stringify(key)}:${spelled(value)}`)
        .sort()
        .join(',')}}`
  }
}
