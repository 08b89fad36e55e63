// An image that the repository's own pipeline publishes is called like the folder, module or package that it is made from.
import { baseName } from '../../paths.ts'
import { imageName } from '../../reading/dockerfile-images.ts'
import { isRuntime, isSupport } from '../facts/purpose.ts'
import { hasLanguage, isClaimed, type MappingContext, type Placed } from './source-folders.ts'
import { endsWithName, isSameName, wordsOf } from './words-of-names.ts'

/** The one folder that an image is named after; none when several could be meant. */
export function imageFolder({ name, image, build }: Placed, context: MappingContext): string | undefined {
  if (image === undefined || build !== undefined || isSupport(image) || isRuntime(image)) return undefined
  const last = imageName(image)
  const folders = [...context.decision.claims.keys()].filter((path) => path !== '.' && isClaimed(path, context))
  const ways: ((folder: string) => boolean)[] = [
    (folder) => isSameName(folder, last),
    (folder) => wordsOf(last).length > 1 && endsWithName(folder, last),
    (folder) => endsWithName(last, folder) && isSameName(folder, name),
  ]
  for (const isNamed of ways) {
    const found = folders.filter((path) => isNamed(baseName(path)))
    const inLanguage = found.filter((path) => hasLanguage(path, context))
    if (found.length === 1) return found[0]
    if (inLanguage.length === 1) return inLanguage[0]
  }
  return undefined
}
