// Which folder of the repository a service of a compose file is.
import { ruleForFolder } from '../../folder-names.ts'
import { ancestorsOf, isWithin, joinPath, parentOf, relativeTo } from '../../paths.ts'
import { describedFolder } from './described-folder.ts'
import { imageFolder } from './image-folder.ts'
import { dockerfilePath, mountedFolder } from './mounted-folder.ts'
import { servedFolders } from './served-folders.ts'
import { hasLanguage, isClaimed, isOnlyWrapped, languagesOf, type MappingContext, type Placed } from './source-folders.ts'

/**
 * In this order: the mounted sources that the container works in; the folder of the Dockerfile in a larger context; the folder that the
 * Dockerfile, its arguments or its name describe; the folder around the Dockerfile that holds what it builds; the build context; for a
 * published image, the folder that it serves, or is named after. Undefined when it comes from no folder of the repository.
 */
export function placeService(service: Placed, context: MappingContext): string | undefined {
  const { build } = service
  const mounted = mountedFolder(service, context)
  if (build === undefined) return mounted ?? servedFolders(service, context)[0] ?? imageFolder(service, context)
  if (mounted !== undefined) return mounted
  const home = parentOf(dockerfilePath(build))
  const isInner = home !== build.context && isWithin(home, build.context)
  if (isInner && hasLanguage(home, context)) return home
  if (isInner && isOfShownFolder(build, context)) return home
  const described = build.isInline ? undefined : describedFolder({ ...service, build }, context)
  if (described !== undefined) return described
  if (!isInner || !isClaimed(home, context)) return build.context
  return folderAround(build, context) ?? home
}

/** A Dockerfile among examples, where nothing is looked at, that names its own folder builds that and nothing around it. */
function isOfShownFolder(build: NonNullable<Placed['build']>, { repository }: MappingContext): boolean {
  const file = dockerfilePath(build)
  const home = parentOf(file)
  if (build.isInline || repository.folders.has(home)) return false
  if (![home, ...ancestorsOf(home)].some((path) => ruleForFolder(path)?.role === 'example')) return false
  return (
    repository.read
      .text(file)
      ?.slice(0, 65_536)
      .includes(`${relativeTo(build.context, home)}/`) === true
  )
}

/**
 * A Dockerfile that lies apart from what it builds, such as `ops/Dockerfile` of the package at the root: the nearest folder around it with a
 * language that its image is made for. A web server's or a database's image is a service of its own, and so is a Dockerfile with sources beside it.
 */
function folderAround(build: NonNullable<Placed['build']>, context: MappingContext): string | undefined {
  const file = dockerfilePath(build)
  const home = parentOf(file)
  if (build.isInline || !isOnlyWrapped(home, context)) return undefined
  const { read } = context.repository
  const facts = read.dockerfile(file, build.target)
  if (facts === undefined) return undefined
  const around = ancestorsOf(home).find((path) => isWithin(path, build.context) && hasLanguage(path, context))
  if (around === undefined) return undefined
  const copied = facts.sources.map(({ path }) => joinPath(build.context, path))
  if (!copied.some((path) => isWithin(path, around) && !isWithin(path, home))) return undefined
  return facts.language === undefined || languagesOf(around, context).has(facts.language) ? around : undefined
}
