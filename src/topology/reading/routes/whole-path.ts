// The path under which a route is reached: what routers, scopes and the application put in front of it. Where a program puts something in
// front of some routes, one whose place in it is not understood has no path that could be told.

import { escaped, limited, type PathReader, pathReader } from './expressions.ts'
import { endOfScope } from './extent.ts'
import { functionAt } from './functions.ts'
import { bindingsOf, type Handed, handedTo, mentions } from './handed-over.ts'
import type { RouteContext, RoutePlace, RouteProgram, Router, RouteText, Scope } from './program.ts'
import { firstArgument, joinRoutes, type RouteScope } from './syntax.ts'

export interface WholePaths {
  readonly scopes: readonly Scope[]
  /** The whole path of a route at a place, or undefined when it cannot be told. */
  readonly of: (route: string, place: RoutePlace) => string | undefined
  /** Whether a scope is handed something of another scanned file. */
  readonly handsOver: (scope: Scope) => boolean
}

export function readWholePaths(program: RouteProgram): WholePaths {
  const { texts, syntax } = program
  const read = pathReader(texts)
  const scopes = texts.flatMap((file) => scopesOf(file, program, read))
  const isUnsure = scopes.length > scopesLimit || texts.some(({ text }) => syntax.unsure?.test(text) === true)
  const front = globalOf(program, read)
  const routers = texts.flatMap((file) => routersOf(file, program, read))
  const isPlain =
    !isUnsure &&
    scopes.every(({ prefix }) => prefix === '/') &&
    routers.every(({ prefix }) => prefix === '/') &&
    !texts.some(({ path }) => syntax.files?.some((one) => one.path.test(path)))
  const context: RouteContext = { ...program, scopes, routers, bindings: new Map(), calls: new Map(), budget: { left: placesLimit } }
  return {
    scopes,
    of(route, place) {
      if (isUnsure) return undefined
      const inner = isPlain ? joinRoutes(route) : joinRoutes(prefixAt(place, context, 0), route)
      return inner !== undefined &&
        front.except.some((pattern) => pattern === inner || (pattern.endsWith('*') && inner.startsWith(pattern.slice(0, -1))))
        ? inner
        : joinRoutes(front.prefix, inner)
    },
    handsOver: (scope) => texts.some((file) => file.path !== scope.path && mentions(scope, { file: file.path, names: [] }, context)),
  }
}

/** Scopes of one program; with more of them nothing is told. */
const scopesLimit = 300

/** Places that are asked for one program. */
const placesLimit = 400

function scopesOf(file: RouteText, { syntax }: RouteProgram, read: PathReader): Scope[] {
  return syntax.scopes.flatMap(({ opens, path = firstArgument, reaches, isRooted }: RouteScope) =>
    limited(file.text, opens).flatMap((match) => {
      const at = match.index + match[0].length
      const end = endOfScope(file.text, at, reaches)
      const inside = file.text.slice(at, end)
      if (/\b(?:express\.static|serveStatic|StaticFiles|ServeDir|FileServer)\b/.test(inside.slice(0, 300))) return []
      const argument = path.exec(inside.slice(0, 2000))
      const own = match.groups?.prefix
      const written = own ?? argument?.[1]
      const prefixAt =
        own === undefined
          ? at + (argument?.index ?? 0) + (argument?.[0].indexOf(written ?? '') ?? 0)
          : match.index + match[0].lastIndexOf(own)
      return [
        {
          ...file,
          begin: match.index,
          at,
          end,
          prefix: read(named(written, match.groups?.controller)),
          prefixAt,
          parent: match.groups?.parent,
          handed: handedTo(inside),
          isRooted: isRooted === true,
        },
      ]
    }),
  )
}

/** ASP.NET writes a controller's name as a token. */
function named(written: string | undefined, controller: string | undefined): string | undefined {
  return controller === undefined ? written : written?.replace('[controller]', controller.replace(/Controller$/, ''))
}

function routersOf(file: RouteText, { syntax }: RouteProgram, read: PathReader): Router[] {
  return (syntax.routers ?? []).flatMap((pattern) =>
    limited(file.text, pattern).map(({ index, groups }) => ({
      ...file,
      at: index,
      name: groups?.name ?? '',
      parent: groups?.parent,
      prefix: read(groups?.prefix),
    })),
  )
}

function globalOf(
  { texts, syntax: { global } }: RouteProgram,
  read: PathReader,
): { prefix: string | undefined; except: readonly string[] } {
  for (const { text } of global === undefined ? [] : texts) {
    const match = global?.exec(text)
    if (!match) continue
    const except = [...(match.groups?.except ?? '').matchAll(/["'`]([\w/-]{0,80})((?:\{\/)?(?:\(\.\*\)|\*)\w{0,20}\}?)?["'`]/g)].map(
      // What may follow: `health/(.*)`, `health*`, `health{/*path}`.
      ([, path = '', rest]) => `${path === '' ? '/' : (joinRoutes(path) ?? '')}${rest === undefined ? '' : '*'}`,
    )
    return { prefix: read(match.groups?.prefix), except }
  }
  return { prefix: '/', except: [] }
}

/** What is put before a route that is written at a place. */
function prefixAt(place: RoutePlace, context: RouteContext, depth: number, given?: string): string | undefined {
  if (depth > 6 || context.budget.left-- <= 0) return undefined
  const around = context.scopes
    .filter(({ path, at, end }) => path === place.path && at <= place.at && place.at < end)
    .sort((a, b) => a.at - b.at)
  const front = context.syntax.files?.find(({ path }) => path.test(place.path))?.prefix
  const inside = joinRoutes(front ?? '', ...around.map(({ prefix }) => prefix))
  const [outermost] = around
  // Annotations and blocks stand below nothing but the application; ASP.NET's are whole when they begin with a slash.
  if (/\[Http\w{1,10}\s{0,4}\(\s{0,4}$/.test(place.text.slice(Math.max(0, place.at - 40), place.at)) && place.text[place.at + 1] === '/')
    return '/'
  if (context.syntax.isRooted === true || outermost?.isRooted === true || isAnnotated(place, context)) return inside
  const owner = outermost === undefined ? (given ?? ownerAt(place, context)) : (outermost.parent ?? declaredAt(place.text, outermost.begin))
  return joinRoutes(prefixOfOwner(owner, { ...place, at: outermost?.begin ?? place.at }, context, depth), inside) // biome-ignore format: one call
}

/** Whether a path is written in an annotation that no router is named in. */
function isAnnotated({ text, at }: RoutePlace, { syntax }: RouteContext): boolean {
  return syntax.handler === undefined && /(?:@|\[)[A-Z]\w{1,40}\s{0,4}\(\s{0,4}$/.test(text.slice(Math.max(0, at - 60), at))
}

/** What a route is added to: the name before the call, else what the whole chain is kept in; or the handler that stands behind the path. */
function ownerAt({ text, at }: RoutePlace, { syntax }: RouteContext): string | undefined {
  const before = text.slice(Math.max(0, at - 120), at)
  if (syntax.handler !== undefined && /#\[[\w:]{1,40}\($/.test(before)) return syntax.handler.exec(text.slice(at, at + 600))?.groups?.name
  const receiver = /(?:^|[^\w)\]])(?:[\w$]{1,60}\.){0,4}?([\w$]{1,60})\.[\w$]{1,40}\s{0,4}(?:<[^<>]{0,60}>)?\(\s{0,20}(?:[^()\n]{0,60},\s{0,4})?$/.exec(before)?.[1]
  return receiver ?? declaredAt(text, at)
} // biome-ignore format: one pattern

/** The variable that a statement fills, else the function that it stands in. */
function declaredAt(text: string, at: number): string | undefined {
  const statement = text.slice(Math.max(0, at - 4000), at).split(';').at(-1) ?? ''
  const declared = limited(statement, /\b(?:let(?:\s{1,4}mut)?|const|var|val)\s{1,4}([\w$]{1,60})|^[ \t]{0,20}([\w$]{1,60})\s{0,4}:?=[^=]/gm).at(-1)
  const home = functionAt(text, at)
  if (declared === undefined || (home !== undefined && home.at > Math.max(0, at - statement.length) + declared.index)) return home?.name
  return declared[1] ?? declared[2]
} // biome-ignore format: one pattern

/** What is put before everything that an owner answers. */
function prefixOfOwner(owner: string | undefined, place: RoutePlace, context: RouteContext, depth: number): string | undefined {
  if (owner === undefined) return undefined
  const home = functionAt(place.text, place.at)
  if (home?.parameters.includes(owner) === true) return prefixOfFunction(home.name, place, context, depth)
  const router = routerNamed(owner, place, context)
  if (router?.parent !== undefined) return joinRoutes(prefixAt(router, context, depth + 1, router.parent), router.prefix)
  const own = router?.prefix ?? (router === undefined ? '' : undefined)
  const names = [owner, ...(home?.name === undefined || mainFunctions.has(home.name) ? [] : [home.name])]
  const given = prefixOfGiven({ file: place.path, names }, context, depth)
  if (given !== undefined) return joinRoutes(given.prefix, own)
  return isApplication(owner, place.path, context) ? joinRoutes(own) : joinRoutes(prefixOfFunction(home?.name, place, context, depth), own)
}

function routerNamed(owner: string, { path, at }: RoutePlace, { routers }: RouteContext): Router | undefined {
  const named = routers.filter((router) => router.path === path && router.name === owner)
  return named.findLast((router) => router.at <= at) ?? named[0]
}

function isApplication(owner: string, file: string, { syntax, texts }: RouteContext): boolean {
  const places = syntax.bindings === undefined ? texts : texts.filter(({ path }) => path === file)
  return (syntax.applications ?? []).some((pattern) =>
    places.some(({ text }) => limited(text, pattern).some(({ groups }) => groups?.name === owner)),
  )
}

/** What is put before a router or function by whoever it is handed to; undefined when nobody is. */
function prefixOfGiven(node: Handed, context: RouteContext, depth: number): { prefix: string | undefined } | undefined {
  const [innermost] = context.scopes.filter((scope) => mentions(scope, node, context)).sort((a, b) => a.end - a.at - (b.end - b.at))
  if (innermost === undefined) return undefined
  const before = prefixAt({ ...innermost, at: innermost.begin }, context, depth + 1, innermost.parent)
  return { prefix: joinRoutes(before, innermost.prefix) }
}

/** A function that adds its routes to what it is given: it is handed over itself, or called, as in `registerRoutes(api)`. */
function prefixOfFunction(name: string | undefined, { path }: RoutePlace, context: RouteContext, depth: number): string | undefined {
  const given = prefixOfGiven({ file: path, names: name === undefined ? [] : [name] }, context, depth)
  if (given !== undefined) return given.prefix
  return prefixOfCalls(name, path, context, depth)
}

function prefixOfCalls(name: string | undefined, path: string, context: RouteContext, depth: number): string | undefined {
  const key = `${path}\0${name}`
  if (context.calls.has(key)) return context.calls.get(key)
  context.calls.set(key, undefined)
  const found = callPrefix(name, path, context, depth)
  context.calls.set(key, found)
  return found
}

function callPrefix(name: string | undefined, path: string, context: RouteContext, depth: number): string | undefined {
  for (const file of context.texts) {
    const locals = context.syntax.bindings === undefined ? [] : [...bindingsOf(file, context)].flatMap(([local, bound]) => (bound.file === path ? [local] : []))
    const names = [...new Set([...(name === undefined ? [] : [name]), ...(file.path === path ? [] : locals)])].slice(0, 6)
    const inline = limited(file.text, /\b(?:require|import)\s{0,4}\(\s{0,4}["']([\w./-]{1,120})["']\s{0,4}\)(?:\.\w{1,40})?\s{0,4}\(\s{0,4}(\w{1,60})\s{0,4}[,)]/g).find(([, module = '']) => context.fileOf(module, file.path) === path)
    if (inline !== undefined) return prefixAt({ ...file, at: inline.index }, context, depth + 1, inline[2])
    for (const one of names) {
      const pattern = new RegExp(`(?<!\\b(?:func|function|fn|def)\\s{1,4})(?<![\\w$])${escaped(one)}\\s{0,4}\\(\\s{0,4}&?(?:mut )?(?:\\w{1,40}\\.){0,3}(\\w{1,60})\\s{0,4}[,)]`, 'g')
      for (const match of limited(file.text, pattern)) {
        const prefix = prefixAt({ ...file, at: match.index }, context, depth + 1, match[1])
        if (prefix !== undefined) return prefix
      }
    }
  }
  return undefined
} // biome-ignore format: one pattern

const mainFunctions = new Set(['main', 'bootstrap', 'start', 'run'])
