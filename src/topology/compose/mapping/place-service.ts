// Which folder of the repository a service of a compose file is.
import { isWithin, parentOf } from '../../paths.ts'
import { describedFolder } from './described-folder.ts'
import { imageFolder } from './image-folder.ts'
import { dockerfilePath, mountedFolder } from './mounted-folder.ts'
import { hasLanguage, isClaimed, type MappingContext, type Placed } from './source-folders.ts'

/**
 * In this order: the mounted sources that the container works in; the folder of the Dockerfile in a larger context; the folder that the
 * Dockerfile, its arguments or its name describe; the build context; for a published image, the folder that it is named after.
 * Undefined when it comes from no folder of the repository.
 */
export function placeService(service: Placed, context: MappingContext): string | undefined {
  const { build } = service
  const mounted = mountedFolder(service, context)
  if (build === undefined) return mounted ?? imageFolder(service, context)
  if (mounted !== undefined) return mounted
  const home = parentOf(dockerfilePath(build))
  const isInner = home !== build.context && isWithin(home, build.context)
  if (isInner && hasLanguage(home, context)) return home
  const described = build.isInline ? undefined : describedFolder({ ...service, build }, context)
  return described ?? (isInner && isClaimed(home, context) ? home : build.context)
}
