// Go modules that replace a dependency by a folder of the repository, and the modules that a go.work joins. Imports inside of one module are
// followed by golang/module.ts.
import { findModule } from '../../golang/module.ts'
import { joinPath, resolvePath } from '../../paths.ts'
import type { Repository } from '../../repository.ts'
import type { Ecosystem, FolderUse } from './ecosystem.ts'
import { usesIn } from './manifest-uses.ts'

export const golang: Ecosystem = {
  workspaces: (repository) =>
    joinedModules(repository).map(({ root, members }) => ({
      root,
      evidence: { path: joinPath(root, 'go.work'), line: 1, fact: 'joins Go modules' },
      files: ['go.work', 'go.work.sum'].map((name) => joinPath(root, name)).filter((path) => repository.tree.entries.has(path)),
      isMember: (folder) => folder !== root && members.includes(folder),
    })),
  uses: (repository) => [
    ...joinedModules(repository).flatMap(({ members }) => requiredAmong(members, repository)),
    ...repository.foldersWith('go.mod').flatMap(({ path }) => replacedIn(path, repository)),
  ],
}

/** Modules that one go.work joins. */
const membersLimit = 200

function joinedModules(repository: Repository): { root: string; members: readonly string[] }[] {
  return repository.foldersWith('go.work').map(({ path: root }) => {
    const text = (repository.read.text(joinPath(root, 'go.work')) ?? '').slice(0, 64 * 1024)
    const written = [...text.matchAll(/^[ \t]{0,8}(?:use[ \t]{1,8})?(\.{1,2}(?:\/[^\s]{0,200})?)[ \t]{0,8}(?:\/\/[^\n]{0,200})?$/gm)]
    const members = written.slice(0, membersLimit).flatMap((match) => resolvePath(root, match[1] ?? '') ?? [])
    return { root, members: members.filter((folder) => repository.folders.get(folder)?.files.has('go.mod') === true) }
  })
}

/** A module that is required by its name is taken from its folder beside. */
function requiredAmong(members: readonly string[], repository: Repository): FolderUse[] {
  const modules = members.flatMap((folder) => findModule(folder, repository) ?? [])
  const homes = new Map(modules.map(({ name, folder }) => [name, folder]))
  return modules.flatMap(({ folder: from, requires }) =>
    [...requires].flatMap(([name, evidence]): FolderUse[] => {
      const folder = homes.get(name)
      return folder === undefined ? [] : [{ from, folder, evidence: { ...evidence, fact: `uses ${folder}` } }]
    }),
  )
}

function replacedIn(folder: string, repository: Repository): FolderUse[] {
  const pattern = /^\s{0,8}(?:replace\s{1,8})?[^\s/]{1,100}\/?[^\s]{0,200}(?:\s{1,4}v[^\s]{1,60})?\s{1,4}=>\s{1,4}(\.{1,2}\/[^\s]{0,200})/gm
  return usesIn({ folder, name: 'go.mod', pattern, targetOf: (reference) => resolvePath(folder, reference) }, repository)
}
