// Which Dockerfile builds a folder, and what its context must be.
import { type Claim, confidence, type Sign } from './claim.ts'
import { developmentDockerfile } from './development.ts'
import { manifestNames } from './folder-names.ts'
import { landmarksOf } from './landmarks.ts'
import { perRepository } from './memo.ts'
import { ancestorsOf, baseName, isWithin, joinPath, parentOf } from './paths.ts'
import type { DockerfileFacts } from './reading/dockerfile.ts'
import type { Folder, Repository } from './repository.ts'
import { isOfRoot } from './root-image.ts'
import type { BuildSpec, ServiceType } from './topology.ts'

/** Names that a folder's own Dockerfile goes by, most usual first. */
export const dockerfileNames = ['Dockerfile', 'Containerfile', 'dockerfile', 'containerfile', 'Dockerfile.prod', 'Dockerfile.production', 'prod.Dockerfile', 'production.Dockerfile', 'Dockerfile.jvm'] // biome-ignore format: a list

/** What makes a folder worth asking about: those names and every other that people make of them. */
export const dockerfileMarks = [...dockerfileNames, 'Dockerfile.*', 'Containerfile.*', '*.Dockerfile', '*.dockerfile', '*.Containerfile']

const variantName =
  /^(?:(?:Dockerfile|Containerfile)[._-](?<after>[\w.-]{1,60})|(?<before>[\w.-]{1,60})\.(?:Dockerfile|dockerfile|Containerfile))$/

/** Variants that are not what production runs. */
const sideVariants = /(?:^|[._-])(?:dev|devel|develop|development|test|tests|testing|ci|cd|debug|local|windows|win|nano|nanoserver|builder|buildx|nightly|build|base|arm|arm32v7|armhf|arm64|arm64v8|s390x|ppc64le|lint|docs|dockerignore|tmpl|tpl|gotmpl|mustache|hbs|template|in|j2|jinja2?|erb|bak|orig|old|cross|e2e|cypress|sample|example|native|native-micro|legacy-jar|hot|watch|android|ios|mobile)(?:[._-]|$)/i // biome-ignore format: one pattern

/** Folders that hold nothing but the Dockerfile of the folder around them. */
const dockerFolders = ['docker', '.docker', 'deploy', 'build', 'ci', 'container', 'src/main/docker', 'deployment', '.deploy']

/** Folders at a root that hold the Dockerfiles of several others, each by the other's name. */
const sharedDockerFolders = ['docker', '.docker', 'dockerfiles', 'Dockerfiles', 'containers', 'build', 'build/package', 'build/docker', 'deploy/docker', 'deployments/docker', 'infra/docker', '.'] // biome-ignore format: a list

export function findDockerfile(folder: Folder, repository: Repository): DockerfileFacts | undefined {
  const path = dockerfilePathOf(folder.path, repository)
  const facts = path === '' ? undefined : repository.read.dockerfile(path)
  return facts?.served === undefined ? facts : repository.read.dockerfile(path, facts.served)
}

const dockerfilePathOf = perRepository((path: string, repository): string => {
  const inside = repository.folders.get(path)?.folders
  const below = dockerFolders.filter((name) => inside?.has(name.split('/')[0] ?? name)).map((name) => joinPath(path, name))
  for (const place of [path, ...below]) {
    const name = ownDockerfile(place, repository)
    if (name !== undefined) return joinPath(place, name)
    // The link in front leads to one of the variants that lie in a folder of their own; links are never followed.
    const isLinked = isLink(joinPath(place, 'Dockerfile'), repository)
    const linked = isLinked ? below.map((home) => variantIn(home, repository)).find((file) => file !== undefined) : undefined
    const variant = linked ?? (place === path ? undefined : soleVariant(place, path, repository))
    if (variant !== undefined) return variant
  }
  const image = path === '.' ? rootImage(repository) : undefined
  return variantIn(path, repository) ?? image ?? sharedDockerfile(path, repository) ?? assemblyDockerfile(path, repository) ?? ''
})

function ownDockerfile(place: string, repository: Repository): string | undefined {
  const files = repository.folders.get(place)?.files
  return files === undefined ? undefined : dockerfileNames.find((candidate) => files.has(candidate))
}

function isLink(path: string, { tree }: Repository): boolean {
  return tree.entries.get(path)?.mode === '120000'
}

/** Folders above a project of .NET in which its Dockerfile may lie. */
const foldersAbove = 3

/** The Dockerfile of a folder above that runs what a project of .NET is built to: `dotnet Shop.Api.dll`. */
function assemblyDockerfile(path: string, repository: Repository): string | undefined {
  const project = [...(repository.folders.get(path)?.files ?? [])].find((name) => projectFile.test(name))
  if (project === undefined) return undefined
  const name = project.replace(projectFile, '')
  for (const above of ancestorsOf(path).slice(0, foldersAbove)) {
    const own = ownDockerfile(above, repository)
    const file = own === undefined ? undefined : joinPath(above, own)
    if (file !== undefined && assemblyOf(repository.read.dockerfile(file)) === name) return file
  }
  return undefined
}

const projectFile = /\.(?:cs|fs|vb)proj$/

function assemblyOf(facts: DockerfileFacts | undefined): string | undefined {
  return /(?:^|[\s/])([\w.-]{1,120})\.dll(?=\s|$)/.exec(facts?.command?.text ?? '')?.[1]
}

/** The folder of the project that a Dockerfile's command runs, when it lies below the Dockerfile. */
function assemblyFolder(folder: Folder, path: string, repository: Repository): string | undefined {
  const facts = repository.read.dockerfile(path)
  const name = assemblyOf(facts)
  if (facts === undefined || name === undefined || [...folder.files].some((file) => projectFile.test(file))) return undefined
  const usual = [name, `src/${name}`, 'src'].map((inside) => joinPath(folder.path, inside))
  const copied = facts.sources.filter((source) => projectFile.test(source.path)).map((source) => parentOf(source.path))
  return [...usual, ...copied].find(
    (place) =>
      place !== folder.path &&
      isWithin(place, folder.path) &&
      ['csproj', 'fsproj', 'vbproj'].some((ending) => repository.tree.entries.has(joinPath(place, `${name}.${ending}`))),
  )
}

/** The only image of the program at the root that lies two folders down, such as `docker/production/Dockerfile`. */
function rootImage(repository: Repository): string | undefined {
  const images = landmarksOf(repository).dockerfiles.filter((file) => {
    const home = parentOf(file)
    const isNear = dockerFolders.includes(home) || dockerFolders.includes(parentOf(home))
    return isNear && !sideVariants.test(baseName(home)) && developmentDockerfile(file) === undefined && isOfRoot(file, repository)
  })
  return images.length === 1 ? images[0] : undefined
}

/** The only variant for production, such as `Dockerfile.alpine` or `api.Dockerfile`. */
function variantIn(path: string, repository: Repository): string | undefined {
  const variants = [...(repository.folders.get(path)?.files ?? [])].filter((name) => {
    const { after, before } = variantName.exec(name)?.groups ?? {}
    const variant = after ?? before
    return variant !== undefined && !sideVariants.test(variant)
  })
  const [only] = variants
  return only === undefined || (variants.length > 1 && path === '.') ? undefined : joinPath(path, variants.sort()[0] ?? only)
}

/** What a variant is called that is no other program's. */
const neutralVariant = /^(?:dist|prod|production|release|app|web|server|alpine|debian|ubuntu|slim|fpm|apache|standalone|full|default)$/

/** `container/dist.dockerfile`, when it copies what lies in the folder around. */
function soleVariant(place: string, path: string, repository: Repository): string | undefined {
  const file = variantIn(place, repository)
  const { after, before } = variantName.exec(baseName(file ?? ''))?.groups ?? {}
  if (file === undefined || !neutralVariant.test(after ?? before ?? '')) return undefined
  const sources = repository.read.dockerfile(file)?.sources ?? []
  return sources.some((source) => isPlain(source.path) && exists(joinPath(path, source.path), repository)) ? file : undefined
}

/** `docker/api/Dockerfile` or `api.Dockerfile` somewhere above, when it copies from the folder or from the whole. */
function sharedDockerfile(path: string, repository: Repository): string | undefined {
  if (path === '.') return undefined
  const name = baseName(path)
  const named = sharedDockerfiles('.', repository).get(name) ?? []
  return named.find((file) => {
    const home = parentOf(file)
    const above = ancestorsOf(path).find((folder) => sharedDockerFolders.some((shared) => isHome(home, { folder, shared, name })))
    if (above === undefined || home === path) return false
    return repository.read
      .dockerfile(file)
      ?.sources.some(
        (source) => source.path === '.' || isWithin(path, joinPath(above, source.path)) || isWithin(joinPath(above, source.path), path),
      )
  })
}

function isHome(home: string, { folder, shared, name }: { folder: string; shared: string; name: string }): boolean {
  const place = shared === '.' ? folder : joinPath(folder, shared)
  return home === place || (shared !== '.' && home === joinPath(place, name))
}

/** Dockerfiles by the folder's name that they may be for. */
const sharedDockerfiles = perRepository((_, repository): ReadonlyMap<string, readonly string[]> => {
  const byName = new Map<string, string[]>()
  for (const file of landmarksOf(repository).dockerfiles) {
    const { after, before } = variantName.exec(baseName(file))?.groups ?? {}
    const name = baseName(file) === 'Dockerfile' ? baseName(parentOf(file)) : (before ?? after)
    if (name !== undefined) byName.set(name, [...(byName.get(name) ?? []), file])
  }
  return byName
})

/** The folder that a Dockerfile elsewhere is for, such as `api` of `docker/api/Dockerfile`, or undefined when it is for its own folder. */
export function ownerOfDockerfile(folder: Folder, repository: Repository): string | undefined {
  const path = findDockerfile(folder, repository)?.path
  const assembly = path === undefined || parentOf(path) !== folder.path ? undefined : assemblyFolder(folder, path, repository)
  if (assembly !== undefined) return assembly
  if (folder.path === '.' || path === undefined || !isWithin(path, folder.path)) return undefined
  const around = ancestorsOf(folder.path).find((above) => {
    const files = repository.folders.get(above)?.files.size ?? 0
    return files > 0 && isWithin(folder.path, above) && dockerfilePathOf(above, repository) === path
  })
  return around ?? copiedFolder(folder, path, repository)
}

/** Of a folder with nothing of its own to build: the folder with a manifest that its Dockerfile copies from the root. */
function copiedFolder(folder: Folder, path: string, repository: Repository): string | undefined {
  const sources = (repository.read.dockerfile(path)?.sources ?? []).filter((source) => isPlain(source.path) && source.path !== '.')
  if (sources.length === 0 || sources.some((source) => exists(joinPath(folder.path, source.path), repository))) return undefined
  const owner = sources
    .flatMap((source) => [source.path, parentOf(source.path)])
    .find((place) => place !== '.' && manifestNames.some((name) => repository.folders.get(place)?.files.has(name)))
  if (owner === undefined) return isOfRoot(path, repository) ? '.' : undefined
  return isWithin(folder.path, owner) || isWithin(owner, folder.path) ? undefined : owner
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

/** Whether a claim explains a Dockerfile beside it, so that the folder is not merely `containerized`. */
export function explainsDockerfile(claim: Claim, facts: DockerfileFacts): boolean {
  if (facts.language === undefined) return confidence(claim.signs) >= 0.3
  // A web server's image serves files or passes requests on; its configuration tells which.
  return facts.language === claim.type || (facts.language === 'static_site' && claim.type === 'proxy')
}

/** Quarkus writes Dockerfiles for every project that expose its usual port; the project's own configuration knows better. */
export function isScaffold(dockerfile: DockerfileFacts | undefined): boolean {
  return dockerfile !== undefined && /(?:^|\/)src\/main\/docker\/[^/]{1,100}$/.test(dockerfile.path)
}
