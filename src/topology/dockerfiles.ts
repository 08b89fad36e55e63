// Which Dockerfile builds a folder, and what its context must be.
import { type Claim, confidence, type Sign } from './claim.ts'
import { baseName, isWithin, joinPath, parentOf } from './paths.ts'
import type { DockerfileFacts } from './reading/dockerfile.ts'
import type { Folder, Repository } from './repository.ts'
import type { BuildSpec, ServiceType } from './topology.ts'

/** Names that a folder's own Dockerfile goes by, most usual first. */
export const dockerfileNames = ['Dockerfile', 'Containerfile', 'dockerfile', 'Dockerfile.prod', 'Dockerfile.production', 'prod.Dockerfile', 'production.Dockerfile'] // biome-ignore format: a list

/** Folders that hold nothing but the Dockerfile of the folder around them. */
const dockerFolders = ['docker', '.docker', 'deploy', 'build', 'ci']

export function findDockerfile(folder: Folder, repository: Repository): DockerfileFacts | undefined {
  for (const place of [folder.path, ...dockerFolders.map((name) => joinPath(folder.path, name))]) {
    const files = repository.folders.get(place)?.files
    const name = files === undefined ? undefined : dockerfileNames.find((candidate) => files.has(candidate))
    if (name !== undefined) return repository.read.dockerfile(joinPath(place, name))
  }
  return undefined
}

/** Whether a folder only holds the Dockerfile of the folder above it. */
export function isDockerFolder(folder: Folder, repository: Repository): boolean {
  if (folder.path === '.' || !dockerFolders.includes(baseName(folder.path))) return false
  const parent = repository.folders.get(parentOf(folder.path))
  return parent !== undefined && parent.files.size > 0 && findDockerfile(parent, repository)?.path.startsWith(`${folder.path}/`) === true
}

/**
 * The build by a Dockerfile of the repository. Its context is the service's folder, unless what it copies exists only relative to the root.
 */
export function dockerfileBuild(folder: Folder, facts: DockerfileFacts, repository: Repository): BuildSpec {
  const missesHere = facts.sources.some(({ path }) => isPlain(path) && !exists(joinPath(folder.path, path), repository))
  const isAtRoot = facts.sources.some(({ path }) => isPlain(path) && path !== '.' && exists(path, repository))
  return { kind: 'dockerfile', dockerfile: facts.path, context: missesHere && isAtRoot ? '.' : folder.path }
}

/** What the Dockerfile copies from outside the service's folder. */
export function dockerfileReads(folder: Folder, facts: DockerfileFacts, build: BuildSpec): string[] {
  const context = build.kind === 'dockerfile' ? build.context : folder.path
  const own = isWithin(facts.path, folder.path) ? [] : [facts.path]
  if (context === folder.path) return own
  return [...own, ...facts.sources.map(({ path }) => staticPart(joinPath(context, path)))].filter((path) => !isWithin(path, folder.path))
}

function isPlain(path: string): boolean {
  return !/[$*?[\]]/.test(path)
}

/** A glob's or a variable's path up to the first part that is not literal. */
function staticPart(path: string): string {
  const parts = path.split('/')
  const at = parts.findIndex((part) => !isPlain(part))
  const literal = at < 0 ? parts : parts.slice(0, at)
  return literal.filter((part) => part !== '.').join('/') || '.'
}

function exists(path: string, repository: Repository): boolean {
  const clean = path.replace(/(?:^|\/)\.$/, '') || '.'
  return repository.tree.entries.has(clean) || repository.tree.folders.has(clean)
}

/** The file of its own folder that a Dockerfile's command runs, such as `mailer.py` of `python mailer.py serve`. */
export function fileInCommand(command: string | undefined, pattern: RegExp): string | undefined {
  return command === undefined ? undefined : pattern.exec(command)?.[0].replace(/^\.?\//, '')
}

/** What a Dockerfile says for a claim about a language: that it is built to run, when its image is made for that language. */
export function dockerfileSigns(type: ServiceType, facts: DockerfileFacts | undefined): Sign[] {
  if (facts === undefined) return []
  if (facts.language === type) return [{ ...facts.evidence, weight: 0.5 }]
  return facts.language === undefined ? [{ ...facts.evidence, weight: 0.2 }] : []
}

/** Whether a language's claim explains a Dockerfile beside it, so that the folder is not merely `containerized`. */
export function explainsDockerfile(claim: Claim, facts: DockerfileFacts): boolean {
  if (facts.language !== undefined) return facts.language === claim.type
  return confidence(claim.signs) >= 0.3
}
