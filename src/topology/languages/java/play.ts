// Play's routes: a file of lines, each with a method, a path and what answers it.
import { joinPath } from '../../paths.ts'
import { healthRoutes } from '../../reading/health-route.ts'
import { lineAt } from '../../reading/lines.ts'
import { type Said, said } from '../../reasons.ts'
import type { Folder, Repository } from '../../repository.ts'
import type { HealthSpec } from '../../topology.ts'

const route = new RegExp(`^GET[ \\t]{1,20}(/(?:[\\w-]{1,40}/){0,4}(?:${healthRoutes.join('|')})/?)[ \\t]`, 'm')

/** The health route of a Play application; the path that the configuration puts in front comes on top. */
export function playHealth(folder: Folder, repository: Repository): Said<HealthSpec> | undefined {
  const main = joinPath(folder.path, 'conf/routes')
  const text = textOf(main, repository)
  if (text === undefined) return undefined
  const own = routeIn(main, '', repository)
  if (own !== undefined) return own
  for (const [, prefix = '', name = ''] of [...text.matchAll(/^->[ \t]{1,20}(\/[\w/-]{0,80})[ \t]{1,20}([\w.]{1,60})\.Routes\b/gm)].slice(0, 20)) {
    const found = routeIn(joinPath(folder.path, `conf/${name}.routes`), prefix.replace(/\/$/, ''), repository)
    if (found !== undefined) return found
  }
  return undefined
} // biome-ignore format: one pattern

function routeIn(path: string, prefix: string, repository: Repository): Said<HealthSpec> | undefined {
  const text = textOf(path, repository)
  const match = text === undefined ? null : route.exec(text)
  if (text === undefined || match === null) return undefined
  const whole = `${prefix}${match[1]}`
  return said<HealthSpec>({ kind: 'http', path: whole }, { path, line: lineAt(text, match.index), fact: `answers ${whole}` })
}

function textOf(path: string, { tree, read }: Repository): string | undefined {
  return tree.entries.has(path) ? read.text(path)?.slice(0, 65_536) : undefined
}
