// moon: projects by globs or by name in .moon/workspace.yml, and what each of them depends on in its moon.yml.

import { manifestNames } from '../../folder-names.ts'
import { createMatcher } from '../../globs.ts'
import { baseName, isWithin, joinPath, parentOf, relativeTo, resolvePath } from '../../paths.ts'
import { field, isData, stringAt, stringsIn } from '../../reading/data.ts'
import { lineOf } from '../../reading/lines.ts'
import type { Repository } from '../../repository.ts'
import type { Ecosystem, FolderUse } from './ecosystem.ts'

export const moon: Ecosystem = {
  workspaces: (repository) =>
    workspacesOf(repository).map(({ root, path, projects }) => {
      const members = new Set(projects.values())
      return { root, evidence: { path, line: 1, fact: 'moon projects' }, files: [path], isMember: (folder) => members.has(folder) }
    }),
  uses: (repository) => workspacesOf(repository).flatMap((workspace) => usesIn(workspace, repository)),
}

interface MoonWorkspace {
  readonly root: string
  readonly path: string
  /** Folders by the projects' names. */
  readonly projects: ReadonlyMap<string, string>
}

/** Projects of one workspace that are looked at. */
const projectsLimit = 500

function workspacesOf(repository: Repository): MoonWorkspace[] {
  const folders = repository.foldersWith('workspace.yml').filter(({ path }) => baseName(path) === '.moon')
  return folders.map(({ path: folder }) => {
    const [root, path] = [parentOf(folder), joinPath(folder, 'workspace.yml')]
    return { root, path, projects: projectsIn(root, field(repository.read.yaml(path)?.data, 'projects'), repository) }
  })
}

/** A list of globs, a map of names to folders, or both under `globs` and `sources`. */
function projectsIn(root: string, listed: unknown, repository: Repository): ReadonlyMap<string, string> {
  const globs = [...stringsIn(listed), ...stringsIn(field(listed, 'globs'))].slice(0, 100)
  const sources = field(listed, 'sources') ?? (field(listed, 'globs') === undefined ? listed : undefined)
  const named = (isData(sources) ? Object.entries(sources) : []).flatMap(([name, place]) => {
    const folder = typeof place === 'string' ? resolvePath(root, place) : undefined
    return folder === undefined || !repository.folders.has(folder) ? [] : [[name, folder] as const]
  })
  const matches = createMatcher(globs.map((glob) => glob.replace(/^\.\//, '').replace(/\/(?:moon\.yml)?$/, '')))
  const found =
    globs.length === 0
      ? []
      : repository
          .foldersWith('moon.yml', ...manifestNames)
          .filter(({ path }) => path !== root && isWithin(path, root) && matches(relativeTo(root, path)))
  return new Map([...found.map(({ path }) => [nameOf(path, repository), path] as const), ...named].slice(0, projectsLimit))
}

function nameOf(folder: string, repository: Repository): string {
  const path = joinPath(folder, 'moon.yml')
  return (repository.tree.entries.has(path) ? stringAt(repository.read.yaml(path)?.data, 'id') : undefined) ?? baseName(folder)
}

function usesIn({ projects }: MoonWorkspace, repository: Repository): FolderUse[] {
  return [...projects.values()].flatMap((from) => {
    const path = joinPath(from, 'moon.yml')
    const yaml = repository.tree.entries.has(path) ? repository.read.yaml(path) : undefined
    const listed = field(yaml?.data, 'dependsOn')
    return (Array.isArray(listed) ? listed.slice(0, 100) : []).flatMap((item: unknown): FolderUse[] => {
      const name = typeof item === 'string' ? item : stringAt(item, 'id')
      const folder = name === undefined ? undefined : projects.get(name)
      if (name === undefined || folder === undefined) return []
      const line = lineOf(repository.read.text(path) ?? '', name)
      return [{ from, folder, evidence: { path, ...(line === undefined ? {} : { line }), fact: `depends on ${name}` } }]
    })
  })
}
