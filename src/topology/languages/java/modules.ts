// A build of which one module runs, with a Dockerfile or a Procfile at its root, or with no other module: the root is the service.
import { perRepository } from '../../memo.ts'
import { ancestorsOf, isWithin } from '../../paths.ts'
import type { Repository } from '../../repository.ts'
import type { JavaBuild } from './build.ts'
import { onlyProjectOf, readGradle } from './gradle.ts'
import { readMaven } from './maven.ts'

/** Modules looked at below one root. */
const modulesLimit = 200

/** The one module that a root stands for, or undefined when the root is only a workspace. */
export const soleModuleOf: (root: string, repository: Repository) => string | undefined = perRepository((root, repository) => {
  const files = repository.folders.get(root)?.files
  const isMadeToRun = files?.has('Dockerfile') === true || files?.has('Procfile') === true
  const hasOne = onlyProjectOf(root, repository) !== undefined
  if (!(isMadeToRun || hasOne) || readModule(root, repository)?.role?.role !== 'workspace_root') return undefined
  const below = [...repository.folders.keys()].filter((path) => path !== root && isWithin(path, root)).slice(0, modulesLimit * 20)
  const running = below.filter((path) => isRunning(path, repository)).slice(0, 2)
  return running.length === 1 ? running[0] : undefined
})

/** Whether the build around a module runs it from the root. */
export function isRunByRoot(path: string, repository: Repository): boolean {
  return ancestorsOf(path).some((root) => soleModuleOf(root, repository) === path)
}

function readModule(path: string, repository: Repository): JavaBuild | undefined {
  return readMaven(path, repository) ?? readGradle(path, repository)
}

function isRunning(path: string, repository: Repository): boolean {
  if (repository.folders.get(path)?.files.has('Dockerfile')) return false
  const build = readModule(path, repository)
  return build?.runs !== undefined && build.role === undefined
}
