// Text to a located tree. Only what every reader of YAML understands the same way is accepted: one document, no tags but Compose's own two, no
// duplicate keys, and a warning of the parser is an error.
import {
  type Alias,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseAllDocuments,
  type Scalar,
  visit,
} from 'yaml'
import { KyozoError } from '../../errors.ts'
import { yamlDepthLimit, yamlNodesLimit, yamlProblemsLimit } from './limits.ts'
import { type Located, type Place, pointerTo } from './located.ts'
import type { ComposeRule } from './model.ts'
import { findYamlRefusal } from './yaml-bounds.ts'

/** Throws `compose_invalid` with every problem's line and column. What `!reset` and `!override` tag says so in `merge`. */
export function parseComposeYaml(file: string, text: string): Located {
  const lines = new LineCounter()
  const fail = (rule: ComposeRule, offset: number, message: string) => invalid([{ file, ...positionAt(lines, offset), rule, message }])
  const source = text.replace(/^\uFEFF/, '')
  const refusal = findYamlRefusal(source, mergeTags)
  if (refusal !== undefined) {
    countLines(lines, source)
    throw fail(refusal.rule, refusal.offset, refusal.message)
  }
  // Duplicate keys are looked for below: the parser's own search takes seconds for a map of 20,000 keys.
  const documents = parseAllDocuments(source, {
    lineCounter: lines, uniqueKeys: false, strict: true, merge: true, version: '1.2', intAsBigInt: true, prettyErrors: false, logLevel: 'silent',
    customTags,
  }) // biome-ignore format: one option list
  const [document, second] = Array.isArray(documents) ? documents : []
  if (document === undefined) throw fail('schema', 0, 'the file is empty; list the services under `services`')
  if (second !== undefined) throw fail('yaml', second.range[0], 'the file holds more than one document; keep only one')
  const problems = [...document.errors, ...document.warnings]
  if (problems.length > 0)
    throw invalid(
      problems
        .slice(0, yamlProblemsLimit)
        .map(({ message, pos }) => ({ file, ...positionAt(lines, pos[0]), rule: 'yaml', message: oneLine(message) })),
    )
  const building = { file, lines, targets: aliasTargets(document), nodes: 0 }
  return convert(building, document.contents, { place: { file, pointer: '', line: 1, column: 1 }, depth: 0 })
}

interface Problem {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly rule: ComposeRule
  readonly message: string
}

/** A file that cannot be read at all, as opposed to one that may not be deployed. */
export function invalid(problems: readonly Problem[]): KyozoError {
  const text = problems.map(({ file, line, column, rule, message }) => `${file}:${line}:${column} ${message} (rule ${rule})`)
  return new KyozoError('compose_invalid', text.join('\n'), { hint: 'correct the file at the line and column given and push again' })
}

function positionAt(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(line, 1), column: Math.max(col, 1) }
}

function countLines(lines: LineCounter, text: string): void {
  lines.addNewLine(0)
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1)
}

function oneLine(message: string): string {
  return message.replaceAll(/\s+/g, ' ').slice(0, 300)
}

type YamlNode = unknown

/** Which node each alias means: the latest one before it with that anchor. */
function aliasTargets(document: Parameters<typeof visit>[0]): ReadonlyMap<Alias, YamlNode> {
  const anchors = new Map<string, YamlNode>()
  const targets = new Map<Alias, YamlNode>()
  visit(document, {
    Alias: (_, alias) => {
      targets.set(alias, anchors.get(alias.source))
    },
    Value: (_, node) => {
      if (node.anchor !== undefined) anchors.set(node.anchor, node)
    },
  })
  return targets
}

interface Building {
  readonly file: string
  readonly lines: LineCounter
  readonly targets: ReadonlyMap<Alias, YamlNode>
  /** How many keys and values there are so far, aliases counted as often as they are used. */
  nodes: number
}

const mergeTags = ['!reset', '!override']

/** Without a rule of its own a tag would make every value a string, and a warning. */
const unchanged = <T>(value: T): T => value
const customTags = mergeTags.flatMap((tag) => [
  { tag, collection: 'map' as const, resolve: unchanged },
  { tag, collection: 'seq' as const, resolve: unchanged },
  { tag, resolve: (text: string) => (/^(?:null|~)?$/i.test(text) ? null : text) },
])

function convert(building: Building, node: YamlNode, standing: { place: Place; depth: number }): Located {
  const tag = isNode(node) ? node.tag : undefined
  const { place } = standing
  if (tag === '!reset') return { kind: 'scalar', value: null, source: '', place, merge: 'reset' }
  return tag === '!override' ? { ...convertValue(building, node, standing), merge: 'override' } : convertValue(building, node, standing)
}

function convertValue(building: Building, node: YamlNode, { place, depth }: { place: Place; depth: number }): Located {
  const fail = (rule: ComposeRule, message: string) => failAt(place, rule, message)
  if (++building.nodes > yamlNodesLimit) throw fail('yaml_limits', `the file expands to more than ${yamlNodesLimit} keys and values`)
  if (depth > yamlDepthLimit) throw fail('yaml_limits', `the file nests deeper than ${yamlDepthLimit} levels`)
  if (isAlias(node)) {
    const target = building.targets.get(node)
    if (target === undefined) throw failAt(placeOf(building, node, place), 'yaml', `no anchor &${node.source} stands before its alias`)
    return convert(building, target, { place, depth: depth + 1 })
  }
  if (isMap(node)) return { kind: 'map', entries: convertEntries(building, node.items, { place, depth }), place }
  if (isSeq(node)) {
    const items = node.items.map((item, index) => {
      const at = placeOf(building, item, { ...place, pointer: pointerTo(place.pointer, index) })
      return convert(building, item, { place: at, depth: depth + 1 })
    })
    return { kind: 'list', items, place }
  }
  if (isScalar(node)) return { kind: 'scalar', value: scalarValue(node), source: node.source ?? '', place }
  if (node === null || node === undefined) return { kind: 'scalar', value: null, source: '', place }
  throw fail('yaml', 'a map stands where a value is expected')
}

type Standing = { readonly place: Place; readonly depth: number }

/** A map's own keys win over merged ones. */
function convertEntries(building: Building, pairs: readonly Pair<YamlNode, YamlNode>[], { place, depth }: Standing): Map<string, Located> {
  const own = new Map<string, Located>()
  const merged = new Map<string, Located>()
  const keys = new Set<string>()
  for (const pair of pairs) {
    const at = placeOf(building, pair.key, place)
    if (!isPair(pair) || !isScalar(pair.key)) throw failAt(at, 'yaml', 'a key must be a plain word')
    const key = typeof pair.key.value === 'string' ? pair.key.value : (pair.key.source ?? '')
    if (keys.has(key)) throw failAt(at, 'yaml', `the key ${JSON.stringify(key)} stands twice in one map; remove one of them`)
    keys.add(key)
    if (key === '<<' && pair.key.type === 'PLAIN') addMissing(merged, mergedEntries(building, pair.value, { place, at, depth }))
    else own.set(key, convert(building, pair.value, { place: { ...at, pointer: pointerTo(place.pointer, key) }, depth: depth + 1 }))
  }
  addMissing(own, merged)
  return own
}

function addMissing(target: Map<string, Located>, source: ReadonlyMap<string, Located>): void {
  for (const [key, value] of source) if (!target.has(key)) target.set(key, value)
}

/** The entries of the map, or maps, after `<<`; the first of several wins. */
function mergedEntries(building: Building, value: YamlNode, { place, at, depth }: Standing & { at: Place }): Map<string, Located> {
  const merged = new Map<string, Located>()
  const source = isAlias(value) ? building.targets.get(value) : value
  for (const item of isSeq(source) ? source.items : [source]) {
    const map = isAlias(item) ? building.targets.get(item) : item
    const converted = isMap(map) ? convert(building, map, { place, depth: depth + 1 }) : undefined
    if (converted?.kind !== 'map') throw failAt(at, 'yaml', '`<<` merges maps only')
    addMissing(merged, converted.entries)
  }
  return merged
}

/** Where a node begins, or the given place when the parser does not say; pointer and file are the given ones. */
function placeOf({ lines }: Building, node: YamlNode, place: Place): Place {
  const start = (node as { range?: readonly [number, number, number] | null } | null)?.range?.[0]
  return start === undefined ? place : { ...place, ...positionAt(lines, start) }
}

function failAt({ file, line, column }: Place, rule: ComposeRule, message: string): KyozoError {
  return invalid([{ file, line, column, rule, message }])
}

/** Compose reads `0777` and `1_000` in plain style as numbers, although YAML 1.2 does not. */
function scalarValue(node: Scalar): string | number | bigint | boolean | null {
  const source = node.source ?? ''
  if (node.type === 'PLAIN' && /^0[0-7]+$/.test(source)) return BigInt(`0o${source}`)
  if (node.type === 'PLAIN' && /^[1-9][0-9]*(?:_[0-9]+)+$/.test(source)) return BigInt(source.replaceAll('_', ''))
  const { value } = node
  if (value === null || ['string', 'number', 'bigint', 'boolean'].includes(typeof value)) return value as string
  return source
}
