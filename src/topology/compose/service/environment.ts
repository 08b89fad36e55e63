// `environment` and `env_file`: explicit values only. A name without a value would take kyozo's own.
import { closedMap, refuseShape } from '../apply-policy.ts'
import { parseEnvFile } from '../env-file.ts'
import { contentOf, pathInside, whyNot } from '../files.ts'
import { environmentLimits } from '../limits.ts'
import type { Located, LocatedMap, LocatedScalar, Place } from '../located.ts'
import { refuse, refuseMissing, type Scope, variableOf } from '../scope.ts'
import { flagOf, pairsOf, textOf } from '../values.ts'
import { shown } from '../wording.ts'

const namePattern = /^[A-Za-z_][A-Za-z0-9_.-]*$/

export function readEnvironment(scope: Scope, node: Located): Record<string, string> {
  const { given, rest } = splitGiven(scope, node)
  const held = new Map<string, string>(given.map((name) => [name, '']))
  for (const { name, value, place } of pairsOf(scope, rest)) {
    if (!namePattern.test(name)) {
      refuse(scope, place, { rule: 'schema', message: `${shown(name)} is not a name for a variable: letters, digits and \`_\` only` })
      continue
    }
    if (value === null) scope.seen.variables.add(name)
    const explicit = value ?? variableOf(scope, name)
    if (explicit === undefined) refuseMissing(scope, place, { name })
    else held.set(name, explicit)
  }
  const environment = Object.fromEntries(held)
  checkSize(scope, node.place, environment)
  return environment
}

/** Variables that the file leaves open under their own names, and that a secret fills when the service is started: empty until then. */
function splitGiven(scope: Scope, node: Located): { readonly given: readonly string[]; readonly rest: Located } {
  const isGiven = (name: string, value: string | null) =>
    scope.secrets?.has(name) === true && variableOf(scope, name) === undefined && (value === null || openVariable.exec(value)?.[1] === name)
  if (node.kind === 'map') {
    const given = [...node.entries].filter(([name, value]) => value.kind === 'scalar' && isGiven(name, textIn(value))).map(([name]) => name)
    const entries = new Map([...node.entries].filter(([name]) => !given.includes(name)))
    return { given, rest: { ...node, entries } }
  }
  if (node.kind !== 'list') return { given: [], rest: node }
  const nameIn = (item: Located) => {
    const text = item.kind === 'scalar' ? (textIn(item) ?? '') : ''
    const at = text.indexOf('=')
    const name = at < 0 ? text : text.slice(0, at)
    return isGiven(name, at < 0 ? null : text.slice(at + 1)) ? name : undefined
  }
  return {
    given: node.items.flatMap((item) => nameIn(item) ?? []),
    rest: { ...node, items: node.items.filter((item) => nameIn(item) === undefined) },
  }
}

/** `$NAME`, `${NAME}` and `${NAME:?message}` whole. */
const openVariable = /^\$\{?([A-Za-z_][A-Za-z0-9_]*)(?:\}|:?\?[^{}]*\})?$/

function textIn({ value }: LocatedScalar): string | null {
  return value === null ? null : String(value)
}

function checkSize(scope: Scope, place: Place, environment: Readonly<Record<string, string>>): void {
  const pairs = Object.entries(environment)
  const bytes = pairs.reduce((sum, [name, value]) => sum + name.length + Buffer.byteLength(value), 0)
  if (pairs.length <= environmentLimits.count && bytes <= environmentLimits.bytes) return
  const limit = `${environmentLimits.count} variables and ${environmentLimits.bytes / 1024} KiB`
  refuse(scope, place, { rule: 'limit', message: `the environment is larger than ${limit}; put large values into files` })
}

/** The variables of all env files, later files winning. */
export function readEnvFiles(scope: Scope, node: Located): Record<string, string> {
  const items = node.kind === 'list' ? node.items : [node]
  return Object.assign({}, ...items.map((item) => readEnvFile(scope, item))) as Record<string, string>
}

interface EnvFileReference {
  readonly path: string
  readonly isRequired: boolean
  readonly isRaw: boolean
}

function readEnvFile(scope: Scope, node: Located): Record<string, string> {
  const reference = node.kind === 'map' ? longReference(scope, node) : shortReference(scope, node)
  if (reference === undefined) return {}
  const path = pathInside(scope, node.place, { path: reference.path, rule: 'env_file', what: 'the env file' })
  if (path === undefined) return {}
  const content = contentOf(scope, path)
  if (content.kind === 'missing' && !reference.isRequired) return {}
  if (content.kind !== 'text') {
    const why = whyNot(content)
    const fix = 'commit it without secrets, or write the values under `environment`'
    if (why !== undefined) refuse(scope, node.place, { rule: 'env_file', message: `the env file ${shown(path)} ${why}; ${fix}` })
    return {}
  }
  return entriesOf(scope, node, { path, text: content.text, isRaw: reference.isRaw })
}

function shortReference(scope: Scope, node: Located): EnvFileReference | undefined {
  const path = textOf(scope, node)
  return path === undefined ? undefined : { path, isRequired: true, isRaw: false }
}

function longReference(scope: Scope, node: LocatedMap): EnvFileReference | undefined {
  const keys = closedMap(scope, node, { what: 'an env file', keys: ['path', 'required', 'format'] })
  const pathNode = keys?.get('path')
  const path = pathNode && textOf(scope, pathNode)
  if (keys === undefined || path === undefined) return refuseShape(scope, node.place, 'an env file needs a `path`')
  const required = keys.get('required')
  const format = keys.get('format')
  const formatText = format && textOf(scope, format)
  if (format && formatText !== 'raw') refuse(scope, format.place, { rule: 'schema', message: '`format` may only be `raw`' })
  return { path, isRequired: (required && flagOf(scope, required)) ?? true, isRaw: formatText === 'raw' }
}

function entriesOf(scope: Scope, node: Located, file: { path: string; text: string; isRaw: boolean }): Record<string, string> {
  const { entries, problems, names, missing } = parseEnvFile(file.text, { isRaw: file.isRaw, lookup: (name) => variableOf(scope, name) })
  for (const name of names) scope.seen.variables.add(name)
  const at = (line: number): Place => ({ file: file.path, pointer: '', line, column: 1 })
  for (const { message, line } of problems) refuse(scope, at(line), { rule: 'env_file', message: `${message}; correct the line` })
  for (const { name, line } of missing)
    refuseMissing(scope, at(line), { name, message: 'write the value in single quotes if its `$` is meant literally' })
  const environment = Object.fromEntries(entries.map(({ name, value }) => [name, value]))
  checkSize(scope, node.place, environment)
  return environment
}
