// The route that answers whether a program is well, with its whole path.
import { matchesLimit } from '../limits.ts'
import { lineAt } from './lines.ts'
import type { RoutePlace, RouteProgram, RouteText } from './routes/program.ts'
import { joinRoutes } from './routes/syntax.ts'
import { readWholePaths, type WholePaths } from './routes/whole-path.ts'

/** Route names of health endpoints, best first: a liveness route says more about the process than one that pings its neighbours. */
export const healthRoutes = [
  'healthz', 'livez', 'health', 'live', 'liveness', 'healthcheck', 'health-check', 'health_check', 'healthchecks', '_health', '_healthz', '_healthcheck', 'alive', 'isalive', 'heartbeat',
  'readyz', 'ready', 'readiness', 'ping', '_ping', 'status', 'up',
] // biome-ignore format: a list

const names = healthRoutes.join('|')

const healthPattern = new RegExp(`["'\`](?:GET )?(/(?:[\\w-]{1,40}/){0,3}(?:${names})/?)["'\`]`, 'g')

/** Django writes routes without the slash in front. */
const djangoHealthPattern = new RegExp(`\\bpath\\(\\s{0,4}r?["']((?:[\\w-]{1,40}/){0,3}(?:${names})/?)["']`, 'g')

/** Code that is sent to browsers. */
const browserFolders = /(?:^|\/)(?:components|mixins|composables|hooks|stores|browser|frontend|client)\//

/** What stands before a route that is called or compared, and not answered. */
const asksForRoute =
  /(?:\b(?:startsWith|endsWith|includes|indexOf|fetch|axios|navigate|push|redirect\w{0,10}|HasPrefix|HasSuffix)\s{0,4}\(\s{0,4}|\baxios\.\w{1,10}\s{0,4}\(\s{0,4}|\b(?:href|src|to)\s{0,2}=\s{0,2}\{?)$/

/** What stands before a path that a request's whole path is compared with. */
const compares = /(?:[=!]==?|\bcase|\bwhen)\s{0,4}$/

/** What follows a path that is the key of an object: a server's table of routes. */
const isKey = /^["'`]\s{0,4}\]?\s{0,4}:\s/

export interface HealthRoute {
  readonly value: string
  readonly path: string
  readonly line: number
}

/** Routes that are looked at. */
const candidatesLimit = 60

export function findHealthRoute(program: RouteProgram): HealthRoute | undefined {
  const texts = program.texts.filter(({ path }) => !browserFolders.test(path))
  const written = texts.flatMap((file) => writtenRoutes(file))
  const bare = texts.flatMap((file) => bareRoutes(file, program))
  if (written.length === 0 && bare.length === 0) return undefined
  const paths = readWholePaths(program)
  const found = [
    ...written.slice(0, candidatesLimit).flatMap((one) => wholeOfWritten(one, paths)),
    ...bare.slice(0, candidatesLimit).flatMap((one) => (isOfScope(one, paths) ? [] : wholeOf(one, paths))),
  ]
  return found
    .filter(({ value }) => rank(value) >= 0)
    .sort((a, b) => rank(a.value) - rank(b.value) || a.value.length - b.value.length)
    .at(0)
}

interface Written extends RoutePlace {
  readonly route: string
}

function writtenRoutes(file: RouteText): Written[] {
  return [healthPattern, djangoHealthPattern].flatMap((pattern) =>
    first(file.text, pattern)
      .filter(({ index }) => !asksForRoute.test(file.text.slice(Math.max(0, index - 40), index)))
      .map(({ 1: route = '', index }) => ({ ...file, at: index, route })),
  )
}

/** Routes that are written without the slash, or that answer at the very path that is put before them. */
function bareRoutes(file: RouteText, { syntax }: RouteProgram): Written[] {
  return (syntax.routes ?? []).flatMap((pattern) =>
    first(file.text, pattern).map(({ index, groups, 0: whole }) => {
      const route = groups?.path ?? ''
      return { ...file, at: index + (route === '' ? whole.length - 1 : whole.lastIndexOf(route) - 1), route }
    }),
  )
}

/** Whether a route is only what a scope puts in front. */
function isOfScope({ path, at }: Written, { scopes }: WholePaths): boolean {
  return scopes.some((scope) => scope.path === path && scope.begin <= at && at < scope.at)
}

/** A route's whole path; one that is put before what lies elsewhere is answered there. */
function wholeOfWritten(written: Written, paths: WholePaths): HealthRoute[] {
  const { text, at, route, path } = written
  if (compares.test(text.slice(Math.max(0, at - 12), at)) || isKey.test(text.slice(at + 1 + route.length, at + route.length + 12)))
    return [asFound(route, written)]
  const scope = paths.scopes.find((one) => one.path === path && Math.abs(one.prefixAt - at) <= 1)
  if (scope === undefined) return wholeOf(written, paths)
  if (scope.end === text.length || paths.handsOver(scope)) return []
  return wholeOf({ ...written, at: scope.begin }, paths).map((found) => ({ ...found, line: lineAt(text, at) }))
}

function wholeOf(written: Written, paths: WholePaths): HealthRoute[] {
  const whole = paths.of(written.route, written)
  return whole === undefined ? [] : [asFound(written.route.endsWith('/') && written.route !== '/' ? `${whole}/` : whole, written)]
}

function asFound(route: string, { text, path, at }: RoutePlace): HealthRoute {
  return { value: route.startsWith('/') ? route : (joinRoutes(route) ?? route), path, line: lineAt(text, at) }
}

function rank(route: string): number {
  return healthRoutes.indexOf(route.replace(/\/$/, '').split('/').at(-1)?.toLowerCase() ?? '')
}

function first(text: string, pattern: RegExp): RegExpExecArray[] {
  const found: RegExpExecArray[] = []
  for (const match of text.matchAll(pattern)) if (found.push(match) === matchesLimit) break
  return found
}
