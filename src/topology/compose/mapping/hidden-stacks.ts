// A repository's only compose files may lie among its examples: then they start what the repository itself builds, and are its stack.
import { compare } from '../../claim.ts'
import { type ComposeFacts, readCompose } from '../../compose-file.ts'
import { perRepository } from '../../memo.ts'
import { baseName, isWithin, isYaml, parentOf } from '../../paths.ts'
import { imageName } from '../../reading/dockerfile-images.ts'
import type { Repository } from '../../repository.ts'
import { chooseComposeFile } from '../facts/file-names.ts'
import { isSupport } from '../facts/purpose.ts'
import { endsWithName, isSameName } from './words-of-names.ts'

/** Folders with compose files that are looked at. */
const foldersLimit = 20

/** The compose file among the examples that starts the most of the repository's own folders, and at least two. */
export const hiddenStack = perRepository((_: string, repository): ComposeFacts | undefined => {
  const best = composeFoldersIn(repository)
    .flatMap(({ path, file }) => {
      const facts = readCompose(file, repository)
      return facts === undefined ? [] : [{ path, facts, own: ownServices(facts, repository) }]
    })
    .filter(({ own }) => own >= 2)
    .sort((a, b) => b.own - a.own || compare(a.path, b.path))[0]
  return best?.facts
})

function composeFoldersIn({ passedOver, tree }: Repository): { path: string; file: string }[] {
  const examples = passedOver.filter(({ rule }) => rule.role === 'example' || rule.role === 'docs').map(({ path }) => path)
  if (examples.length === 0) return []
  const files = new Map<string, Set<string>>()
  for (const path of tree.entries.keys()) {
    if (!isYaml(path) || !examples.some((folder) => isWithin(path, folder)) || tree.entries.get(path)?.mode === '120000') continue
    const folder = parentOf(path)
    files.set(folder, (files.get(folder) ?? new Set()).add(baseName(path)))
  }
  const found = [...files].flatMap(([path, names]) => {
    const name = chooseComposeFile(names)
    return name === undefined || name.kind === 'development' ? [] : [{ path, file: `${path}/${name.name}` }]
  })
  return found.sort((a, b) => compare(a.path, b.path)).slice(0, foldersLimit)
}

/** Services whose image is named after a folder of the repository, or that are built from one outside of the examples. */
function ownServices({ file, services }: ComposeFacts, { folders }: Repository): number {
  const names = [...folders.keys()].map(baseName)
  return services.filter(({ image, build }) => {
    if (build !== undefined) return build.context !== '.' && folders.has(build.context) && !isWithin(build.context, parentOf(file))
    if (image === undefined || isSupport(image)) return false
    const last = imageName(image)
    return names.some((name) => isSameName(name, last) || endsWithName(name, last))
  }).length
}
