// Files for browsers as they lie there, with no build.
import type { Sign } from '../claim.ts'
import { servedFromAbove } from '../nodejs/beside.ts'
import { joinPath } from '../paths.ts'
import { lineAt } from '../reading/lines.ts'
import type { Folder, Repository } from '../repository.ts'

export interface PlainSite {
  /** Where the pages lie, relative to the folder. */
  readonly root: string
  readonly framework?: string
  readonly signs: readonly Sign[]
}

/** Configurations of web servers that hold no program: pages beside them are what they serve. */
const serverFiles = ['Staticfile', 'nginx.conf', 'httpd.conf', 'Caddyfile', 'lighttpd.conf', 'apache2.conf', 'static.json', 'project.toml', '.htaccess'] // biome-ignore format: a list

/** Folders of pages that make the folder around them a site where nothing else is. */
const ownPageFolders = ['public', 'www', 'htdocs']

export const plainMarks: readonly string[] = ['index.html', 'index.htm', ...serverFiles, ...ownPageFolders.map((name) => `${name}/`)]

/** Folders that web servers take their pages from, most usual first. */
const pageFolders = ['public', 'www', 'html', 'htdocs', 'site', 'dist', 'web', 'static', 'src']

export function findPlain(folder: Folder, repository: Repository): PlainSite | undefined {
  const page = ['index.html', 'index.htm'].find((name) => folder.files.has(name))
  return page === undefined ? findServed(folder, repository) : atTop(page, folder, repository)
}

function atTop(page: string, folder: Folder, repository: Repository): PlainSite {
  const path = joinPath(folder.path, page)
  const companion = [...folder.files]
    .sort()
    .find((name) => /\.(?:css|js|html|ico|webmanifest)$|^robots\.txt$|^CNAME$/.test(name) && name !== page)
  const assets = [...folder.folders]
    .sort()
    .find((name) => /^(?:css|js|img|images|assets|static|styles|fonts|public|scripts|vendor)$/.test(name))
  const docsify = companion === undefined && !folder.files.has('README.md') ? undefined : docsifyLine(path, repository)
  const server = servedFromAbove(folder.path, repository)
  const isSource = folder.files.has('package.json')
  return {
    root: '.',
    ...(docsify === undefined ? {} : { framework: 'docsify' }),
    signs: [
      { path, line: 1, fact: page, weight: 0.6 },
      ...(companion === undefined ? [] : [{ path: joinPath(folder.path, companion), fact: `${companion} beside it`, weight: 0.25 }]),
      ...(assets === undefined ? [] : [{ path: joinPath(folder.path, assets), fact: `${assets}/ beside it`, weight: 0.2 }]),
      ...(docsify === undefined ? [] : [{ path, line: docsify, fact: 'docsify shows the pages', weight: 0.2 }]),
      ...(server ? [{ path: server.path, fact: `${server.language} serves these pages`, weight: -0.8, role: 'asset' as const }] : []),
      ...(isSource
        ? [{ path: joinPath(folder.path, 'package.json'), line: 1, fact: 'package.json names no builder of sites', weight: -0.4 }]
        : []),
    ],
  }
}

/** The line on which a page loads docsify. */
function docsifyLine(path: string, repository: Repository): number | undefined {
  const text = repository.read.text(path)?.slice(0, 16_384)
  const found = text === undefined ? null : /\bdocsify(?:@[\w.]{1,20})?\/|\$docsify\b|docsify\.min\.js/.exec(text)
  return text === undefined || !found ? undefined : lineAt(text, found.index)
}

/** Pages in a folder of their own, with a web server's configuration beside it. */
function findServed(folder: Folder, repository: Repository): PlainSite | undefined {
  const config = serverFiles.find((name) => folder.files.has(name))
  if (config === undefined) return findAlone(folder, repository)
  if (folder.files.has('package.json')) return undefined
  const stated = statedRoot(joinPath(folder.path, config), config, repository)
  const root = [...(stated === undefined ? [] : [stated]), ...pageFolders].find((name) =>
    repository.tree.entries.has(joinPath(joinPath(folder.path, name), 'index.html')),
  )
  if (root === undefined) return undefined
  return {
    root,
    signs: [
      { path: joinPath(folder.path, `${root}/index.html`), line: 1, fact: `${root}/index.html`, weight: 0.45 },
      {
        path: joinPath(folder.path, config),
        line: 1,
        fact: `${config} beside ${root}/`,
        weight: config === 'Staticfile' || config === 'static.json' ? 0.5 : 0.3,
      },
    ],
  }
}

/** Pages in a folder of their own, and beside it only what people read. */
function findAlone({ path, files, folders }: Folder, repository: Repository): PlainSite | undefined {
  if (![...files].every((name) => /^\.|\.md$|\.txt$|^LICEN[CS]E|^Makefile$/i.test(name))) return undefined
  const root = ownPageFolders.find((name) => folders.has(name) && repository.folders.get(joinPath(path, name))?.files.has('index.html'))
  if (root === undefined) return undefined
  return {
    root,
    signs: [{ path: joinPath(path, `${root}/index.html`), line: 1, fact: `${root}/index.html and no program beside it`, weight: 0.6 }],
  }
}

function statedRoot(path: string, name: string, repository: Repository): string | undefined {
  const pattern = name === 'Staticfile' || name === 'static.json' ? /\broot["']?\s{0,4}:\s{0,4}["']?([\w./-]{1,100})/ : undefined
  return pattern?.exec(repository.read.text(path) ?? '')?.[1]?.replace(/^\.?\/|\/$/g, '')
}
