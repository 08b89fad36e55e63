// A published image that serves what is mounted into it: a web server before a folder of pages, PHP's image before a folder of scripts. The folder
// is then that service, and none beside it.
import { isWithin } from '../../paths.ts'
import { languageOfImage } from '../../reading/dockerfile-images.ts'
import type { ServiceType } from '../../topology.ts'
import { isRuntime } from '../facts/purpose.ts'
import { familyOf } from './families.ts'
import type { MappingContext, Placed } from './source-folders.ts'

/** The folders that are services by themselves and are run by this one, what it serves before how it is set up. */
export function servedFolders({ build, image, mounts }: Placed, { decision, repository }: MappingContext): string[] {
  const made = build === undefined ? languageOfImage(image) : undefined
  if (made === undefined || made === 'database') return []
  const fitting = decision.candidates.filter(({ claim }) => isServedBy(claim.type, { image, made }))
  const found = mounts.flatMap((mount) => {
    const isFolder = repository.tree.folders.has(mount.path)
    const around = fitting.filter(({ path, claim }) => isWithin(mount.path, path) && (isFolder || claim.type === 'proxy'))
    return around.sort((a, b) => b.path.length - a.path.length).slice(0, 1)
  })
  const served = [...new Set(found)].sort((a, b) => Number(a.claim.type === 'proxy') - Number(b.claim.type === 'proxy'))
  return served.map(({ path }) => path)
}

function isServedBy(type: ServiceType, { image, made }: { image: string | undefined; made: ServiceType }): boolean {
  return isRuntime(image) ? familyOf(type) !== undefined && familyOf(type) === familyOf(made) : type === 'static_site' || type === 'proxy'
}
