// Nx: projects of a workspace that need others without importing them, and the workspace itself where npm's does not list them.
import { nodeLockfiles } from '../../nodejs/package-json.ts'
import { ancestorsOf, baseName, isWithin, joinPath } from '../../paths.ts'
import { dataAt, field, stringAt, stringsIn } from '../../reading/data.ts'
import type { Repository } from '../../repository.ts'
import type { Ecosystem, FolderUse } from './ecosystem.ts'

export const nx: Ecosystem = {
  workspaces: (repository) =>
    rootsOf(repository).map((root) => ({
      root,
      evidence: { path: joinPath(root, 'nx.json'), line: 1, fact: 'Nx workspace' },
      files: ['package.json', ...nodeLockfiles, '.npmrc', 'nx.json', 'tsconfig.base.json']
        .map((name) => joinPath(root, name))
        .filter((path) => repository.tree.entries.has(path)),
      isMember: (folder) => folder !== root && isWithin(folder, root) && hasProject(folder, repository),
    })),
  uses: (repository) => {
    const projects = projectsOf(repository)
    const byName = new Map(projects.map(({ name, folder }) => [name, folder]))
    return projects.flatMap(({ folder, needs }) =>
      needs.flatMap(({ name, path }): FolderUse[] => {
        const target = byName.get(name)
        return target === undefined ? [] : [{ from: folder, folder: target, evidence: { path, line: 1, fact: `needs ${name}` } }]
      }),
    )
  },
}

function rootsOf(repository: Repository): string[] {
  return repository.foldersWith('nx.json').map(({ path }) => path)
}

function hasProject(folder: string, repository: Repository): boolean {
  return repository.folders.get(folder)?.files.has('project.json') === true
}

interface Project {
  readonly name: string
  readonly folder: string
  readonly needs: readonly { readonly name: string; readonly path: string }[]
}

/** Names that one project needs. */
const needsLimit = 50

/** What a project is told by: a file of its own, or a part of its package's. */
function projectsOf(repository: Repository): Project[] {
  return repository.foldersWith('project.json', 'package.json').flatMap(({ path: folder, files }): Project[] => {
    const isBelowRoot = ancestorsOf(folder).some((above) => repository.folders.get(above)?.files.has('nx.json'))
    if (!files.has('project.json') && !isBelowRoot) return []
    const manifests = ['project.json', 'package.json'].filter((name) => files.has(name)).map((name) => joinPath(folder, name))
    const read = manifests.map((path) => ({ path, data: repository.read.json(path)?.data }))
    const needs = read.flatMap(({ path, data }) => {
      const names = [...stringsIn(field(data, 'implicitDependencies')), ...stringsIn(dataAt(data, 'nx').implicitDependencies)]
      return names.slice(0, needsLimit).map((name) => ({ name, path }))
    })
    const name = read.map(({ data }) => stringAt(data, 'name')).find((one) => one !== undefined)
    return read.length === 0 ? [] : [{ name: name ?? baseName(folder), folder, needs }]
  })
}
