// Text to a located tree. Only what every reader of YAML understands the same way is accepted: one document, no tags, no duplicate keys, and a
// warning of the parser is an error.
import { type Alias, isAlias, isMap, isPair, isScalar, isSeq, LineCounter, type Pair, parseAllDocuments, type Scalar, visit } from 'yaml'
import { KyozoError } from '../../errors.ts'
import { yamlDepthLimit, yamlNodesLimit, yamlProblemsLimit } from './limits.ts'
import { type Located, type Place, pointerTo } from './located.ts'
import type { ComposeRule } from './model.ts'
import { findYamlRefusal } from './yaml-bounds.ts'

/** Throws `compose_invalid` with every problem's line and column. */
export function parseComposeYaml(file: string, text: string): Located {
  const lines = new LineCounter()
  const fail = (rule: ComposeRule, offset: number, message: string) => invalid([{ file, ...positionAt(lines, offset), rule, message }])
  const source = text.replace(/^\uFEFF/, '')
  const refusal = findYamlRefusal(source)
  if (refusal !== undefined) {
    countLines(lines, source)
    throw fail(refusal.rule, refusal.offset, refusal.message)
  }
  // Duplicate keys are looked for below: the parser's own search takes seconds for a map of 20,000 keys.
  const documents = parseAllDocuments(source, {
    lineCounter: lines, uniqueKeys: false, strict: true, merge: true, version: '1.2', intAsBigInt: true, prettyErrors: false, logLevel: 'silent',
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
  return new TreeBuilder(file, lines, aliasTargets(document)).build(document.contents)
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

class TreeBuilder {
  private nodes = 0
  private readonly file: string
  private readonly lines: LineCounter
  private readonly targets: ReadonlyMap<Alias, YamlNode>

  constructor(file: string, lines: LineCounter, targets: ReadonlyMap<Alias, YamlNode>) {
    this.file = file
    this.lines = lines
    this.targets = targets
  }

  build(contents: YamlNode): Located {
    return this.convert(contents, { file: this.file, pointer: '', line: 1, column: 1 }, 0)
  }

  private convert(node: YamlNode, place: Place, depth: number): Located {
    if (++this.nodes > yamlNodesLimit)
      throw this.fail('yaml_limits', place, `the file expands to more than ${yamlNodesLimit} keys and values`)
    if (depth > yamlDepthLimit) throw this.fail('yaml_limits', place, `the file nests deeper than ${yamlDepthLimit} levels`)
    if (isAlias(node)) {
      const target = this.targets.get(node)
      if (target === undefined) throw this.fail('yaml', place, `no anchor &${node.source} stands before its alias`)
      return this.convert(target, place, depth + 1)
    }
    if (isMap(node)) return { kind: 'map', entries: this.entries(node.items, place, depth), place }
    if (isSeq(node)) {
      const items = node.items.map((item, index) =>
        this.convert(item, this.placeOf(item, pointerTo(place.pointer, index), place), depth + 1),
      )
      return { kind: 'list', items, place }
    }
    if (isScalar(node)) return { kind: 'scalar', value: scalarValue(node), source: node.source ?? '', place }
    if (node === null || node === undefined) return { kind: 'scalar', value: null, source: '', place }
    throw this.fail('yaml', place, 'a map stands where a value is expected')
  }

  private entries(pairs: readonly Pair<YamlNode, YamlNode>[], place: Place, depth: number): Map<string, Located> {
    const own = new Map<string, Located>()
    const merged = new Map<string, Located>()
    const keys = new Set<string>()
    for (const pair of pairs) {
      const at = this.placeOf(pair.key, place.pointer, place)
      if (!isPair(pair) || !isScalar(pair.key)) throw this.fail('yaml', at, 'a key must be a plain word')
      const key = pair.key.source ?? ''
      if (keys.has(key)) throw this.fail('yaml', at, `the key ${JSON.stringify(key)} stands twice in one map; remove one of them`)
      keys.add(key)
      if (key === '<<' && pair.key.type === 'PLAIN') this.merge(pair.value, { into: merged, place, at, depth })
      else own.set(key, this.convert(pair.value, { ...at, pointer: pointerTo(place.pointer, key) }, depth + 1))
    }
    for (const [key, value] of merged) if (!own.has(key)) own.set(key, value)
    return own
  }

  /** The first of several merged maps wins, and the map's own keys win over all. */
  private merge(value: YamlNode, target: { into: Map<string, Located>; place: Place; at: Place; depth: number }): void {
    const source = isAlias(value) ? this.targets.get(value) : value
    const sources = isSeq(source) ? source.items : [source]
    for (const item of sources) {
      const map = isAlias(item) ? this.targets.get(item) : item
      if (!isMap(map)) throw this.fail('yaml', target.at, '`<<` merges maps only')
      const converted = this.convert(map, target.place, target.depth + 1)
      if (converted.kind !== 'map') continue
      for (const [key, node] of converted.entries) if (!target.into.has(key)) target.into.set(key, node)
    }
  }

  private placeOf(node: YamlNode, pointer: string, fallback: Place): Place {
    const start = (node as { range?: readonly [number, number, number] | null } | null)?.range?.[0]
    return { ...(start === undefined ? fallback : positionAt(this.lines, start)), file: this.file, pointer }
  }

  private fail(rule: ComposeRule, { line, column }: Place, message: string): KyozoError {
    return invalid([{ file: this.file, line, column, rule, message }])
  }
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
