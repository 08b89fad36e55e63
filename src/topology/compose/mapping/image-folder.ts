// An image that the repository's own pipeline publishes is called like the folder, module or package that it is made from.
import { readMaven } from '../../languages/java/maven.ts'
import { readPackageJson } from '../../nodejs/package-json.ts'
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
    const found = folders.filter((path) => namesOf(path, context).some(isNamed))
    const inLanguage = found.filter((path) => hasLanguage(path, context))
    if (found.length === 1) return found[0]
    if (inLanguage.length === 1) return inLanguage[0]
  }
  return undefined
}

/** What a folder is called: its own name, and those of the module or package in it. */
function namesOf(path: string, { repository }: MappingContext): string[] {
  const files = repository.folders.get(path)?.files
  const module = files?.has('pom.xml') === true ? readMaven(path, repository)?.name : undefined
  const packageName = files?.has('package.json') === true ? readPackageJson(path, repository)?.name : undefined
  const names = [baseName(path), module, packageName?.replace(/^@[^/]{1,200}\//, '')]
  return names.filter((name) => name !== undefined)
}
