// Bazel and Pants: folders with BUILD files, whose targets depend on targets of other folders.
import { manifestNames } from '../../folder-names.ts'
import { ancestorsOf, isWithin, joinPath } from '../../paths.ts'
import { lineAt } from '../../reading/lines.ts'
import type { Repository } from '../../repository.ts'
import type { Ecosystem, FolderUse, Workspace } from './ecosystem.ts'

export const buildTargets: Ecosystem = {
  workspaces: (repository) =>
    rootsOf(repository).map(
      ({ root, file, tool }): Workspace => ({
        root,
        evidence: { path: joinPath(root, file), line: 1, fact: `${tool} workspace` },
        files: [],
        isMember: (folder) => folder !== root && isWithin(folder, root) && buildFileOf(folder, repository) !== undefined,
      }),
    ),
  uses: (repository) => {
    const roots = rootsOf(repository).map(({ root }) => root)
    return roots.length === 0
      ? []
      : repository.foldersWith(...buildFiles).flatMap(({ path: folder }) => {
          const root = [folder, ...ancestorsOf(folder)].find((path) => roots.includes(path))
          return root === undefined ? [] : usesOf(folder, root, repository)
        })
  },
}

const rootFiles: readonly (readonly [string, string])[] = [
  ['MODULE.bazel', 'Bazel'],
  ['WORKSPACE.bazel', 'Bazel'],
  ['WORKSPACE', 'Bazel'],
  ['pants.toml', 'Pants'],
]

function rootsOf(repository: Repository): { root: string; file: string; tool: string }[] {
  return repository.foldersWith(...rootFiles.map(([name]) => name)).flatMap(({ path, files }) => {
    const [file, tool] = rootFiles.find(([name]) => files.has(name)) ?? []
    return file === undefined || tool === undefined ? [] : [{ root: path, file, tool }]
  })
}

const buildFiles = ['BUILD.bazel', 'BUILD', 'BUILD.pants']

function buildFileOf(folder: string, repository: Repository): string | undefined {
  return buildFiles.find((name) => repository.folders.get(folder)?.files.has(name))
}

/** Characters of a BUILD file that are looked at, and labels taken from it. */
const buildFileLimit = 64 * 1024
const labelsLimit = 200

const lists = /\b(?:deps|runtime_deps|implementation_deps|exports|dependencies)\s{0,8}=\s{0,8}\[([^\]]{0,2000})\]/g

/** What a test alone depends on is no part of the program. */
function usesOf(folder: string, root: string, repository: Repository): FolderUse[] {
  const name = buildFileOf(folder, repository)
  if (name === undefined) return []
  const path = joinPath(folder, name)
  const text = (repository.read.text(path) ?? '').slice(0, buildFileLimit)
  const starts = [...text.matchAll(/^(\w{1,60})\(/gm)].map((match) => ({ rule: match[1] ?? '', at: match.index }))
  const places = [folder, ...homeOf(folder, repository)]
  return [...text.matchAll(lists)].flatMap((list) => {
    if (/tests?$/.test(starts.findLast(({ at }) => at <= list.index)?.rule ?? '')) return []
    return [...(list[1] ?? '').matchAll(/["']([^"'\s]{1,200})["']/g)].slice(0, labelsLimit).flatMap((label): FolderUse[] => {
      const target = folderOfLabel(label[1] ?? '', root)
      if (target === undefined || places.includes(target) || !repository.folders.has(target)) return []
      const evidence = { path, line: lineAt(text, list.index + list[0].indexOf(label[0])), fact: `depends on ${label[1]}` }
      return places.filter((place) => !isWithin(target, place) || place === folder).map((from) => ({ from, folder: target, evidence }))
    })
  })
}

/** A program's folder may hold its targets further below; there it is the folder with the manifest that depends. */
function homeOf(folder: string, repository: Repository): string[] {
  const isProject = (path: string) => manifestNames.some((name) => repository.folders.get(path)?.files.has(name))
  const home = isProject(folder) ? undefined : ancestorsOf(folder).find(isProject)
  return home === undefined || home === '.' ? [] : [home]
}

/** `//libs/log:log`, `@//libs/log` and Pants' `libs/log:lib` lie in libs/log; `:log` and `@repository//x` lie elsewhere. */
function folderOfLabel(label: string, root: string): string | undefined {
  const path = /^(?:@{0,2}\/\/)?([\w][\w./+-]{0,180})(?::[\w./+-]{1,100})?$/.exec(label)?.[1]
  return path === undefined || path.includes('..') ? undefined : joinPath(root, path)
}
