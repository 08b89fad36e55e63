// Which routers and functions a call is handed, across files.
import { limited } from './expressions.ts'
import type { Binding, RouteContext, RouteText, Scope } from './program.ts'

/** A router or function. */
export interface Handed {
  readonly file: string
  /** What it may be called; none for anything of the file. */
  readonly names: readonly string[]
}

/** Whether a scope is handed a router or a function. */
export function mentions(scope: Scope, node: Handed, context: RouteContext): boolean {
  const bound = context.syntax.bindings === undefined ? undefined : bindingsOf(scope, context)
  for (const { chain, module } of scope.handed) {
    const parts = chain.split(/\.|::/)
    if (module !== undefined && context.fileOf(module, scope.path) === node.file) return true
    if (scope.path === node.file ? parts.length === 1 && node.names.includes(chain) : isBound(parts, bound, { node, context })) return true
  }
  return false
}

/** Names among arguments: `health`, `health.router`, `routes::health`, `require('./health')`. */
const argument =
  /(?<![\w$.:"'`/-])([\w$]{1,60}(?:(?:\.|::)[\w$]{1,60}){0,6})(?=\s{0,4}[,)(\]]|\s{0,20}$)(?:\(\s{0,4}\(?\s{0,4}["'`]([\w./-]{1,120})["'`])?/g

/** Characters of a call in which arguments are looked for. */
const argumentsReach = 2000

/** What a call is handed itself, not what functions in it do. */
export function handedTo(inside: string): Scope['handed'] {
  const [direct = ''] = inside.slice(0, argumentsReach).split(/\bfunc\s{0,4}\(|=>|\bfunction\b|\bdo\b/, 1)
  return limited(direct, argument).map(([, chain = '', module]) => ({ chain, module }))
}

/** Whether a name of one file is a router of another. */
function isBound(parts: readonly string[], bound: ReadonlyMap<string, Binding> | undefined, { node, context }: { node: Handed; context: RouteContext }): boolean {
  if (bound === undefined) return node.names.some((name) => parts.includes(name))
  const [first = '', second] = parts
  const binding = bound.get(first)
  const wanted = second ?? binding?.name ?? first
  if (binding?.file === node.file) return node.names.length === 0 || node.names.includes(wanted) || !isDefined(wanted, node.file, context)
  const between = context.texts.find(({ path }) => path === binding?.file)
  const again = between === undefined ? undefined : bindingsOf(between, context).get(wanted)
  return again !== undefined && again.file === node.file
} // biome-ignore format: one choice

function isDefined(name: string, file: string, { routers, texts, syntax }: RouteContext): boolean {
  const text = texts.find(({ path }) => path === file)?.text ?? ''
  if (routers.some((router) => router.path === file && router.name === name)) return true
  return (syntax.applications ?? []).some((pattern) => limited(text, pattern).some(({ groups }) => groups?.name === name))
}

/** The names that a file's imports bind. */
export function bindingsOf(file: RouteText, context: RouteContext): ReadonlyMap<string, Binding> {
  const known = context.bindings.get(file.path)
  if (known !== undefined) return known
  const imports = (context.syntax.bindings ?? []).flatMap((pattern) => limited(file.text, pattern))
  const bound = new Map(imports.flatMap(({ groups }) => namesOf(groups?.names ?? '', groups?.module ?? '', { file, context })))
  context.bindings.set(file.path, bound)
  return bound
}

const boundName = /^[\s{(]{0,20}(?:(\*)\s{0,4}as\s{1,4})?([\w$]{1,60})(?:\s{1,4}as\s{1,4}([\w$]{1,60})|\s{0,4}:\s{0,4}([\w$]{1,60}))?/

function namesOf(
  names: string,
  module: string,
  { file, context }: { readonly file: RouteText; readonly context: RouteContext },
): [string, Binding][] {
  const { imported } = context.syntax
  const isWhole = !/[{(]/.test(names)
  return names.split(',').slice(0, 60).flatMap((part): [string, Binding][] => {
    const [, star, name, alias, renamed] = boundName.exec(part) ?? []
    if (name === undefined) return []
    const from = context.fileOf(imported?.(module, name) ?? module, file.path)
    return [[alias ?? renamed ?? name, { name: (isWhole || star !== undefined) && imported === undefined ? 'default' : name, file: from }]]
  }) // biome-ignore format: a chain
}
