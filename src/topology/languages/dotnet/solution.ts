// A solution with a Dockerfile or a Procfile beside it and one program below: the solution's folder is the service.
import { perRepository } from '../../memo.ts'
import { ancestorsOf, isWithin, joinPath } from '../../paths.ts'
import type { Folder, Repository } from '../../repository.ts'
import { isRunnable, isSolution, kindOf } from './kind.ts'
import { type DotnetProject, projectFile, readDotnetProject } from './model.ts'

/** Folders looked at below one solution. */
const foldersLimit = 4_000

/** The project of a folder: the one that runs, when there are several. */
export function projectIn(folder: Folder, repository: Repository): DotnetProject | undefined {
  const paths = [...folder.files]
    .filter((name) => projectFile.test(name))
    .sort()
    .slice(0, 8)
  const projects = paths.flatMap((name) => readDotnetProject(joinPath(folder.path, name), repository) ?? [])
  return projects.find((project) => isRunnable(kindOf(project, folder))) ?? projects[0]
}

export const soleProjectOf: (root: string, repository: Repository) => string | undefined = perRepository((root, repository) => {
  const folder = repository.folders.get(root)
  if (folder === undefined || projectIn(folder, repository) !== undefined) return undefined
  const isMadeToRun = folder.files.has('Dockerfile') || folder.files.has('Procfile')
  if (!isMadeToRun || ![...folder.files].some(isSolution)) return undefined
  const below = [...repository.folders.values()].filter(({ path }) => path !== root && isWithin(path, root)).slice(0, foldersLimit)
  const running = below.filter((inner) => {
    const project = projectIn(inner, repository)
    return project !== undefined && isRunnable(kindOf(project, inner)) && !inner.files.has('Dockerfile')
  })
  return running.length === 1 ? running[0]?.path : undefined
})

export function isRunBySolution(path: string, repository: Repository): boolean {
  return ancestorsOf(path).some((root) => soleProjectOf(root, repository) === path)
}
