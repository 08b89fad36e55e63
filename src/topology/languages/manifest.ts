// Where a manifest's facts stand, and which of the usual files a folder has.
import { joinPath } from '../paths.ts'
import { lineOf } from '../reading/lines.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'

/** The first place where a manifest has these words; the file alone when it has them nowhere. */
export function placeOf(file: { readonly path: string; readonly text: string }, words: string, fact: string): Evidence {
  const line = lineOf(file.text, words)
  return line === undefined ? { path: file.path, fact } : { path: file.path, line, fact }
}

export interface TextFile {
  readonly path: string
  readonly text: string
}

/** A file of the folder with its text, or undefined when it is not there or not loaded yet. */
export function readFile(name: string, folder: Folder, repository: Repository): TextFile | undefined {
  const path = joinPath(folder.path, name)
  const text = repository.tree.entries.has(path) ? repository.read.text(path) : undefined
  return text === undefined ? undefined : { path, text: text.slice(0, manifestLimit) }
}

/** Manifests are written by hand; a longer one is data. */
const manifestLimit = 128 * 1024

/** Those of the paths, relative to the folder, that the commit has. */
export function existing(names: readonly string[], folder: Folder, repository: Repository): string[] {
  return [...new Set(names)].map((name) => joinPath(folder.path, name)).filter((path) => repository.tree.entries.has(path))
}

/** Paths of the files directly in a folder below this one whose names match, in order. */
export function filesIn(below: string, pattern: RegExp, { folder, repository }: Place): string[] {
  const path = below === '.' ? folder.path : joinPath(folder.path, below)
  const names = [...(repository.folders.get(path)?.files ?? [])].filter((name) => pattern.test(name)).sort()
  return names.slice(0, filesLimit).map((name) => joinPath(path, name))
}

export interface Place {
  readonly folder: Folder
  readonly repository: Repository
}

/** Files of one folder that may be programs; more are generated. */
const filesLimit = 50

/** Every match of a pattern, with the line it begins on. */
export function matchesIn(file: TextFile, pattern: RegExp): { readonly groups: Readonly<Record<string, string>>; readonly line: number }[] {
  const found: { groups: Record<string, string>; line: number }[] = []
  let line = 1
  let at = 0
  for (const match of file.text.matchAll(pattern)) {
    for (let next = file.text.indexOf('\n', at); next >= 0 && next < match.index; next = file.text.indexOf('\n', at)) {
      line++
      at = next + 1
    }
    found.push({ groups: { ...match.groups }, line })
    if (found.length === itemsLimit) break
  }
  return found
}

/** Dependencies, targets and the like of one manifest. */
const itemsLimit = 400
