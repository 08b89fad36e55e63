import { createMatcher } from '../../globs.ts'
import { isWithin, relativeTo } from '../../paths.ts'
import type { Repository } from '../../repository.ts'

export interface Membership {
  readonly root: string
  readonly globs: readonly string[]
  /** What a folder must have to be installed with the workspace: a Go program among npm packages is none of them. */
  readonly manifest: string
}

/** Globs of one workspace that are looked at. */
const globsLimit = 100

export function memberTest({ root, globs, manifest }: Membership, repository: Repository): (folder: string) => boolean {
  const matches = createMatcher(globs.slice(0, globsLimit).map((glob) => glob.replace(/^\.\//, '').replace(/(?<=.)\/$/, '')))
  const isPackage = (folder: string) => repository.folders.get(folder)?.files.has(manifest) === true
  return (folder) => folder !== root && isWithin(folder, root) && isPackage(folder) && matches(relativeTo(root, folder))
}
