// The folders of a repository as a tree: what each one is, services and others alike.
import { compare } from '../claim.ts'
import { ancestorsOf, baseName, parentOf, printable } from '../paths.ts'
import type { ServiceSpec, Topology } from '../topology.ts'
import { dependencyWords, kindWords, reasonWords, sureWords } from './words.ts'

export function printTree(topology: Topology): string {
  const said = new Map<string, string[]>()
  const say = (path: string, words: string) => said.set(path, [...(said.get(path) ?? []), words])
  for (const service of topology.services) say(service.path, serviceWords(service))
  for (const { path, role, evidence } of topology.folders) say(path, `${role.replace('_', ' ')}: ${reasonWords(evidence)}`)
  const children = childrenOf(said.keys())
  const rows = [...rowsFor('.', said.get('.')), ...rowsBelow('.', { said, children, prefix: '' })]
  const width = Math.max(...rows.map(({ name }) => name.length))
  return `${rows.map(({ name, words }) => `${name.padEnd(width)}  ${words}`.trimEnd()).join('\n')}\n`
}

function serviceWords({ name, path, port, dependsOn, confidence, ...service }: ServiceSpec): string {
  const called = name === baseName(path) ? '' : `${name}: `
  const at = port === undefined ? '' : ` :${port}`
  const needs = dependsOn.length === 0 ? '' : ` → ${dependsOn.map(dependencyWords).join(', ')}`
  return `${called}${kindWords(service)}${at}${needs} (${sureWords(confidence)} sure)`
}

/** Every folder on the way to one that something is said of, below its parent. */
function childrenOf(paths: Iterable<string>): ReadonlyMap<string, readonly string[]> {
  const all = new Set([...paths].flatMap((path) => [path, ...ancestorsOf(path)]))
  all.delete('.')
  return Map.groupBy([...all].sort(compare), parentOf)
}

interface Branch {
  readonly said: ReadonlyMap<string, readonly string[]>
  readonly children: ReadonlyMap<string, readonly string[]>
  readonly prefix: string
}

interface TreeRow {
  readonly name: string
  readonly words: string
}

function rowsBelow(path: string, { said, children, prefix }: Branch): TreeRow[] {
  const below = children.get(path) ?? []
  return below.flatMap((child, index) => {
    const isLast = index === below.length - 1
    const inner = `${prefix}${isLast ? '   ' : '│  '}`
    const name = `${prefix}${isLast ? '└─ ' : '├─ '}${printable(baseName(child))}`
    return [...rowsFor(name, said.get(child), inner), ...rowsBelow(child, { said, children, prefix: inner })]
  })
}

/** A folder with several things to say has a row for each, the name on the first. */
function rowsFor(name: string, sentences: readonly string[] = [], indent = ''): TreeRow[] {
  const [first = '', ...others] = sentences
  return [{ name, words: first }, ...others.map((words) => ({ name: indent, words }))]
}
