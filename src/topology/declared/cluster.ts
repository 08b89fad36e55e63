// What Kubernetes manifests say about folders: a container belongs to the folder that its image is built from.

import { databaseOfImage } from '../database/images.ts'
import { ownerOfDockerfile } from '../dockerfiles.ts'
import type { Container, ManifestFacts } from '../kubernetes/manifests.ts'
import { findManifestStacks } from '../kubernetes/stacks.ts'
import { landmarksOf } from '../landmarks.ts'
import { baseName, isWithin, parentOf } from '../paths.ts'
import { portInCommand } from '../procfile.ts'
import { asPort, defined } from '../reading/data.ts'
import type { Repository } from '../repository.ts'
import { plainImage } from './reading.ts'
import type { Statement } from './statement.ts'

export function readClusterStatements(written: readonly Statement[], repository: Repository): Statement[] {
  const stacks = [...findManifestStacks(repository).values()]
  if (stacks.every(({ manifests }) => manifests.length === 0)) return []
  const folders = foldersByImage(written, repository)
  const settings = stacks.flatMap(({ manifests }) => manifests.flatMap((manifest) => manifest.settings))
  return stacks.flatMap(({ manifests }) => manifests.flatMap((manifest) => statementsOf(manifest, folders, settings)))
}

/** A folder by the words that an image may have for it; a word of two folders is nobody's. */
type FoldersByImage = ReadonlyMap<string, string | undefined>

function foldersByImage(written: readonly Statement[], repository: Repository): FoldersByImage {
  const folders = new Map<string, string | undefined>()
  const note = (word: string, path: string) => folders.set(word, folders.has(word) && folders.get(word) !== path ? undefined : path)
  const { projects, dockerfiles } = landmarksOf(repository)
  for (const path of new Set([...projects, ...dockerfiles.map(parentOf)]))
    if (path !== '.') note(plainWord(baseName(path)), builtFrom(path, repository))
  // Whoever builds an image by name knows its folder better than the folder's name does.
  for (const { image, folder } of written) if (image !== undefined) folders.set(plainWord(image), folder)
  return folders
}

/** The project below a folder of which the folder's Dockerfile makes an image, else the folder itself. */
function builtFrom(path: string, repository: Repository): string {
  const folder = repository.folders.get(path)
  const owner = folder === undefined ? undefined : ownerOfDockerfile(folder, repository)
  return owner !== undefined && isWithin(owner, path) ? owner : path
}

function plainWord(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '')
}

function folderOf({ image, name }: Container, folders: FoldersByImage): string | undefined {
  const plain = plainImage(image)?.replace(/[-_]v\d{1,3}$/, '')
  if (plain === undefined || databaseOfImage(image) !== undefined) return undefined
  const words = plain.split(/[-_.]/)
  const endings = words.map((_, index) => plainWord(words.slice(index).join('')))
  const beginnings = words.map((_, index) => plainWord(words.slice(0, words.length - index).join('')))
  const found = [...endings.slice(0, 1), plainWord(name), ...endings.slice(1), ...beginnings.slice(1)].find(
    (word) => word.length > 1 && folders.get(word) !== undefined,
  )
  return found === undefined ? undefined : folders.get(found)
}

function statementsOf(manifest: ManifestFacts, folders: FoldersByImage, settings: ManifestFacts['settings']): Statement[] {
  return manifest.workloads.flatMap((workload) =>
    workload.containers.flatMap((container): Statement[] => {
      const folder = folderOf(container, folders)
      if (folder === undefined) return []
      return [
        {
          source: 'kubernetes',
          folder,
          evidence: { ...container.evidence, fact: `${workload.kind} ${workload.name} runs it` },
          weight: 0.5,
          name: workload.name,
          environment: container.environment.map(({ name, value, isGiven }) => ({
            name,
            required: isGiven,
            ...(value === undefined ? {} : { value }),
          })),
          shared: settings
            .filter(({ map }) => container.configMaps.includes(map))
            .map(({ name, value }) => ({ name, required: false, value })),
          ...defined({ port: portOf(container), health: container.health, memory: container.memory, cpu: container.cpu }),
        },
      ]
    }),
  )
}

/** The port that it is told to listen on outweighs the one that is written beside it; of several the first. */
function portOf({ environment, ports, command }: Container): number | undefined {
  return asPort(environment.find(({ name }) => name === 'PORT')?.value) ?? ports[0] ?? portInCommand(command)
}
