// Which folders of Go files are programs.
import { perRepository } from '../memo.ts'
import { baseName, isWithin, joinPath, parentOf } from '../paths.ts'
import { lineOf } from '../reading/lines.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'
import { oldGoManifests } from './frameworks.ts'
import { findModule, goFiles } from './module.ts'

/** The place where a folder declares itself a program: in main.go, or in another file of a folder where programs are expected. */
export function findMain(folder: Folder, repository: Repository): Evidence | undefined {
  const isPlain = folder.files.has('main.go')
  const hidden = isPlain || !mayHide(folder) ? [] : likelyMains(folder)
  const files = isPlain ? [joinPath(folder.path, 'main.go')] : hidden.slice(0, mainFilesLimit)
  const declared: Evidence[] = []
  for (const path of files) {
    const text = repository.read.text(path)
    if (text === undefined || !/^package[ \t]{1,8}main\b/m.test(text) || isIgnored(text)) continue
    const line = lineOf(text, 'package main')
    declared.push({ path, ...(line === undefined ? {} : { line }), fact: 'package main' })
    if (isPlain || /^func[ \t]{1,8}main[ \t]{0,8}\([ \t]{0,8}\)[ \t]{0,8}\{(?!\s{0,8}\})/m.test(text)) return declared.at(-1)
  }
  // A file that only lists what is generated is of package main as well; the function may be in a file that nobody looked at.
  return hidden.length > files.length ? declared[0] : undefined
}

/** Files of a package that are asked for its main function. */
const mainFilesLimit = 4

/** The file that is called like its folder or like a program comes first. */
function likelyMains(folder: Folder): string[] {
  const names = [`${baseName(folder.path)}.go`, 'server.go', 'app.go', 'cmd.go']
  const rank = (path: string) => (names.includes(baseName(path)) ? names.indexOf(baseName(path)) : names.length)
  return goFiles(folder).sort((a, b) => rank(a) - rank(b))
}

function mayHide(folder: Folder): boolean {
  const isHome = ['go.mod', 'Dockerfile', 'Procfile', ...oldGoManifests].some((name) => folder.files.has(name))
  return isHome || folder.path === '.' || baseName(folder.path) === 'cmd' || baseName(parentOf(folder.path)) === 'cmd'
}

/** A file that only `go run` or a tool compiles: a generator, a list of tools, a Magefile. */
function isIgnored(text: string): boolean {
  return /^\/\/(?:go:build|\s?\+build)[^\n]{0,80}\b(?:ignore|tools|mage|generate|never)\b/m.test(text.slice(0, 8192))
}

/** The programs of a module by its folder. */
export const mainFoldersOf = perRepository((moduleFolder: string, repository: Repository): readonly Folder[] =>
  [...repository.folders.values()].filter(
    (folder) =>
      isWithin(folder.path, moduleFolder) &&
      findModule(folder.path, repository)?.folder === moduleFolder &&
      findMain(folder, repository) !== undefined,
  ),
)
