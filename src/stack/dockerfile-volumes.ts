// Where an image keeps data that must outlive its container: what its Dockerfile declares, and what well-known images declare that it builds on.
// Without a name such a place would be an anonymous volume, empty again in the next container.
import type { From, JSONInstruction } from 'dockerfile-ast'
import { parseDockerfile } from '../topology/dockerfile/parse.ts'
import { dataFolders } from './backing.ts'

/** A volume of a service's own for each declared folder, by name. */
export function imageVolumes(service: string, dockerfile: string): readonly { readonly name: string; readonly folder: string }[] {
  return [...new Set(declaredFolders(dockerfile))].sort().map((folder) => ({ name: volumeName(service, folder), folder }))
}

/** `/var/lib/app data` of `store` → `store-var-lib-app-data`. */
function volumeName(service: string, folder: string): string {
  const slug = folder
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return `${service}-${slug === '' ? 'data' : slug}`.slice(0, 60).replace(/-+$/, '')
}

/** Of the last stage and of the stages and images that it is made from. */
function declaredFolders(dockerfile: string): string[] {
  const stages = readStages(dockerfile)
  const folders: string[] = []
  for (let stage = stages.at(-1), depth = 0; stage !== undefined && depth < stages.length; depth += 1) {
    folders.push(...stage.folders)
    const { base } = stage
    const parent = stages.find(({ name }) => name !== undefined && name === base)
    if (parent === undefined) folders.push(...inheritedFolders(base))
    stage = parent
  }
  return folders.filter((folder) => /^\/[\w./-]+$/.test(folder) && !folder.includes('..'))
}

interface Stage {
  readonly name: string | undefined
  readonly base: string
  readonly folders: string[]
}

function readStages(dockerfile: string): readonly Stage[] {
  const stages: Stage[] = []
  for (const instruction of parseDockerfile(dockerfile).getInstructions()) {
    const keyword = instruction.getKeyword()
    if (keyword === 'FROM') {
      const from = instruction as From
      stages.push({ name: from.getBuildStage()?.toLowerCase(), base: (from.getImage() ?? '').toLowerCase(), folders: [] })
    }
    if (keyword === 'VOLUME') stages.at(-1)?.folders.push(...volumeWords(instruction as JSONInstruction))
  }
  return stages
}

/** The list form and the shell form. */
function volumeWords(instruction: JSONInstruction): string[] {
  const content = instruction.getArgumentsContent()?.trim() ?? ''
  if (!content.startsWith('[')) return content.split(/\s+/)
  try {
    const words: unknown = JSON.parse(content)
    return Array.isArray(words) ? words.filter((word) => typeof word === 'string') : []
  } catch {
    return []
  }
}

/** Whether it is one of the official images of databases and queues. */
export function keepsData(image: string): boolean {
  return inheritedFolders(image).length > 0
}

/** `docker.io/library/postgres:17-alpine` declares what `postgres` does. */
function inheritedFolders(image: string): readonly string[] {
  const name = image
    .replace(/^docker\.io\//, '')
    .replace(/^library\//, '')
    .replace(/[:@].*$/, '')
  const folder = dataFolders.get(name)
  return folder === undefined ? [] : [folder]
}
