// Where a program of the JVM answers whether it is well.
import { printable } from '../../paths.ts'
import { belowPath } from '../../reading/source-signs.ts'
import { type Said, said } from '../../reasons.ts'
import type { Folder, Repository } from '../../repository.ts'
import type { Evidence, HealthSpec } from '../../topology.ts'
import type { JavaBuild } from './build.ts'
import type { Setting } from './flat.ts'
import { javaHealth } from './frameworks.ts'
import { playHealth } from './play.ts'
import { defaultOf, type Settings } from './settings.ts'

/** A health endpoint that a dependency brings, below the paths that the configuration puts in front. */
export function broughtHealth({ dependencies }: JavaBuild, settings: Settings): Said<HealthSpec> | undefined {
  const row = javaHealth.find(({ packages }) => packages.some((name) => dependencies.has(name)))
  if (row === undefined) return undefined
  const isPath = (value: string | undefined) => value?.startsWith('/') === true && value.length < 100
  const front = row.baseKeys.flatMap((key) => settings.get(key) ?? []).find(({ value }) => isPath(defaultOf(value)))
  const base = defaultOf(front?.value)
  const move = settings.get('management.endpoints.web.base-path')
  const moved = move?.value
  const path = row.path.startsWith('/actuator') && moved?.startsWith('/') ? `${moved.replace(/\/$/, '')}/health` : row.path
  const port = Number(defaultOf(settings.get('management.server.port')?.value))
  const isApart = Number.isInteger(port) && port > 0 && port <= 65_535
  const health = { kind: 'http' as const, path: isApart ? path : `${(base ?? '').replace(/\/$/, '')}${path}`, ...(isApart ? { port } : {}) }
  const setting = path !== row.path ? move : isApart ? settings.get('management.server.port') : front
  const dependency = row.packages.map((name) => dependencies.get(name)).find((evidence) => evidence !== undefined)
  return said(health, setting === undefined ? dependency && { ...dependency, fact: 'brings it' } : placeOfSetting(setting))
}

/** A route of Play, below what its configuration puts before all. */
export function playRoute({ dependencies }: JavaBuild, settings: Settings, { folder, repository }: { readonly folder: Folder; readonly repository: Repository }): Said<HealthSpec> | undefined {
  if (![...dependencies.keys()].some((name) => /^plugin:(?:Play|org\.gradle\.playframework)/.test(name))) return undefined
  return belowPath(basePathOf(settings), playHealth(folder, repository))
} // biome-ignore format: one choice

/** What the configuration puts before every path of its own. */
export function basePathOf(settings: Settings): string | undefined {
  const stated = [
    ...new Set(javaHealth.flatMap(({ baseKeys }) => baseKeys)),
    'spring.mvc.servlet.path',
    'play.http.context',
    'ktor.deployment.rootPath',
    'quarkus.rest.path',
  ]
    .filter((key) => key !== 'endpoints.all.path')
    .map((key) => defaultOf(settings.get(key)?.value))
  const paths = stated.filter((value) => value !== undefined && /^\/[\w/.-]{1,100}$/.test(value))
  return paths.length === 0 ? undefined : paths.join('')
}

export function placeOfSetting({ key, path, line }: Setting): Evidence {
  return { path, line, fact: `states ${printable(key)}` }
}
