// Nx: projects of a workspace that need others without importing them, and the workspace itself where npm's does not list them.
import { nodeLockfiles } from '../../nodejs/package-json.ts'
import { ancestorsOf, baseName, isWithin, joinPath, resolvePath } from '../../paths.ts'
import { dataAt, field, stringAt, stringsIn } from '../../reading/data.ts'
import { lineAt } from '../../reading/lines.ts'
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
    const needed = projects.flatMap(({ folder, needs }) =>
      needs.flatMap(({ name, path }): FolderUse[] => {
        const target = byName.get(name)
        return target === undefined ? [] : [{ from: folder, folder: target, evidence: { path, line: 1, fact: `needs ${name}` } }]
      }),
    )
    return [...needed, ...rootsOf(repository).flatMap((root) => importedByAlias(root, { projects, repository }))]
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

/** Files of a project that a program begins in, and those that put it together. */
const entryFiles = ['src/main.ts', 'src/main.tsx', 'src/index.ts', 'src/index.tsx', 'src/server.ts', 'src/app/app.module.ts', 'src/app/app.tsx', 'src/app/app.component.ts', 'src/app/app.config.ts', 'src/app/app.routes.ts', 'app/layout.tsx', 'app/page.tsx', 'src/app/layout.tsx', 'src/app/page.tsx'] // biome-ignore format: a list

/** What the projects below a root import by the names that its tsconfig gives to folders. */
function importedByAlias(root: string, { projects, repository }: { projects: readonly Project[]; repository: Repository }): FolderUse[] {
  const aliases = aliasesOf(root, projects, repository)
  if (aliases.size === 0) return []
  return projects.flatMap(({ folder: from }) =>
    existingIn(from, repository).flatMap((path): FolderUse[] => {
      const text = (repository.read.text(path) ?? '').slice(0, 64 * 1024)
      return [...text.matchAll(/\b(?:from|import|require)\b\s{0,4}\(?\s{0,4}['"]([^'"\n]{1,200})['"]/g)]
        .slice(0, needsLimit)
        .flatMap((match) => {
          const target = aliases.get(match[1] ?? '')
          const evidence = { path, line: lineAt(text, match.index), fact: `imports ${match[1]}` }
          return target === undefined || target === from ? [] : [{ from, folder: target, evidence }]
        })
    }),
  )
}

function existingIn(folder: string, repository: Repository): string[] {
  return entryFiles.map((name) => joinPath(folder, name)).filter((path) => repository.tree.entries.has(path))
}

function aliasesOf(root: string, projects: readonly Project[], repository: Repository): ReadonlyMap<string, string> {
  const file = ['tsconfig.base.json', 'tsconfig.json'].map((name) => joinPath(root, name)).find((path) => repository.tree.entries.has(path))
  const paths = file === undefined ? {} : dataAt(repository.read.json(file)?.data, 'compilerOptions', 'paths')
  const found = Object.entries(paths)
    .slice(0, 500)
    .flatMap(([alias, targets]): [string, string][] => {
      const place = resolvePath(root, stringsIn(targets)[0] ?? '')
      const home = projects.filter(({ folder }) => place !== undefined && folder !== root && isWithin(place, folder)).at(-1)
      return home === undefined ? [] : [[alias, home.folder]]
    })
  return new Map(found)
}
