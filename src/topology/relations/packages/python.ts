// Path dependencies of Python projects, and uv workspaces.
import { joinPath, resolvePath } from '../../paths.ts'
import { pythonManifests, readPythonProject } from '../../python/project.ts'
import { field, stringsIn } from '../../reading/data.ts'
import type { Repository } from '../../repository.ts'
import type { Ecosystem, FolderUse, Workspace } from './ecosystem.ts'
import { memberTest } from './membership.ts'

export const python: Ecosystem = { workspaces: uvWorkspaces, uses: linkPython }

function uvWorkspaces(repository: Repository): Workspace[] {
  return pythonFolders(repository).flatMap(({ folder, project }): Workspace[] => {
    if (!project.isWorkspaceRoot || project.manifest === undefined) return []
    const toml = repository.read.toml(joinPath(folder, 'pyproject.toml'))
    const workspace = field(field(field(toml?.data, 'tool'), 'uv'), 'workspace')
    const exclude = stringsIn(field(workspace, 'exclude')).map((glob) => `!${glob}`)
    const globs = [...stringsIn(field(workspace, 'members')), ...exclude]
    return [
      {
        root: folder,
        evidence: { ...project.manifest, fact: 'uv workspace' },
        files: ['pyproject.toml', 'uv.lock'].map((name) => joinPath(folder, name)).filter((path) => repository.tree.entries.has(path)),
        isMember: memberTest({ root: folder, globs, manifest: 'pyproject.toml' }, repository),
      },
    ]
  })
}

function linkPython(repository: Repository): FolderUse[] {
  const projects = pythonFolders(repository)
  const byName = new Map(projects.flatMap(({ folder, project }) => (project.name === undefined ? [] : [[project.name, folder] as const])))
  return projects.flatMap(({ folder, project }) => [
    ...project.localPaths.flatMap(({ reference, evidence }): FolderUse[] => {
      const target = resolvePath(folder, reference)
      return target === undefined ? [] : [{ from: folder, folder: target, evidence }]
    }),
    ...project.workspaceMembers.flatMap(({ name, evidence }): FolderUse[] => {
      const target = byName.get(name)
      return target === undefined ? [] : [{ from: folder, folder: target, evidence }]
    }),
  ])
}

function pythonFolders(repository: Repository) {
  return repository
    .foldersWith(...pythonManifests)
    .map((folder) => ({ folder: folder.path, project: readPythonProject(folder, repository) }))
}
