// Themes of sites: what a generator takes its pages' looks from is built with the site, whatever its package starts.
import type { Sign } from '../claim.ts'
import { joinPath } from '../paths.ts'
import type { Folder, Repository } from '../repository.ts'
import { findGenerated } from './generated.ts'

export function themeObjection({ path, files }: Folder, repository: Repository): Sign[] {
  const own = themeMarks.find((name) => files.has(name))
  if (own !== undefined && isMark(joinPath(path, own), repository))
    return [{ path: joinPath(path, own), line: 1, fact: 'is a theme of a site', weight: -0.9, role: 'asset' }]
  const [, site = '', theme] = /^(?:(.{1,300}?)\/)?themes\/([^/]{1,100})(?:\/|$)/.exec(path) ?? []
  const home = repository.folders.get(site === '' ? '.' : site)
  if (theme === undefined || home === undefined) return []
  const place = findGenerated(home, repository)?.signs[0] ?? hexo(home, repository)
  return place === undefined ? [] : [{ ...place, fact: `${theme} is a theme of the site`, weight: -0.9, role: 'asset' }]
}

/** What Hugo and Zola know a theme by. */
const themeMarks = ['theme.toml', 'theme.yaml']

/** A program's own colours may lie in a file of this name. */
function isMark(path: string, repository: Repository): boolean {
  return /^\s{0,4}["']?(?:name|min_version|license|tags)["']?\s{0,4}[=:]/m.test(repository.read.text(path)?.slice(0, 16_384) ?? '')
}

/** Hexo is a generator of Node's own, with its themes in the same place. */
function hexo({ path, files }: Folder, repository: Repository): Pick<Sign, 'path' | 'line'> | undefined {
  if (!files.has('_config.yml') || !files.has('package.json')) return undefined
  const manifest = joinPath(path, 'package.json')
  return /"hexo"\s{0,4}:/.test(repository.read.text(manifest) ?? '') ? { path: manifest, line: 1 } : undefined
}
