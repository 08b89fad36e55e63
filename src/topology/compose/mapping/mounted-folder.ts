// A container for development has the source mounted into it: the folder that it works in is the service.
import { confidence, confidenceThreshold } from '../../claim.ts'
import { isWithin, joinPath, relativeTo } from '../../paths.ts'
import { languageOfImage } from '../../reading/dockerfile-images.ts'
import { isRuntime } from '../facts/purpose.ts'
import { familyOf } from './families.ts'
import { hasLanguage, type MappingContext, type Placed } from './source-folders.ts'

/** The mounted folder that the container works in, when its image is one that runs such sources. */
export function mountedFolder(service: Placed, context: MappingContext): string | undefined {
  const { repository } = context
  const { build, image, mounts, workingDir } = service
  const dockerfile = build === undefined ? undefined : repository.read.dockerfile(dockerfilePath(build), build.target)
  const base = build === undefined ? image : dockerfile?.stages.find(({ image: from }) => isRuntime(from))?.image
  if (!isRuntime(base)) return undefined
  const folders = mounts.flatMap(({ path, target }) => {
    if (workingDir === undefined || workingDir === target) return [path]
    return isWithin(workingDir, target) ? [joinInside(path, relativeTo(target, workingDir))] : []
  })
  return folders.find((folder) => isHome(folder, service, context) && (build !== undefined || runsWith(image, folder, context)))
}

/** Whether an image is made for what the folder is: Node beside a folder of PHP builds its assets while somebody works on it. */
function runsWith(image: string | undefined, folder: string, { decision }: MappingContext): boolean {
  const family = familyOf(languageOfImage(image))
  const claims = (decision.claims.get(folder) ?? []).filter(({ type }) => familyOf(type) !== undefined)
  const [best] = claims
  if (family === undefined || best === undefined || familyOf(best.type) === family) return true
  return claims.some(({ type, signs }) => familyOf(type) === family && confidence(signs) >= confidenceThreshold)
}

/** The source is what is built only when the build's own folder holds none, or all of it. */
function isHome(folder: string, { build }: Placed, context: MappingContext): boolean {
  if (!context.repository.tree.folders.has(folder) || !hasLanguage(folder, context)) return false
  if (build === undefined || build.context === folder) return true
  return isWithin(folder, build.context) || !hasLanguage(build.context, context)
}

function joinInside(folder: string, rest: string): string {
  return rest === '.' ? folder : joinPath(folder, rest)
}

export function dockerfilePath({ context, dockerfile }: NonNullable<Placed['build']>): string {
  return joinPath(context, (dockerfile ?? 'Dockerfile').replace(/^(?:\.\/){1,5}/, ''))
}
